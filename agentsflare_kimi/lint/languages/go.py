"""Go."""

from agentsflare_kimi.lint.languages.base import Language, RequestForm
from agentsflare_kimi.lint.languages.forms import ONE_CHARACTER, QUOTED, SLASHES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="go",
    suffixes="go",
    tags="golang",
    forms=(SLASHES, STARS, Form("string", "`", "[^`]*+", "`"), QUOTED, ONE_CHARACTER),
    signs="/\"'`",
    raw="`",
    tests=r"^func[ \t]+(?:\([^)]*\)[ \t]*)?(?:Test|Benchmark|Fuzz|Example)[A-Z_]\w*(?=\()",
    requests=(
        RequestForm(
            "argument",
            "{",
            r"\bChatCompletionNewParams",
            r"\bCompletions\s*\.\s*New(?:Streaming)?",
            # The options are called `option`, which a variable may hide.
            needs=r'"github\.com/openai/openai-go(?:/v\d+)?"',
            lacks=r"\boption\s*(?:,\s*\w+\s*)?:=|\bvar\s+option\b|[(,]\s*option\s+[\w*\[]",
        ),
    ),
)
