"""reStructuredText."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="restructured",
    suffixes="rst",
    reader="markdown.BlocksDocument",
    # `.. code-block:: python`, a literal block after `::`, and a line after `>>>`.
    blocks=(
        r"(?:^(?P<indent>[ \t]*)(?:\.\.[ \t]+(?:code-block|code|sourcecode|prompt)::[ \t]*"
        r"(?P<tag>[\w+#-]*)[^\n]*|[^\n]*::[ \t]*)\n(?:[ \t]+:[^\n]*\n)*(?:[ \t]*\n)+"
        r"|^[ \t]*>>>[ ])(?P<code>(?(indent)"
        r"(?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n(?=(?P=indent)[ \t]))+|[^\n]+))"
    ),
)
