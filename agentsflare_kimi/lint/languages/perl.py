"""Perl."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, HASH, QUOTED
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="perl",
    suffixes="pl pm",
    forms=(
        HASH,
        QUOTED,
        APOSTROPHES,
        Form("string", r"(?<![\w$@%])qw\(", r"[^)]*+", ")"),
        Form("string", r"(?<![\w$@%])qw\[", r"[^\]]*+", "]"),
        Form("string", r"(?<![\w$@%])qw\{", r"[^}]*+", "}"),
        Form("string", r"(?<![\w$@%])qw/", r"[^/]*+", "/"),
    ),
    signs="#\"'([{/",
    longest_prefix=2,
    glues=".",
    ends_at_line=False,
    without_brackets=True,
    interpreters="perl",
    has_arrow_functions=False,
)
