"""AsciiDoc."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="asciidoc",
    suffixes="adoc asciidoc",
    reader="markdown.BlocksDocument",
    # `[source,python]`, and the block after it.
    blocks=(
        r"^(?:\[(?:source[^\],\n]*)?(?:,[ \t]*(?P<tag>[\w+#-]*))?[^\]\n]*\]\n(?:\.[^\n]*\n)?)?"
        r"(?P<fence>-{4,}|\.{4,})\n(?P<code>(?:(?!(?P=fence)[ \t]*$)[^\n]*\n)*)(?P=fence)[ \t]*$"
    ),
)
