"""Finds the table that a place in TOML is in: its header, and its keys."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

__all__ = ["Table", "Tables"]

_HEADER: Final = lazy(r"^[ \t]*(\[{1,2})([^\[\]\r\n]+)\]", re.MULTILINE)
_KEY: Final = lazy(r"^[ \t]*[\"']?([\w.-]+)[\"']?[ \t]*=", re.MULTILINE)


class Table(NamedTuple):
    """A table.

    Attributes:
        name: Its header, without brackets; empty before the first.
        is_listed: Whether it is one of an array.
        start: Where its lines begin.
        end: Where they end.
    """

    name: str
    is_listed: bool
    start: int
    end: int


class Tables:
    """The tables of a text, found in one pass."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        self._text = text
        self._keys: dict[int, frozenset[str]] = {}

    def table_at(self, offset: int) -> Table:
        """Find the table around *offset*."""
        return self._tables[bisect_right(self._tables, offset, key=_start) - 1]

    def keys_of(self, table: Table) -> frozenset[str]:
        """List the keys of a table, as they are written."""
        if table.start not in self._keys:
            found = _KEY.finditer(self._text, table.start, table.end)
            self._keys[table.start] = frozenset(match[1] for match in found)
        return self._keys[table.start]

    @cached_property
    def _tables(self) -> Sequence[Table]:
        headers = list(_HEADER.finditer(self._text))
        ends = [*(header.start() for header in headers), len(self._text)]
        first = Table("", False, 0, ends[0])  # noqa: FBT003  # a named tuple's field
        named = [
            Table(header[2], len(header[1]) > 1, header.end(), end)
            for header, end in zip(headers, ends[1:], strict=True)
        ]
        return [first, *named]


def _start(table: Table) -> int:
    return table.start
