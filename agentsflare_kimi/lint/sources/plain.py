"""Readers for prose, in which nothing is a value, and for files of unknown kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.sources.documents import Embedded, Value

__all__ = ["PlainDocument", "ProseDocument"]

_BEFORE: Final = re.compile(r"[=:>\"'(\[,][ \t]*[\"']?\Z")
# Openings of comments in prose formats, at the beginning of a line.
_REMARK: Final = re.compile(r"[ \t]*(?:\.\.|//|%|<!--)")
# Openings of comments in any language, anywhere in a line.
_OPENER: Final = re.compile(r"(?:\A|\s|[;{})\]])(?:#|//|/\*|<!--|--|;|%|REM\b|\*)", re.IGNORECASE)
_REACH: Final = 1000
_AFTER: Final = re.compile(r"[ \t]*(?:[\"'<)\],;]|$)", re.MULTILINE)


class ProseDocument:
    """Text in which nothing is a value."""

    def __init__(self, text: str, language: str = "prose") -> None:
        """Keep *text*."""
        self.text = text
        self.language = language

    def embedded(self) -> Sequence[Embedded]:
        """List the embedded texts: none."""
        return ()

    def value_at(self, start: int, end: int) -> Value:
        """Describe the code points *start* to *end*: always prose."""
        return Value(self.text[start:end], start, end, "prose")

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        return self._line_end(offset) if _REMARK.match(self._before(offset)) else None

    def _before(self, offset: int) -> str:
        start = max(self.text.rfind("\n", 0, offset) + 1, offset - _REACH)
        return self.text[start:offset]

    def _line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        return end if end >= 0 else len(self.text)


class PlainDocument(ProseDocument):
    """Text of an unknown kind: whatever looks like a value is taken for one."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        line = self._before(start)
        if "{{" in line:
            from agentsflare_kimi.lint.evidence.scalars import judge_within  # noqa: PLC0415  # rare

            position, key, evidence = judge_within(line, self.text[end : self._line_end(end)])
            if position == "request":
                return Value(self.text[start:end], start, end, position, key, evidence=evidence)
        before = self.text[max(0, start - 10) : start]
        is_value = _BEFORE.search(before) and _AFTER.match(self.text, end)
        return Value(self.text[start:end], start, end, "value" if is_value else "prose")

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        return self._line_end(offset) if _OPENER.search(self._before(offset)) else None
