"""Go."""

from agentsflare_kimi.lint.languages.base import (
    AssembledForm,
    Language,
    LookUp,
    RequestForm,
    SdkLimit,
    Writing,
)
from agentsflare_kimi.lint.languages.forms import ONE_CHARACTER, QUOTED, SLASHES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

# What is sent as JSON as it is.
_MAP = r"\bmap\[string\](?:any|interface\s*\{\s*\})|\b(?:gin\.H|\w+\.Map)"

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
        RequestForm("object", "{", rf"(?:{_MAP})"),
    ),
    has_capital_methods=True,
    extra_field="option.WithJSONSet",
    looks_up=LookUp('os.Getenv("{}")', needs=r'(?m)^[ \t]*(?:import[ \t]+)?"os"'),
    writes=Writing(mapping="map[string]any{{{}}}", pair='"{key}": {value}', has_one_quote=True),
    assembled=(
        AssembledForm(
            "argument",
            bound=r"(?P<name>\w+)\s*:?=\s*&?(?:\w+\.)?ChatCompletionNewParams\s*\Z",
            sent=r"Completions\.New(?:Streaming)?\(,\*?\Z",
            declared=r"(?<=var )(?P<name>\w+)\s+(?:\w+\.)?ChatCompletionNewParams\b",
        ),
        AssembledForm("object", bound=rf"(?P<name>\w+)\s*:?=\s*(?:{_MAP})\s*\Z"),
    ),
    limits=(
        SdkLimit(
            r"github\.com/sashabaranov/go-openai",
            "go-openai cannot send `thinking`; github.com/openai/openai-go can",
        ),
    ),
)
