"""Go."""

from agentsflare_kimi.lint.languages.base import Language
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
)
