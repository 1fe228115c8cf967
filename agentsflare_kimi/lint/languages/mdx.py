"""Markdown with elements and modules in it."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="mdx",
    suffixes="mdx",
    reader="mdx",
    comments="",
)
