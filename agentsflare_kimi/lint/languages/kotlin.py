"""Kotlin."""

from agentsflare_kimi.lint.languages.base import Language, RequestForm
from agentsflare_kimi.lint.languages.forms import NESTED_STARS, ONE_CHARACTER, SLASHES
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="kotlin",
    suffixes="kt kts",
    forms=(
        SLASHES,
        NESTED_STARS,
        Form("string", '"""', r"[^\"$]*+(?>(?:(?:\"(?!\"\")|\$(?!\{))[^\"$]*+)*)", '"""', "${"),
        Form("string", '"', r"[^\"\\$\r\n]*+(?>(?:(?:\\.|\$(?!\{))[^\"\\$\r\n]*+)*)", '"', "${"),
        ONE_CHARACTER,
    ),
    signs="/\"'",
    raw='"""',
    tests=(
        r"@(?:\w+\.)*(?:\w*Test|BeforeEach|BeforeAll|Before|BeforeTest|Nested)\b"
        r"|:[ \t]*(?:String|Fun|Behavior|Describe|Should|Word|Free|Feature|Expect)Spec\("
    ),
    requests=(RequestForm("chain", "", "ChatCompletionCreateParams"),),
)
