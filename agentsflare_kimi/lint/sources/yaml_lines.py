"""Parses the lines of a YAML text into a tree of keys and items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.named_tuple import NamedTuple

__all__ = ["Lines", "Node", "is_listed", "keys_around", "language_in", "span_below"]

_LINE: Final = lazy(
    r"""^(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)(?:-[ \t]*$)?
        (?:(?P<key>"[^"\r\n]*"|'[^'\r\n]*'
           |(?![\#&*!|>%@`{\["'])[^\s:][^:\r\n]*+(?>(?::(?![ \t\r\n]|\Z)[^:\r\n]*+)*))
           [ \t]*:(?=[ \t\r\n]|\Z))?
        [ \t]*(?P<marks>(?:[!&][^\s\r\n]*[ \t]+)*)(?P<value>[^\r\n]*)""",
    re.MULTILINE | re.VERBOSE,
)
_BLOCK: Final = lazy(r"[|>][-+\d]*[ \t]*(?:#[^\r\n]*)?\Z")
_SCRIPTS: Final = frozenset({"run", "script", "command", "cmd", "shell", "bash", "before_script"})
_ASSIGNED: Final = lazy(r"\s*(?:export\s+)?[A-Za-z_][\w.]*=", re.MULTILINE)


class Node(NamedTuple):
    """A line with a key, an item of a list, or a line of a scalar.

    Attributes:
        start: Where its line begins.
        column: Where its key begins, or its dash.
        key: Its key; empty for an item.
        key_start: Where the key begins.
        value_start: Where its value begins, after tags and anchors.
        end: Where the line ends.
        parent: The node around it; -1 at the top.
        is_item: Whether it is an item of a list.
    """

    start: int
    column: int
    key: str
    key_start: int
    value_start: int
    end: int
    parent: int
    is_item: bool = False


class Lines:
    """The nodes of a text.

    Attributes:
        nodes: The nodes in order.
        headers: For each block scalar, its node and the start and end of its lines.
    """

    def __init__(self, text: str) -> None:
        """Read *text* in one pass."""
        self._text = text
        self.headers: list[tuple[int, int, int]] = []
        self.nodes: list[Node] = self._read()

    def _read(self) -> list[Node]:
        nodes: list[Node] = []
        around: list[int] = []
        limit = -1
        for match in _LINE.finditer(self._text):
            line = match[0]
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            indent = len(match["indent"])
            if limit >= 0:
                if indent > limit:
                    continue
                self._close(match.start())
                limit = -1
            self._add(match, nodes, around)
            if _BLOCK.match(match["value"]):
                limit = indent + (len(match["dashes"]) if match["key"] else 0)
                limit = min(limit, nodes[-1].column) if match["key"] else indent
                self.headers.append((len(nodes) - 1, match.end(), len(self._text)))
        return nodes

    def _close(self, end: int) -> None:
        index, start, _ = self.headers[-1]
        self.headers[-1] = index, start, end

    def _add(self, match: re.Match[str], nodes: list[Node], around: list[int]) -> None:
        column = len(match["indent"])
        end = match.start() + len(match[0].rstrip())
        value_start = match.start("value")
        for dash in re.finditer(r"-", match["dashes"] or ("-" if match[0].strip() == "-" else "")):
            self._leave(nodes, around, column + dash.start(), is_item=True)
            parent = around[-1] if around else -1
            around.append(len(nodes))
            nodes.append(
                Node(
                    match.start(),
                    column + dash.start(),
                    "",
                    match.end("dashes"),
                    value_start,
                    end,
                    parent,
                    is_item=True,
                )
            )
        if not match["key"]:
            return
        column += len(match["dashes"])
        self._leave(nodes, around, column, is_item=False)
        key_start = match.start("key")
        parent = around[-1] if around else -1
        around.append(len(nodes))
        key = match["key"].rstrip().strip("\"'")
        nodes.append(Node(match.start(), column, key, key_start, value_start, end, parent))

    @staticmethod
    def _leave(nodes: list[Node], around: list[int], column: int, *, is_item: bool) -> None:
        while around:
            top = nodes[around[-1]]
            is_left = top.column > column or (top.column == column and (top.is_item or not is_item))
            if not is_left:
                return
            around.pop()


def language_in(key: str, text: str) -> str:
    """Tell the language of a block scalar; empty for prose or unknown text.

    Args:
        key: Its key: `run`, or the name of a file.
        text: Its content.
    """
    from agentsflare_kimi.lint.languages import language_of  # noqa: PLC0415  # rarely needed

    begin = text.lstrip()[:2]
    if begin[:1] in {"{", "["} and text.rstrip()[-1:] in {"}", "]"} and begin != "{{":
        return "json"
    if key in _SCRIPTS or begin == "#!":
        return "shell"
    if "." in key and (language := language_of(key, "")) not in {"plain", "prose"}:
        return language
    return "env" if _ASSIGNED.match(text.lstrip("\r\n")) else ""


def keys_around(nodes: Sequence[Node], index: int) -> Iterator[str]:
    """Yield the keys around a node, from the nearest outwards."""
    parent = nodes[index].parent
    while parent >= 0:
        if nodes[parent].key:
            yield nodes[parent].key
        parent = nodes[parent].parent


def is_listed(nodes: Sequence[Node], index: int) -> bool:
    """Tell whether a node is in an item of a list."""
    while index >= 0:
        if nodes[index].is_item:
            return True
        index = nodes[index].parent
    return False


def span_below(nodes: Sequence[Node], parent: int, length: int) -> tuple[int, int]:
    """Return where the lines below a node begin and end; those of the whole text for -1."""
    if parent < 0:
        return 0, length
    column = nodes[parent].column
    for node in nodes[parent + 1 :]:
        if node.column < column or (node.column == column and not node.is_item):
            return nodes[parent].start, node.start
    return nodes[parent].start, length
