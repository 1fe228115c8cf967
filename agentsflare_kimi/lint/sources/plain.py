"""Readers for prose, in which nothing is a value, and for files of unknown kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from agentsflare_kimi.lint.evidence.scalars import wording
from agentsflare_kimi.lint.evidence.unknown_files import judge_loosely
from agentsflare_kimi.lint.sources.documents import Embedded, Value, line_around

__all__ = ["PlainDocument", "ProseDocument"]

# Openings of comments in prose formats, at the beginning of a line.
_REMARK = re.compile(r"[ \t]*(?:\.\.|//|%|<!--)")
# Openings of comments in any language, anywhere in a line.
_OPENER = re.compile(
    r"(?:^|\s|[;{})\]])(?:#|//|/\*|<!--|--|;|%|REM\b|\*)", re.IGNORECASE | re.MULTILINE
)


# A status line, as servers send it.
_ANSWER = re.compile(r"\bHTTP/\d(?:\.\d)? [1-5]\d\d\b")


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
        line, line_end = line_around(self.text, start)
        words = wording(self, line, line_end)
        position, key, evidence = judge_loosely(words, line, start, end)
        if position == "request" and self._is_trace:
            position, evidence = "record", ("logged",)
        return Value(self.text[start:end], start, end, position, key, evidence=evidence)

    @cached_property
    def _is_trace(self) -> bool:
        """Whether answers stand in the text, too: requests are recorded with them."""
        return _ANSWER.search(self.text) is not None

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
