"""Reader for YAML: mappings, lists, flow collections, block scalars, anchors and templates."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.languages import language_of
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.sources.documents import Embedded, line_around, slice_of
from agentsflare_kimi.lint.sources.nodes import Node, SettingsDocument
from agentsflare_kimi.lint.sources.yaml_nodes import YamlNodes

if TYPE_CHECKING:
    from collections.abc import Sequence
__all__ = ["YamlDocument"]

_COMMENT = lazy(r"(?:^|[ \t])#")
_QUOTED = lazy(r"\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'")
_SCRIPTS = frozenset({"run", "script", "command", "cmd", "shell", "bash", "before_script"})
_ASSIGNED = lazy(r"\s*(?:export\s+)?[A-Za-z_][\w.]*=")


class YamlDocument(SettingsDocument):
    """YAML; a block scalar may be an embedded text."""

    @cached_property
    def _read(self) -> YamlNodes:
        return YamlNodes(self.text)

    def read_nodes(self) -> Sequence[Node]:
        """Read every key, item and entry."""
        return self._read.nodes

    def embedded(self) -> Sequence[Embedded]:
        """List the block scalars that name a model and are embedded texts."""
        if "|" not in self.text and ">" not in self.text:
            return ()
        return [
            slice_of(self.text, block.start, block.end, language)
            for block in self._read.blocks
            if next(find_names(self.text, block.start, block.end), None)
            and (
                language := _language_in(
                    self.nodes[block.node].key, self.text[block.start : block.end]
                )
            )
        ]

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        start, end = line_around(self.text, offset)
        return end if self._comment_in(start, end) <= offset else None

    def stretch_at(self, index: int, offset: int) -> tuple[int, int]:
        """Find the text of a node's value that *offset* is in: its line."""
        node = self.nodes[index]
        line, line_end = line_around(self.text, offset)
        at = bisect_right(self._read.blocks, offset, key=lambda block: block.start) - 1
        if at >= 0 and offset < self._read.blocks[at].end:
            return line, line_end
        if offset < node.end:
            start = node.value_start
            return start, min(node.end, self._comment_in(line, line_end))
        return max(line, node.end), self._comment_in(line, line_end)

    @cached_property
    def _comments(self) -> dict[tuple[int, int], int]:
        return {}

    def _comment_in(self, start: int, end: int) -> int:
        """Return where a line's comment begins, or where the line ends."""
        if (start, end) not in self._comments:
            line = self.text[start:end]
            masked = _QUOTED.sub(lambda match: "x" * len(match[0]), line) if "#" in line else ""
            found = _COMMENT.search(masked) if masked else None
            self._comments[start, end] = start + found.start() if found else end
        return self._comments[start, end]


def _language_in(key: str, text: str) -> str:
    """Tell the language of a block scalar by its key (`run`, a file's name) and its content."""
    begin = text.lstrip()[:2]
    if begin[:1] in {"{", "["} and text.rstrip()[-1:] in {"}", "]"} and begin != "{{":
        return "json"
    if key in _SCRIPTS or begin == "#!":
        return "shell"
    if "." in key and (language := language_of(key, "")) not in {"plain", "prose"}:
        return language
    return "env" if _ASSIGNED.match(text.lstrip("\r\n")) else ""
