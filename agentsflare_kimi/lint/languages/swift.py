"""Swift."""

from agentsflare_kimi.lint.languages.base import AssembledForm, Language, RequestForm, Writing
from agentsflare_kimi.lint.languages.forms import (
    NESTED_STARS,
    QUOTED,
    QUOTED_RUN,
    SLASHES,
    TEXT_BLOCK,
)
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="swift",
    suffixes="swift",
    forms=(
        SLASHES,
        NESTED_STARS,
        Form("string", r'#+"', handler=QUOTED_RUN),
        TEXT_BLOCK,
        QUOTED,
    ),
    signs='/"',
    longest_prefix=4,
    raw="#",
    requests=(RequestForm("object", "[", ""),),
    assembled=(
        AssembledForm("object", bound=r"(?P<name>\b[a-z_]\w*)\s*(?::\s*\[[^\]\n]*\]\s*)?=\s*\Z"),
    ),
    writes=Writing(mapping="[{}]", pair='"{key}": {value}', has_one_quote=True, statement_end=""),
    tests=r"\bclass[ \t]+\w+[ \t]*:[ \t]*XCTestCase\b|@(?:Test|Suite)\b",
)
