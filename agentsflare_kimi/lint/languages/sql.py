"""SQL."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import DASHES, QUOTED, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="sql",
    suffixes="sql psql ddl dml",
    tags="mysql postgresql postgres sqlite plpgsql",
    forms=(
        DASHES,
        STARS,
        # A quote inside a string is doubled: 'it''s'.
        Form("string", "'", r"[^']*+(?>(?:''[^']*+)*)", "'"),
        QUOTED,
    ),
    signs="-/\"'",
    glues="||",
    raw="'",
    ends_at_line=False,
    clauses={
        **dict.fromkeys(["where", "and", "or", "when", "having", "on"], "compared"),
        **dict.fromkeys(["set", "default", "using", "with", "options"], "assigned"),
    },
    has_rows=True,
)
