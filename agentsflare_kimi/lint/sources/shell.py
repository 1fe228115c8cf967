"""Reader for shell scripts: words, assignments, flags, and JSON in quotes and heredocs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.keys import is_model_key
from agentsflare_kimi.lint.sources.regions import Region

__all__ = ["ShellDocument"]

_ASSIGNMENT: Final = re.compile(r"(?:\A|[\s;&|(])-?-?([A-Za-z_][\w-]*)=\Z")
_FLAG: Final = re.compile(r"(?:\A|\s)(--?[\w-]*model(?:[-_](?:name|id))?|-m)[ \t]+\Z")
_COMPARISON: Final = re.compile(r"(?:[=!]=?|=~|-eq|-ne)[ \t]+\Z|\bcase[ \t]+\Z")
_AFTER_WORD: Final = re.compile(r"[\s;&|)\"'`]|\Z")
_PATTERN: Final = re.compile(r"[ \t]*(?:\)|\|(?!\|))")
_WINDOW: Final = 200
_DOUBLE_QUOTED_ESCAPES: Final = frozenset('"\\$`')


class ShellDocument(CodeDocument):
    """A shell script; the bodies that it sends are texts of their own."""

    def __init__(self, text: str) -> None:
        """Keep *text*; it is read on first use."""
        super().__init__(text, "shell")

    def embedded(self) -> Sequence[Embedded]:
        """List the JSON bodies in quotes and heredocs."""
        found = (self._json(region) for region in self.source.regions)
        return tuple(text for text in found if text)

    def _json(self, region: Region) -> Embedded | None:
        if region.kind not in {"string", "heredoc"}:
            return None
        raw = self.text[region.inner_start : region.inner_end]
        body = raw.strip()
        if body[:1] not in {"{", "["} or body[-1:] not in {"}", "]"}:
            return None
        if self.text[region.start] != '"':
            offsets = range(region.inner_start, region.inner_end + 1)
            return Embedded(raw, "json", offsets, _single_quoted)
        text, offsets = _unescaped(raw, region.inner_start)
        return Embedded(text, "json", offsets, _double_quoted)

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*."""
        region = self.source.region_at(start)
        if region is None:
            return self._word(start, end, start, end)
        if region.kind != "string":
            return super().value_at(start, end)
        if (region.inner_start, region.inner_end) != (start, end):
            if self.text[start - 2 : start] in {":-", ":="}:
                return Value(self.text[start:end], start, end, "value")
            return Value(self.text[start:end], start, end, "prose")
        return self._word(region.start, region.end, start, end)

    def _word(self, word_start: int, word_end: int, start: int, end: int) -> Value:
        position, key = self._place(word_start, word_end)
        return Value(self.text[start:end], start, end, position, key)

    def _place(self, start: int, end: int) -> tuple[Position, str]:
        before = self.text[max(0, start - _WINDOW) : start]
        if not _AFTER_WORD.match(self.text, end):
            return "glued", ""
        if _COMPARISON.search(before) or (_PATTERN.match(self.text, end) and _begins(before)):
            return "comparison", ""
        if match := _ASSIGNMENT.search(before) or _FLAG.search(before):
            key = match[1]
            is_request = is_model_key(key.lstrip("-")) or key == "-m"
            return ("request" if is_request else "value"), key
        return ("value" if not before or before[-1].isspace() else "glued"), ""


def _begins(before: str) -> bool:
    """Whether a `case` pattern may stand here: at a line's start or after another pattern."""
    line = before.rpartition("\n")[2].strip()
    return not line or line.endswith(("|", "(", " in", ";;"))


def _single_quoted(replacement: str) -> str:
    return replacement


def _double_quoted(replacement: str) -> str:
    return "".join(f"\\{c}" if c in _DOUBLE_QUOTED_ESCAPES else c for c in replacement)


def _unescaped(raw: str, start: int) -> tuple[str, list[int]]:
    characters: list[str] = []
    offsets: list[int] = []
    index = 0
    while index < len(raw):
        offsets.append(start + index)
        if raw[index] == "\\" and raw[index + 1 : index + 2] in _DOUBLE_QUOTED_ESCAPES:
            index += 1
        characters.append(raw[index])
        index += 1
    offsets.append(start + len(raw))
    return "".join(characters), offsets
