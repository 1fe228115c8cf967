"""Reader for settings with one key and value per line: INI, `.env`, Dockerfile, make, batch."""

from __future__ import annotations

import re
from bisect import bisect_right

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.documents import line_around
from agentsflare_kimi.lint.sources.nodes import Node, SettingsDocument

if TYPE_CHECKING:
    from collections.abc import Sequence
__all__ = ["LineDocument"]

_LINE = lazy(r"[^\r\n]+")
_KEY = lazy(
    r"""[ \t]*(?:-[ \t]+)?
        (?:@?(?:export|(?i:set)|setx|ENV|ARG|LABEL|override)[ \t]+|Environment[ \t]*=[ \t]*)?
        (?P<quote>["']?)(?P<key>[A-Za-z_$][\w.$/-]*)(?P=quote)
        [ \t]*(?:[:?+]?=|:(?=[ \t]|\Z))[ \t]*
        |[ \t]*(?:@?(?i:set)[ \t]+"(?P<set>\w+)=|(?:ENV|setx)[ \t]+(?P<pair>\w+)[ \t]+)""",
    re.VERBOSE,
)
_SECTION = lazy(r"[ \t]*\[(?P<name>[^\]\r\n]*)\][ \t]*\Z")
_QUOTED = lazy(r"(?<![\w\\])(?:\"[^\"\r\n]*\"|'[^'\r\n]*')")
_REMARK = lazy(r"[ \t]#")


class LineDocument(SettingsDocument):
    """Settings, read line by line in one pass."""

    is_flat = True
    around_values = " \t\"'\\;,"

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        at = bisect_right(self.nodes, offset, key=lambda node: node.start) - 1
        is_comment = at >= 0 and offset >= self.nodes[at].end
        return line_around(self.text, offset)[1] if is_comment else None

    def read_nodes(self) -> Sequence[Node]:
        """Read every line; sections are around their lines."""
        nodes: list[Node] = []
        section = -1
        comment = re.compile(rf"\s*(?:{load(self.language).comments})")
        has_remarks = "#" in comment.pattern
        for match in _LINE.finditer(self.text):
            start, line = match.start(), match[0]
            end = start + (0 if comment.match(line) else _comment_in(line, has_remarks=has_remarks))
            if header := _SECTION.match(line):
                section = len(nodes)
                name, name_start = header["name"], start + header.start("name")
                nodes.append(Node(start, name, name_start, end, end, -1))
                continue
            key = _KEY.match(line)
            name = key[key.lastgroup or ""] if key else ""
            key_start = start + (key.start(key.lastgroup or "") if key else 0)
            value_start = start + key.end() if key else start
            nodes.append(Node(start, name, key_start, value_start, end, section))
        return nodes


def _comment_in(line: str, *, has_remarks: bool) -> int:
    """Return where a line's comment begins, or where the line ends."""
    if not has_remarks or "#" not in line:
        return len(line)
    remark = _REMARK.search(_QUOTED.sub(lambda quoted: "x" * len(quoted[0]), line))
    return remark.start() if remark else len(line)
