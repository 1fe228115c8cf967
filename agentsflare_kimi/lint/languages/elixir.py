"""Elixir."""

from agentsflare_kimi.lint.languages.base import AssembledForm, Language, RequestForm, Writing
from agentsflare_kimi.lint.languages.forms import APOSTROPHES, HASH, QUOTED, TEXT_BLOCK
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="elixir",
    suffixes="ex exs",
    forms=(
        HASH,
        TEXT_BLOCK,
        Form("string", r"~[a-zA-Z]+\(", r"[^)]*+", ")"),
        Form("string", r"~[a-zA-Z]+\[", r"[^\]]*+", "]"),
        Form("string", r"~[a-zA-Z]+\{", r"[^}]*+", "}"),
        Form("string", r"~[a-zA-Z]+/", r"[^/\\]*+(?>(?:\\.[^/\\]*+)*)", "/"),
        Form("string", r"~[a-zA-Z]+\|", r"[^|]*+", "|"),
        QUOTED,
        APOSTROPHES,
    ),
    signs="#\"'~",
    glues="<>",
    without_brackets=True,
    is_indented=True,
    tests=r"^[ \t]*use[ \t]+ExUnit\.Case\b|^[ \t]*(?:test|describe|setup)\b(?=[^\n]*\bdo\b)",
    has_arrow_functions=False,
    default_sign="\\",
    has_match_operator=True,
    requests=(RequestForm("object", "{", "%"),),
    assembled=(AssembledForm("object", bound=r"(?P<name>\b[a-z_]\w*)\s*=\s*%\Z"),),
    writes=Writing(mapping="%{{{}}}", pair="{key}: {value}", has_one_quote=True),
    extra_field="{name}: %{{…}}",
)
