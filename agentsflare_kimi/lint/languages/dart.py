"""Dart."""

from agentsflare_kimi.lint.languages.base import AssembledForm, Language, RequestForm
from agentsflare_kimi.lint.languages.forms import (
    APOSTROPHES,
    QUOTED,
    SLASHES,
    STARS,
    TEXT_BLOCK,
    TRIPLE_SINGLE,
)
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="dart",
    suffixes="dart",
    forms=(
        SLASHES,
        STARS,
        TEXT_BLOCK,
        Form("string", "'''", TRIPLE_SINGLE, "'''"),
        Form("string", r"(?<!\w)r\"", r'[^"\r\n]*+', '"'),
        Form("string", r"(?<!\w)r'", r"[^'\r\n]*+", "'"),
        QUOTED,
        APOSTROPHES,
    ),
    signs="/\"'",
    longest_prefix=1,
    raw="r",
    ends_at_line=False,
    touching=True,
    requests=(RequestForm("object", "{", ""),),
    assembled=(AssembledForm("object", bound=r"(?P<name>\b[a-z_]\w*)\s*=\s*(?:<[^<>]*>\s*)?\Z"),),
    tests=r"(?<![\w.])(?:test|testWidgets|group|setUp|setUpAll)\(",
)
