"""Reads YAML flow collections on any number of lines: `{model: name, n: 1}`, `[one, two]`."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.beside import Beside, squeeze
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import sampling_parameter
from agentsflare_kimi.lint.requests.settings import Setting, number_ahead
from agentsflare_kimi.lint.sources.literals import COMPUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsflare_kimi.lint.sources.yaml_lines import Node

__all__ = ["SPEAKERS", "Collections"]

_FLOW: Final = lazy(
    r"(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|(?P<colon>:)(?=[\s,}\]]|\Z)|#[^\r\n]*"
    r"|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\{\{.*?\}\}|(?:[^\s,{}\[\]:\"'#]|:(?![\s,}\]]))+"
)
# Keys beside a `value` that tell what the value is for.
SPEAKERS: Final = frozenset({"name", "key", "env", "variable", "id", "option"})


class Collections:
    """The flow collections of a text."""

    def __init__(self, text: str, nodes: Sequence[Node]) -> None:
        """Keep a text and its lines."""
        self._text = text
        self._nodes = nodes
        self.keys: dict[int, list[str]] = {}
        self.node_of: dict[int, int] = {}
        self._beside: dict[int, Beside] = {}

    def entry_at(self, offset: int) -> tuple[str, int, int, int] | None:
        """Find the entry that holds *offset*: its key, start, end and collection."""
        starts, entries = self._flows
        at = bisect_right(starts, offset) - 1
        return entries[at] if at >= 0 and offset < entries[at][2] else None

    @cached_property
    def _flows(self) -> tuple[list[int], list[tuple[str, int, int, int]]]:
        """The scalars of all flow collections: each with its key, start, end and collection."""
        found: list[tuple[str, int, int, int]] = []
        position = 0
        for index, node in enumerate(self._nodes):
            begins = self._text[node.value_start : node.value_start + 1] in {"{", "["}
            is_template = self._text.startswith("{{", node.value_start)
            if begins and not is_template and node.value_start >= position:
                position = self._read_flow(index, node.value_start, found)
        found.sort(key=lambda entry: entry[1])
        return [entry[1] for entry in found], found

    def _read_flow(self, node: int, start: int, found: list[tuple[str, int, int, int]]) -> int:
        stack: list[tuple[int, str]] = []
        key, piece = "", (-1, -1)
        position = start
        for match in _FLOW.finditer(self._text, start):
            position = match.end()
            if match["open"]:
                stack.append((match.start(), key))
                self.keys[match.start()] = []
                self.node_of[match.start()] = node
                key, piece = "", (-1, -1)
            elif match["colon"] and stack:
                key = self._text[piece[0] : piece[1]].strip("\"'")
                self.keys[stack[-1][0]].append(key)
                piece = (-1, -1)
            elif match["comma"] or match["close"]:
                if piece[0] >= 0 and stack:
                    found.append((key or stack[-1][1] * 0, piece[0], piece[1], stack[-1][0]))
                key, piece = "", (-1, -1)
                if match["close"] and stack:
                    stack.pop()
                if not stack:
                    break
            elif not match[0].startswith("#"):
                piece = (piece[0] if piece[0] >= 0 else match.start(), match.end())
        return position

    def beside(self, opener: int) -> Beside:
        """Return the keys of a collection."""
        if opener not in self._beside:
            self._beside[opener] = Beside(map(squeeze, self.keys[opener]))
        return self._beside[opener]

    def item_before(self, start: int) -> str:
        """Return the item before the one that begins at *start*."""
        starts, entries = self._flows
        at = bisect_right(starts, start) - 2
        return self._text[entries[at][1] : entries[at][2]].strip("\"'") if at >= 0 else ""

    @cached_property
    def _flow_entries(self) -> dict[int, list[tuple[str, int, int, int]]]:
        entries: dict[int, list[tuple[str, int, int, int]]] = {}
        for entry in self._flows[1]:
            entries.setdefault(entry[3], []).append(entry)
        return entries

    def named_in(self, opener: int) -> list[str]:
        """List the values of a `name` or the like in a collection."""
        entries = self._flow_entries.get(opener, ())
        return [self._text[a:b].strip("\"'") for key, a, b, _ in entries if key in SPEAKERS]

    def settings_in(self, opener: int) -> Sequence[Setting]:
        """List the parameters that a collection sets."""
        entries = self._flow_entries.get(opener, ())
        return [
            Setting(key, parameter, *(number_ahead(self._text, a) or (COMPUTED, a))[:1], a, b)
            for key, a, b, _ in entries
            if (parameter := sampling_parameter(key))
        ]
