"""Reads the keys and items of a YAML text, in blocks and in flow collections, in one pass."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import NamedTuple
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.nodes import Node

__all__ = ["Block", "YamlNodes"]

_LINE = lazy(
    r"""^(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)(?:-[ \t]*$)?
        (?:(?P<key>"[^"\r\n]*"|'[^'\r\n]*'
           |(?![\#&*!|>%@`{\["'])[^\s:][^:\r\n]*+(?>(?::(?![ \t\r\n]|\Z)[^:\r\n]*+)*))
           [ \t]*:(?=[ \t\r\n]|\Z))?
        [ \t]*(?P<marks>(?:[!&][^\s\r\n]*[ \t]+)*)(?P<value>[^\r\n]*)""",
    re.MULTILINE | re.VERBOSE,
)
_BLOCK = lazy(r"[|>][-+\d]*[ \t]*(?:#[^\r\n]*)?\Z")
_FLOW = lazy(
    r"(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|(?P<colon>:)(?=[\s,}\]]|\Z)|#[^\r\n]*"
    r"|\n(?P<indent>[ \t]*)(?=[^\s}\]])"
    r"|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\{\{.*?\}\}|(?:[^\s,{}\[\]:\"'#]|:(?![\s,}\]]))+"
)


class Block(NamedTuple):
    """A block scalar: the index of its node, and where its lines begin and end."""

    node: int
    start: int
    end: int


class YamlNodes:
    """The nodes and block scalars of a text."""

    def __init__(self, text: str) -> None:
        """Read *text*."""
        self._text = text
        self.nodes: list[Node] = []
        self.blocks: list[Block] = []
        # The nodes around the present line, with the columns where they begin.
        self._around: list[tuple[int, int]] = []
        self._read()

    def _read(self) -> None:
        floor, limit = 0, -1
        for match in _LINE.finditer(self._text):
            line = match[0].strip()
            indent = len(match["indent"])
            if not line or line.startswith("#") or match.start() < floor or -1 < limit < indent:
                continue
            if limit >= 0:
                self.blocks[-1] = self.blocks[-1]._replace(end=match.start())
                limit = -1
            column = self._add(match)
            if match["value"][:1] in {"|", ">"} and _BLOCK.match(match["value"]):
                limit = min(column, indent + len(match["dashes"])) if match["key"] else indent
                self.blocks.append(Block(len(self.nodes) - 1, match.end(), len(self._text)))
            elif match["value"][:1] in {"{", "["} and not match["value"].startswith("{{"):
                floor = self._add_flow(match.start("value"), column)

    def _add(self, match: re.Match[str]) -> int:
        """Add the items and the key of a line; return the column of the last one."""
        indent = column = len(match["indent"])
        value_start = match.start("value")
        end = match.start() + len(match[0].rstrip())
        for at, sign in enumerate(match["dashes"] or "-" * (match[0].strip() == "-")):
            if sign != "-":
                continue
            column = indent + at
            around = self._enter(column, is_item=True)
            span = match.start(), "", match.end("dashes"), value_start, end
            self.nodes.append(Node(*span, around, is_item=True))
        if match["key"]:
            column = indent + len(match["dashes"])
            around = self._enter(column, is_item=False)
            key = match["key"].rstrip().strip("\"'")
            span = match.start(), key, match.start("key"), value_start, end
            self.nodes.append(Node(*span, around))
        return column

    def _enter(self, column: int, *, is_item: bool) -> int:
        """Leave the nodes that end before a new one, and enter that; return the one around it."""
        while self._around:
            index, around = self._around[-1]
            is_same = around == column and (self.nodes[index].is_item or not is_item)
            if around < column or (around == column and not is_same):
                break
            self._around.pop()
        parent = self._around[-1][0] if self._around else -1
        self._around.append((len(self.nodes), column))
        return parent

    def _add_flow(self, start: int, column: int) -> int:  # noqa: C901  # one case after the other
        """Add the entries of a flow collection; return its end, or its start if it has none."""
        count = len(self.nodes)
        # The index of the node around the present entries.
        around = [count - 1]
        key: tuple[int, int] | None = None
        piece: tuple[int, int] | None = None
        for match in _FLOW.finditer(self._text, start):
            if match["indent"] is not None:
                if len(match["indent"]) <= column:
                    break
            elif match["open"] and match.start() == start:
                continue
            elif match["open"]:
                self._add_entry(key, match.span(), around[-1])
                around.append(len(self.nodes) - 1)
                key = piece = None
            elif match["colon"]:
                key, piece = piece, None
            elif match["comma"] or match["close"]:
                if piece or key:
                    self._add_entry(key, piece or match.span(), around[-1])
                key = piece = None
                if match["close"]:
                    around.pop()
                if not around:
                    return match.end()
            elif not match[0].startswith("#"):
                piece = (piece[0] if piece else match.start()), match.end()
        del self.nodes[count:]
        return start

    def _add_entry(self, key: tuple[int, int] | None, value: tuple[int, int], around: int) -> None:
        start = key[0] if key else value[0]
        name = self._text[slice(*key)].strip("\"'") if key else ""
        self.nodes.append(Node(start, name, start, *value, around, is_item=not key))
