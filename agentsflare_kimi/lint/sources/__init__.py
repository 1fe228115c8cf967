"""Reads a text in any language, to find where it names a model and why.

`read` picks the reader for the language. A reader answers one question, `value_at`: which value
is at this place? Nothing is executed, and a text that names no model is never parsed.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint import module_of
from agentsflare_kimi.lint.languages import load

if TYPE_CHECKING:
    from agentsflare_kimi.lint.sources.documents import Document

__all__ = ["read"]

_CELL = "notebook.CellDocument"


def read(text: str, language: str) -> Document:
    """Read a text.

    Args:
        text: The text.
        language: Its language, as `language_of` names it, or `cell` for a notebook's cell.

    Returns:
        A document that describes the value at any place.
    """
    reader = _CELL if language == "cell" else load(language).reader
    # A reader is imported when the first text of its kind is read.
    module, _, name = reader.partition(".")
    document: Document = getattr(module_of(f"sources.{module}"), name)(text, language)
    return document
