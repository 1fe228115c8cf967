"""Nix."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import HASH, QUOTED, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="nix",
    suffixes="nix",
    forms=(HASH, STARS, Form("string", "''", r"[^']*+(?>(?:'(?!')[^']*+)*)", "''"), QUOTED),
    signs="#/\"'",
    glues="+ ++ //",
    ends_at_line=False,
    is_data=True,
    default_sign="?",
)
