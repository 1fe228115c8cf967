"""Settings as a tree of keys and values, whatever the format of the file."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.values import Values
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.sources.documents import Embedded, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Node", "SettingsDocument"]


class Node(NamedTuple):
    """A key with its value, an item of a list, or another line.

    Attributes:
        start: Where it begins.
        key: Its key; empty for an item.
        key_start: Where the key begins.
        value_start: Where its value begins.
        end: Where its value ends.
        parent: The index of the node around it; -1 at the top.
        is_item: Whether it is an item of a list.
    """

    start: int
    key: str
    key_start: int
    value_start: int
    end: int
    parent: int
    is_item: bool = False


class SettingsDocument:
    """Keys and values, read into nodes in one pass."""

    # Whether each line is a setting by itself.
    is_flat = False
    # What may be around a value and is not part of it.
    around_values = " \t\r\n\"'"

    def __init__(self, text: str, language: str) -> None:
        """Keep *text*; it is read on first use."""
        self.text = text
        self.language = language

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """Every key, item and other line, in order."""
        return self.read_nodes()

    def read_nodes(self) -> Sequence[Node]:
        """Read the nodes."""
        raise NotImplementedError

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        raise NotImplementedError

    def stretch_at(self, index: int, offset: int) -> tuple[int, int]:
        """Find the text of a node's value that *offset* is in."""
        del offset
        return self.nodes[index].value_start, self.nodes[index].end

    def embedded(self) -> Sequence[Embedded]:
        """List the embedded texts: none."""
        return ()

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        name = self.text[start:end]
        index = bisect_right(self.nodes, start, key=_start) - 1
        if self.comment_end(start) is not None:
            return Value(name, start, end, "comment")
        if index < 0:
            return Value(name, start, end, "prose")
        node = self.nodes[index]
        # The key's opening quote counts.
        if node.key and start < node.value_start and start <= node.key_start + len(node.key):
            return Value(name, start, end, "key")
        first, last = self.bare(*self.stretch_at(index, start))
        if start <= first and last <= end:
            return self._values.whole(index, start, end)
        return self._values.part(index, start, end, first, last)

    @cached_property
    def _values(self) -> Values:
        return Values(self.text, self.nodes, load(self.language), self.bare, is_flat=self.is_flat)

    def bare(self, start: int, end: int) -> tuple[int, int]:
        """Return where a value begins and ends without its quotes and blanks."""
        while start < end and self.text[start] in self.around_values:
            start += 1
        while end > start and self.text[end - 1] in self.around_values:
            end -= 1
        return start, end


def _start(node: Node) -> int:
    return node.start
