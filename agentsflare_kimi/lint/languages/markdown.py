"""Markdown."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="markdown",
    suffixes="md markdown mkd qmd rmd livemd mdc prompt prompty",
    reader="markdown.MarkdownDocument",
    has_samples=True,
)
