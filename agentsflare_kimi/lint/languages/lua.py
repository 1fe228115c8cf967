"""Lua."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, DASHES, QUOTED, QUOTED_RUN
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="lua",
    suffixes="lua",
    forms=(
        Form("comment", r"--\[=*\[", handler=QUOTED_RUN),
        DASHES,
        Form("string", r"\[=*\[", handler=QUOTED_RUN),
        QUOTED,
        APOSTROPHES,
    ),
    signs="-\"'[",
    glues="..",
    methods=":",
    raw="[",
    tests=r"(?<![\w.])(?:describe|it|before_each)\(",
    pairs_with_equals=True,
)
