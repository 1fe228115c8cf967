"""Perl."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, HASH, QUOTED

LANGUAGE = Language(
    name="perl",
    suffixes="pl pm",
    forms=(HASH, QUOTED, APOSTROPHES),
    signs="#\"'",
    glues=".",
    ends_at_line=False,
    without_brackets=True,
    interpreters="perl",
    has_arrow_functions=False,
)
