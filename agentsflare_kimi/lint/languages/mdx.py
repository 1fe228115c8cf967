"""MDX: Markdown with JSX and modules."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="mdx",
    suffixes="mdx",
    reader="markdown.MdxDocument",
)
