"""JSON assembled from text in the source and pieces known only at run time."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Template"]

_QUOTE: Final = re.compile(r'\\.|(")', re.DOTALL)
_IN_VALUE: Final = re.compile(r"[:\w.$+-]\Z")
_BEFORE_ENTRY: Final = frozenset("{[,")


class Template:
    """A text built piece by piece, with the source offset of each character.

    An unknown piece becomes one sign: `$` where a value or a part of a string may be, `*` where
    further entries may be.
    """

    def __init__(self) -> None:
        """Start with an empty text."""
        self.offsets: list[int] = []
        self._pieces: list[str] = []
        self._pending: list[str] = []
        self._is_quoted = False

    @property
    def text(self) -> str:
        """The text, with a sign for each unknown piece."""
        return "".join(self._pieces)

    def add(self, text: str, start: int) -> None:
        """Add known text, which begins at *start* in the source."""
        self._pieces.append(text)
        self._pending.append(text)
        self.offsets += range(start, start + len(text))

    def read(self, text: str, start: int, end: int, piece: re.Pattern[str]) -> int:
        """Add pieces of source text.

        Args:
            text: The source.
            start: Where to begin.
            end: Where to stop.
            piece: Pattern of a piece, with one group: `unknown`, `blank`, `closed` for a doubled
                brace, or another one for text.

        Returns:
            Where it stopped: *end*, or before something that is not a piece.
        """
        while start < end and (found := piece.match(text, start, end)):
            kind = found.lastgroup or ""
            if kind == "unknown":
                self.add_unknown(start)
            else:
                self.add(" " if kind == "blank" else found[kind], start + (kind == "closed"))
            start = found.end()
        return start

    def add_unknown(self, start: int) -> None:
        """Add a piece known only at run time, which begins at *start* in the source."""
        sign = self._sign()
        self._pieces.append(sign)
        self.offsets += [start] * len(sign)

    def _sign(self) -> str:
        before = "".join(self._pending)
        self._is_quoted ^= sum(map(bool, _QUOTE.findall(before))) % 2 == 1
        self._pending = [] if self._is_quoted else ["$"]
        code = before.rstrip()
        if self._is_quoted or _IN_VALUE.search(code):
            return "$"
        return "*" if code[-1:] in _BEFORE_ENTRY else ",*"
