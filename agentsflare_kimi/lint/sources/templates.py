"""JSON that is put together from what stands in the source and what only the program knows."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["Template"]

_QUOTE: Final = re.compile(r'\\.|(")', re.DOTALL)
_IN_VALUE: Final = re.compile(r"[:\w.$+-]\Z")
_BEFORE_ENTRY: Final = frozenset("{[,")


class Template:
    """A text that grows from its beginning, with the place of each character in the source.

    A piece that is not known becomes one sign: `$`, a value, where a value or a part of a string
    can stand; `*`, further entries, where an entry can.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.offsets: list[int] = []
        self._pieces: list[str] = []
        self._pending: list[str] = []
        self._is_quoted = False

    @property
    def text(self) -> str:
        """What is known, and a sign for each piece that is not."""
        return "".join(self._pieces)

    def add(self, text: str, start: int) -> None:
        """Add known text, which begins at *start*."""
        self._pieces.append(text)
        self._pending.append(text)
        self.offsets += range(start, start + len(text))

    def add_unknown(self, start: int) -> None:
        """Add a piece that only the running program knows, and that begins at *start*."""
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
