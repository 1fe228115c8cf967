"""A text split into strings, comments and code, with its brackets paired."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from agentsflare_kimi.fast_typing import Literal, NamedTuple
from agentsflare_kimi.lint.patterns import lazy

__all__ = ["COMMENT", "STRING", "Entry", "Region", "RegionKind", "Source"]

# `part`: a piece of a string with placeholders; `prose`: text outside the code (JSX, PHP).
RegionKind = Literal["string", "part", "heredoc", "comment", "prose", "regex"]

# These replace each character of a string or a comment in the masked text.
STRING = "\x01"
COMMENT = " "

_MARK = lazy(r"[,;()\[\]{}]")
_BRACKET = lazy(r"[()\[\]{}]")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_OPENERS = {closer: opener for opener, closer in _CLOSERS.items()}


class Region(NamedTuple):
    """A stretch of text that is not code.

    Attributes:
        kind: Its kind.
        start: Where it begins, including its opening quote or mark.
        end: Where it ends, including its closing quote.
        inner_start: Where its content begins.
        inner_end: Where its content ends.
    """

    kind: RegionKind
    start: int
    end: int
    inner_start: int
    inner_end: int


class Entry(NamedTuple):
    """One argument of a call, or one entry of an object or list.

    Attributes:
        key: Its key; empty for a positional entry, `*` for a spread or a computed key.
        start: Where it begins, including its key.
        end: Where its value ends.
        value_start: Where its value begins.
        is_quoted: Whether its key is written as a string.
    """

    key: str
    start: int
    end: int
    value_start: int
    is_quoted: bool = False


class Source:
    """A text with its regions; everything else is computed once, on first use."""

    def __init__(self, text: str, regions: Sequence[Region]) -> None:
        """Keep *text* and its *regions*, which are in order and do not overlap."""
        self.text = text
        self.regions = regions
        # The results of `read_entries`, by opening bracket.
        self.memory: dict[int, list[Entry] | None] = {}
        self._starts = [region.start for region in regions]
        # How many steps reading took, for tests of its speed.
        self.visits: int = 0

    def region_at(self, offset: int) -> Region | None:
        """Find the region that holds *offset*; None in code."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or self.regions[index].end <= offset:
            return None
        return self.regions[index]

    def region_from(self, start: int) -> Region | None:
        """Find the region that begins exactly at *start*."""
        region = self.region_at(start)
        return region if region and region.start == start else None

    def regions_between(self, start: int, end: int) -> Sequence[Region]:
        """List the regions that begin from *start* to *end*."""
        return self.regions[bisect_right(self._starts, start - 1) : bisect_right(self._starts, end)]

    @cached_property
    def masked(self) -> str:
        """The text with strings and comments blanked out; offsets do not change."""
        pieces: list[str] = []
        last = 0
        for region in self.regions:
            fill = COMMENT if region.kind in {"comment", "prose"} else STRING
            pieces += (self.text[last : region.start], fill * (region.end - region.start))
            last = region.end
        pieces.append(self.text[last:])
        return "".join(pieces)

    def pieces(self, opener: int) -> tuple[Sequence[tuple[int, int]], bool]:
        """Split the content of brackets at its commas and semicolons.

        Args:
            opener: The offset of the opening bracket.

        Returns:
            Start and end of each piece without surrounding blanks; and whether all brackets
            inside are paired.
        """
        closer = self.closers.get(opener, len(self.text))
        found: list[tuple[int, int]] = []
        start = position = opener + 1
        is_paired = True
        while mark := _MARK.search(self.masked, position, closer):
            self.visits += 1
            position = mark.end()
            if mark[0] in ",;":
                found += self.trimmed(start, mark.start())
                start = position
            elif mark.start() in self.closers:
                position = self.closers[mark.start()] + 1
            else:
                is_paired = False
        return [*found, *self.trimmed(start, closer)], is_paired

    def trimmed(self, start: int, end: int) -> Sequence[tuple[int, int]]:
        """Strip the blanks around a stretch of code; nothing is left of blank ones."""
        piece = self.masked[start:end]
        start += len(piece) - len(piece.lstrip())
        return [(start, start + len(piece.strip()))] if piece.strip() else []

    @cached_property
    def _brackets(self) -> tuple[dict[int, int], list[int], list[int]]:
        """Each opener's closer; all brackets' offsets; and the innermost opener after each."""
        closers = self._pairs()
        marks = sorted((*closers, *closers.values()))
        inside: list[int] = []
        around = [-1]
        for mark in marks:
            if mark in closers:
                around.append(mark)
            else:
                around.pop()
            inside.append(around[-1])
        return closers, marks, inside

    def _pairs(self) -> dict[int, int]:
        closers: dict[int, int] = {}
        stack: list[int] = []
        open_of_kind = {"(": 0, "[": 0, "{": 0}
        masked = self.masked
        for match in _BRACKET.finditer(masked):
            sign = match[0]
            if sign in _CLOSERS:
                stack.append(match.start())
                open_of_kind[sign] += 1
            elif open_of_kind[_OPENERS[sign]]:
                # Ignore brackets in between that were never closed.
                while masked[stack[-1]] != _OPENERS[sign]:
                    open_of_kind[masked[stack.pop()]] -= 1
                open_of_kind[_OPENERS[sign]] -= 1
                closers[stack.pop()] = match.start()
        return closers

    @property
    def closers(self) -> dict[int, int]:
        """Maps the offset of each opening bracket to that of its closing one."""
        return self._brackets[0]

    def enclosing(self, offset: int) -> int | None:
        """Find the innermost opening bracket whose pair holds *offset*."""
        _, marks, inside = self._brackets
        index = bisect_right(marks, offset - 1) - 1
        return inside[index] if index >= 0 and inside[index] >= 0 else None
