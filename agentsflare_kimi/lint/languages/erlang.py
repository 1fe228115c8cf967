"""Erlang."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, DOUBLE_LINES, LINE, QUOTED
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="erlang",
    suffixes="erl hrl",
    forms=(
        Form("comment", "%", LINE),
        Form("string", '<<"', DOUBLE_LINES, '">>'),
        QUOTED,
        APOSTROPHES,
    ),
    signs="%<\"'",
    methods=":",
    ends_at_line=False,
)
