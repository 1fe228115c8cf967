"""Swift."""

from agentsflare_kimi.lint.languages.base import Language
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
    tests=r"\bclass[ \t]+\w+[ \t]*:[ \t]*XCTestCase\b|@(?:Test|Suite)\b",
)
