"""Jupyter notebooks."""

from agentsflare_kimi.lint.languages.base import Language

LANGUAGE = Language(
    name="notebook",
    suffixes="ipynb",
    reader="notebook.NotebookDocument",
    parsed_as="json",
)
