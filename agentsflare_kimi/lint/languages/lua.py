"""Lua."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, DASHES, QUOTED
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="lua",
    suffixes="lua",
    forms=(
        Form("comment", r"--\[\[", r"[^\]]*+(?>(?:\](?!\])[^\]]*+)*)", "]]"),
        DASHES,
        Form("string", r"\[\[", r"[^\]]*+(?>(?:\](?!\])[^\]]*+)*)", "]]"),
        QUOTED,
        APOSTROPHES,
    ),
    signs="-\"'[",
    glues="..",
    raw="[[",
)
