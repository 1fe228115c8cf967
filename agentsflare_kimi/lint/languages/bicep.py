"""Bicep."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, SLASHES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="bicep",
    suffixes="bicep bicepparam",
    forms=(
        SLASHES,
        STARS,
        Form("string", "'''", r"[^']*+(?>(?:'(?!'')[^']*+)*)", "'''"),
        APOSTROPHES,
    ),
    signs="/'",
    glues="",
    is_data=True,
)
