"""Org."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="org",
    suffixes="org",
    reader="markdown.BlocksDocument",
    # `#+begin_src python`, and a line after a colon.
    blocks=(
        r"(?i)^[ \t]*(?:(?P<begin>#\+begin_(?:src|example)[ \t]*(?P<tag>[\w+#-]*)[^\n]*\n)|:[ ])"
        r"(?P<code>(?(begin)(?:(?![ \t]*#\+end_)[^\n]*\n)*|[^\n]+))"
    ),
)
