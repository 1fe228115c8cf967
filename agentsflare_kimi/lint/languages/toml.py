"""TOML."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import HASH, QUOTED, TEXT_BLOCK
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="toml",
    suffixes="toml",
    filenames="pipfile",
    forms=(
        HASH,
        TEXT_BLOCK,
        Form("string", "'''", r"[^']*+(?>(?:'(?!'')[^']*+)*)", "'''"),
        QUOTED,
        Form("string", "'", r"[^'\r\n]*+", "'"),
    ),
    signs="#\"'",
    glues="",
    raw="' '''",
    is_data=True,
    has_tables=True,
    argument_sign="=",
    extra_field="{name} = {{…}}",
)
