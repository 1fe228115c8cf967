"""Readers for text in which nothing is a value, and for files of which nothing is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.sources.documents import Embedded, Value

__all__ = ["PlainDocument", "ProseDocument"]

_BEFORE: Final = re.compile(r"[=:>\"'(\[,][ \t]*[\"']?\Z")
_AFTER: Final = re.compile(r"[ \t]*(?:[\"'<)\],;]|$)", re.MULTILINE)


class ProseDocument:
    """Text in which nothing is a value."""

    def __init__(self, text: str, language: str = "prose") -> None:
        """Keep *text*."""
        self.text = text
        self.language = language

    def embedded(self) -> Sequence[Embedded]:
        """List the texts inside it: none."""
        return ()

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*: prose."""
        return Value(self.text[start:end], start, end, "prose")


class PlainDocument(ProseDocument):
    """Text of an unknown kind: what looks like a value may be one."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*."""
        before = self.text[max(0, start - 10) : start]
        is_value = _BEFORE.search(before) and _AFTER.match(self.text, end)
        return Value(self.text[start:end], start, end, "value" if is_value else "prose")
