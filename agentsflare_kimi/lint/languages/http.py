"""HTTP request files for editors: a head, and a body in JSON."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="http",
    suffixes="http rest",
    reader="http",
)
