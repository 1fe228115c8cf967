"""Reads a text in any language: where it names a model, and what for.

`read` picks the reader by the file's name. A reader answers one question, `value_at`: what
stands around this place? Nothing is executed, and nothing is parsed that holds no name.
"""

from __future__ import annotations

from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Document
from agentsflare_kimi.lint.sources.embedded import (
    MarkdownDocument,
    NotebookDocument,
    PageDocument,
    ProseDocument,
)
from agentsflare_kimi.lint.sources.lines import COMMENTS, LineDocument
from agentsflare_kimi.lint.sources.plain import PlainDocument
from agentsflare_kimi.lint.sources.shell import ShellDocument

__all__ = ["read"]


def read(text: str, language: str) -> Document:
    """Read a text.

    Args:
        text: The text.
        language: Its language, as `language_of` names it.

    Returns:
        A document that tells what stands where.
    """
    if reader := _READERS.get(language):
        return reader(text)
    if language in COMMENTS:
        return LineDocument(text, language)
    return CodeDocument(text, language)


_READERS = {
    "markdown": MarkdownDocument,
    "notebook": NotebookDocument,
    "page": PageDocument,
    "prose": ProseDocument,
    "plain": PlainDocument,
    "shell": ShellDocument,
}
