"""Reader for YAML, in one pass over the lines at any nesting."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.beside import Beside, squeeze
from agentsflare_kimi.lint.evidence.scalars import NEAR, Scalar, is_list, judge_scalar, judge_within
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import sampling_parameter
from agentsflare_kimi.lint.requests.settings import Setting, number_ahead
from agentsflare_kimi.lint.sources.documents import Embedded, Value
from agentsflare_kimi.lint.sources.identifiers import find_names
from agentsflare_kimi.lint.sources.literals import COMPUTED
from agentsflare_kimi.lint.sources.yaml_flow import SPEAKERS, Collections
from agentsflare_kimi.lint.sources.yaml_lines import (
    Lines,
    Node,
    is_listed,
    keys_around,
    language_in,
    span_below,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["YamlDocument"]

_COMMENT: Final = lazy(r"(?:^|[ \t])#")
_QUOTED: Final = lazy(r"\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'")


class YamlDocument:
    """YAML: mappings, lists, flow collections, block scalars, anchors and templates."""

    language = "yaml"

    def __init__(self, text: str) -> None:
        """Keep *text*; it is read on first use."""
        self.text = text
        self._settings_of: dict[int, Sequence[Setting]] = {}
        self._keys_of: dict[int, tuple[Beside, Sequence[str]]] = {}
        self._lists: dict[tuple[int, int], bool] = {}
        self._scalars: dict[tuple[int, int], tuple[int, int]] = {}
        self._comments: dict[tuple[int, int], int] = {}

    def embedded(self) -> Sequence[Embedded]:
        """List the block scalars that name a model and are embedded texts."""
        return self._blocks_with_names

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        end = end if end >= 0 else len(self.text)
        begins = self._comment_in(start, end)
        return end if begins <= offset else None

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        name = self.text[start:end]
        comment = self.comment_end(start)
        if comment is not None:
            return Value(name, start, end, "comment")
        index = bisect_right(self._nodes, start, key=_start) - 1
        while index > 0 and self._nodes[index].value_start > start >= self._nodes[index].end:
            index -= 1
        if index < 0:
            return Value(name, start, end, "prose")
        node = self._nodes[index]
        if (
            node.key
            and node.key_start <= start < node.value_start
            and start < node.key_start + len(node.key) + 2
        ):
            return Value(name, start, end, "key")
        block = self._block_at(start)
        if block >= 0:
            return self._in_block(block, start, end)
        if flow := self._collections.entry_at(start):
            return self._in_flow(flow, start, end)
        return self._in_scalar(index, start, end)

    def _in_scalar(self, index: int, start: int, end: int) -> Value:
        node = self._nodes[index]
        first, last = self._scalar_at(node, start)
        if start <= first and last <= end:
            return self._judged(index, start, end)
        before, after = self.text[max(first, start - NEAR) : start], self.text[end : end + NEAR]
        after = after[: max(0, last - end)]
        if "{{" in before and self.text[start - 1] in "\"'`" and "}}" in after:
            position, key, evidence = judge_within(before, after)
            if position == "value":
                value = self._judged(index, start, end)
                is_ours = value.position == "request" or key
                position = "request" if is_ours and node.key else "value"
                return Value(
                    self.text[start:end], start, end, position, key or node.key, evidence=evidence
                )
        return self._within(before, after, start, end, (first, last))

    def _scalar_at(self, node: Node, start: int) -> tuple[int, int]:
        """Return start and end of the scalar on the line of *start*, without quotes."""
        is_continued = start >= node.end
        begin = node.end if is_continued else min(node.value_start, start)
        last = self.text.find("\n", start)
        last = self._comment_in(start if is_continued else node.start, self._or_end(last))
        if (begin, last) not in self._scalars:
            content = self.text[begin:last]
            inner = content.strip(" \t\r\n\"'")
            first = begin + content.find(inner)
            self._scalars[begin, last] = first, first + len(inner)
        return self._scalars[begin, last]

    def _or_end(self, position: int) -> int:
        return position if position >= 0 else len(self.text)

    def _within(
        self, before: str, after: str, start: int, end: int, whole: tuple[int, int]
    ) -> Value:
        position, key, evidence = judge_within(before, after)
        if position == "prose":
            if whole not in self._lists:
                self._lists[whole] = is_list(self.text[whole[0] : whole[1]].strip().strip("\"'"))
            if self._lists[whole]:
                position, evidence = "value", ("listed",)
        return Value(self.text[start:end], start, end, position, key, evidence=evidence)

    def _judged(self, index: int, start: int, end: int) -> Value:
        """Classify a scalar that is a model's name and nothing else."""
        node = self._nodes[index]
        name = self.text[start:end]
        if not node.key:
            flag = self._item_before(index)
            if flag and judge_within(f"{flag} ", "")[0] == "request":
                return Value(name, start, end, "request", flag)
        keys, named = self._beside(node.parent)
        around = [*keys_around(self._nodes, index)]
        scalar = Scalar(
            node.key,
            keys if node.key else None,
            around,
            named if node.key else (),
            is_listed=is_listed(self._nodes, index),
        )
        position, key, evidence = judge_scalar(scalar)
        if position == "request" and self._is_catalogue(node, evidence):
            position, evidence = "value", (*evidence, "catalogue")
        settings = self._settings(node.parent) if position == "request" else ()
        return Value(name, start, end, position, key, settings=settings, evidence=evidence)

    def _is_catalogue(self, node: Node, evidence: tuple[str, ...]) -> bool:
        """Tell whether an item is in a list of models that nothing shows to be called."""
        item = self._nodes[node.parent] if node.parent >= 0 else None
        if item is None or not item.is_item or {"chat-body", "credentials"} & set(evidence):
            return False
        return self._models_below(item.parent) > 1

    def _models_below(self, parent: int) -> int:
        if parent not in self._counted:
            first, last = span_below(self._nodes, parent, len(self.text))
            names = {name.text for name in find_names(self.text, first, last)}
            self._counted[parent] = len(names)
        return self._counted[parent]

    @cached_property
    def _counted(self) -> dict[int, int]:
        return {}

    def _item_before(self, index: int) -> str:
        """Return the text of the item before an item."""
        node = self._nodes[index]
        before = self._nodes[index - 1] if index else None
        is_item = before is not None and before.is_item and before.column == node.column
        return (
            self.text[before.value_start : before.end].strip().strip("\"'")
            if before and is_item
            else ""
        )

    def _beside(self, parent: int) -> tuple[Beside, Sequence[str]]:
        """Return the keys of a mapping, and the values of its `name` or the like."""
        if parent not in self._keys_of:
            nodes = [self._nodes[i] for i in self._children.get(parent, ())]
            named = [
                self.text[node.value_start : node.end].strip().strip("\"'")
                for node in nodes
                if node.key in SPEAKERS
            ]
            self._keys_of[parent] = Beside(squeeze(node.key) for node in nodes), named
        return self._keys_of[parent]

    def _settings(self, parent: int) -> Sequence[Setting]:
        if parent not in self._settings_of:
            found = [self._setting(self._nodes[i]) for i in self._children.get(parent, ())]
            self._settings_of[parent] = [setting for setting in found if setting]
        return self._settings_of[parent]

    def _setting(self, node: Node) -> Setting | None:
        parameter = sampling_parameter(node.key)
        if not parameter:
            return None
        # In settings, `n` may count anything.
        line = self.text[: self._comment_in(node.start, node.end)]
        number = number_ahead(line, node.value_start) if parameter != "n" else None
        value, end = number or (COMPUTED, node.value_start)
        return Setting(node.key, parameter, value, node.key_start, end)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @property
    def _nodes(self) -> Sequence[Node]:
        return self._lines.nodes

    @cached_property
    def _collections(self) -> Collections:
        return Collections(self.text, self._nodes)

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for index, node in enumerate(self._nodes):
            if node.key:
                children.setdefault(node.parent, []).append(index)
        return children

    def _block_at(self, offset: int) -> int:
        at = bisect_right(self._lines.headers, (offset,), key=lambda header: (header[1],)) - 1
        return (
            at
            if at >= 0 and self._lines.headers[at][1] <= offset < self._lines.headers[at][2]
            else -1
        )

    def _in_block(self, block: int, start: int, end: int) -> Value:
        index, first, last = self._lines.headers[block]
        if self.text[first:last].strip() == self.text[start:end]:
            return self._judged(index, start, end)
        line = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", end)
        after = self.text[end : line_end if line_end >= 0 else len(self.text)]
        position, key, evidence = judge_within(self.text[line:start], after)
        return Value(self.text[start:end], start, end, position, key, evidence=evidence)

    @cached_property
    def _blocks_with_names(self) -> tuple[Embedded, ...]:
        found: list[Embedded] = []
        if "|" not in self.text and ">" not in self.text:
            return ()
        for index, start, end in self._lines.headers:
            if next(find_names(self.text, start, end), None) is None:
                continue
            language = language_in(self._nodes[index].key, self.text[start:end])
            if language:
                offsets = range(start, end + 1)
                found.append(Embedded(self.text[start:end], language, offsets))
        return tuple(found)

    def _comment_in(self, start: int, end: int) -> int:
        """Return where a line's comment begins, or where the line ends."""
        if (start, end) not in self._comments:
            line = self.text[start:end]
            masked = _QUOTED.sub(lambda match: "x" * len(match[0]), line) if "#" in line else ""
            found = _COMMENT.search(masked)
            self._comments[start, end] = start + found.start() if found else end
        return self._comments[start, end]

    def _in_flow(self, flow: tuple[str, int, int, int], start: int, end: int) -> Value:
        key, first, last, opener = flow
        before, after = self.text[first:start], self.text[end:last]
        index = self._collections.node_of[opener]
        if before.strip("\"'") or after.strip("\"'"):
            return self._within(before, after, start, end, (first, last))
        name = self.text[start:end]
        if not key:
            flag = self._collections.item_before(first)
            if flag and judge_within(f"{flag} ", "")[0] == "request":
                return Value(name, start, end, "request", flag)
            return Value(name, start, end, "value", self._nodes[index].key, evidence=("listed",))
        keys = self._collections.beside(opener)
        named = self._collections.named_in(opener)
        around = [self._nodes[index].key, *keys_around(self._nodes, index)]
        position, key, evidence = judge_scalar(
            Scalar(key, keys, around, named, is_listed=is_listed(self._nodes, index))
        )
        settings = self._collections.settings_in(opener) if position == "request" else ()
        return Value(name, start, end, position, key, settings=settings, evidence=evidence)


def _start(node: Node) -> int:
    return node.start
