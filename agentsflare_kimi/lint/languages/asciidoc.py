"""AsciiDoc."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="asciidoc",
    suffixes="adoc asciidoc",
    reader="asciidoc",
    comments="",
)
