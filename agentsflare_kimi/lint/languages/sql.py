"""SQL."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import DASHES, QUOTED, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="sql",
    suffixes="sql psql ddl dml",
    tags="mysql postgresql postgres sqlite plpgsql",
    forms=(DASHES, STARS, Form("string", "'", r"[^']*+(?>(?:''[^']*+)*)", "'"), QUOTED),
    signs="-/\"'",
    glues="||",
    raw="'",
    ends_at_line=False,
)
