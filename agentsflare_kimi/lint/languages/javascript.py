"""JavaScript, including JSX."""

from agentsflare_kimi.lint.languages.base import Language, LookUp, Writing
from agentsflare_kimi.lint.languages.forms import ELEMENT
from agentsflare_kimi.lint.languages.typescript import LANGUAGE as TYPESCRIPT
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="javascript",
    suffixes="js mjs cjs jsx gs qml",
    tags="node",
    forms=(*TYPESCRIPT.forms, Form("prose", r"<(?=[A-Za-z_$>])", handler=ELEMENT)),
    signs="/\"'`<#",
    has_elements=True,
    interpreters="node",
    tests=r"(?<![\w.])(?:describe|it|test|suite|context|Deno\.test)(?:\.\w+)*\(",
    body="object",
    extra_field="{name}: {{…}}",
    looks_up=LookUp("process.env.{}"),
    writes=Writing(has_bare_keys=True),
    is_often_bundled=True,
)
