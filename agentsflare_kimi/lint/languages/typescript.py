"""TypeScript."""

from agentsflare_kimi.lint.languages.base import Language, LookUp, Writing
from agentsflare_kimi.lint.languages.forms import (
    APOSTROPHES,
    LINE,
    QUOTED,
    REGEX_LITERAL,
    SLASHES,
    STARS,
)
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="typescript",
    suffixes="ts mts cts ets",
    forms=(
        Form("comment", r"\A#!", LINE),
        SLASHES,
        STARS,
        Form("string", "`", r"[^`\\$]*+(?>(?:(?:\\.|\$(?!\{))[^`\\$]*+)*)", "`", "${"),
        QUOTED,
        APOSTROPHES,
        Form("regex", "/", handler=REGEX_LITERAL),
    ),
    signs="/\"'`#",
    has_types=True,
    interpreters="deno bun",
    tests=r"(?<![\w.])(?:describe|it|test|suite|context|Deno\.test)(?:\.\w+)*\(",
    body="typed",
    extra_field="{name}: {{…}}",
    looks_up=LookUp("process.env.{}"),
    writes=Writing(has_bare_keys=True),
    is_often_bundled=True,
)
