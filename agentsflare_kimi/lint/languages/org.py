"""Org."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="org",
    suffixes="org",
    reader="markdown.BlocksDocument",
    # `#+begin_src python`.
    blocks=(
        r"(?i)^[ \t]*#\+begin_(?:src|example)[ \t]*(?P<tag>[\w+#-]*)[^\n]*\n"
        r"(?P<code>(?:(?![ \t]*#\+end_)[^\n]*\n)*)"
    ),
)
