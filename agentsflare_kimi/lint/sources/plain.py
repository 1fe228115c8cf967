"""Readers for prose, in which nothing is a value, and for files of unknown kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from agentsflare_kimi.lint.evidence.scalars import wording
from agentsflare_kimi.lint.sources.documents import Embedded, Value, line_around

__all__ = ["PlainDocument", "ProseDocument"]

_SIGNS: Final = frozenset("=:>\"'([,")
# Openings of comments in prose formats, at the beginning of a line.
_REMARK: Final = re.compile(r"[ \t]*(?:\.\.|//|%|<!--)")
# Openings of comments in any language, anywhere in a line.
_OPENER: Final = re.compile(
    r"(?:^|\s|[;{})\]])(?:#|//|/\*|<!--|--|;|%|REM\b|\*)", re.IGNORECASE | re.MULTILINE
)
_AFTER: Final = re.compile(r"[ \t]*(?:[\"'<)\],;]|$)", re.MULTILINE)


class ProseDocument:
    """Text in which nothing is a value."""

    def __init__(self, text: str, language: str) -> None:
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
        line, end = line_around(self.text, offset)
        return end if self.has_remark(line, offset) else None

    def has_remark(self, line: int, offset: int) -> bool:
        """Tell whether a comment begins between the start of a line and *offset*."""
        return bool(_REMARK.match(self.text, line, offset))


class PlainDocument(ProseDocument):
    """Text of an unknown kind: whatever looks like a value is taken for one."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        line = wording(self, *line_around(self.text, start))
        position, key, evidence = line.judge(start, end)
        if position == "request" and evidence == ("unsent-text",):
            # A template's default.
            return Value(self.text[start:end], start, end, position, key, evidence=evidence)
        before = start
        while before and self.text[before - 1] in " \t":
            before -= 1
        is_value = self.text[before - 1 : before] in _SIGNS and _AFTER.match(self.text, end)
        return Value(self.text[start:end], start, end, "value" if is_value else "prose")

    def has_remark(self, line: int, offset: int) -> bool:
        """Tell whether a comment begins between the start of a line and *offset*."""
        if line not in self._openers:
            opener = _OPENER.search(self.text, line)
            self._openers[line] = opener.end() if opener else len(self.text)
        return self._openers[line] <= offset

    @cached_property
    def _openers(self) -> dict[int, int]:
        """Where the first comment from the start of each line on is opened."""
        return {}
