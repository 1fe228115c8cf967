"""Reader for notebooks: each text cell is an embedded text, and all code cells are one program."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import group_at
from agentsflare_kimi.lint.requests.literals import read_entries, read_literal
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Embedded, Value, slice_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentsflare_kimi.lint.sources.regions import Entry, Source

__all__ = ["CellDocument", "NotebookDocument"]

_MAGIC = lazy(
    r"^[ \t]*(?:!|%(?:env|set_env|sx|system)[ \t]+|%%?(?=\w+[^\r\n]*[ \t]-))(?P<command>[^\r\n]*)",
    re.MULTILINE,
)
_OTHER_MAGIC = lazy(r"%%(?!(?:time|timeit|capture|prun)\b)(?P<name>\w+)")
_CHARACTER = lazy(r"\\u(?P<code>[0-9a-fA-F]{4})|(?P<escape>\\)?(?P<sign>.)", re.DOTALL)
_JSON_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LANGUAGES = {"code": "cell", "markdown": "markdown"}


class NotebookDocument(CodeDocument):
    """A notebook; its outputs and metadata are left alone."""

    def __init__(self, text: str, _language: str) -> None:
        """Keep *text*, which is JSON."""
        super().__init__(text, "json")

    def value_at(self, start: int, end: int) -> Value:
        """Describe the code points *start* to *end*: always prose."""
        return Value(self.text[start:end], start, end, "prose")

    def embedded(self) -> Sequence[Embedded]:
        """List the code and Markdown cells."""
        notebook = group_at(self.source, self.text.find("{"))
        cells = notebook.find("cells") if notebook else None
        entries = _entries(self.source, cells.value_start) if cells else ()
        read = [*filter(None, (self._cell(entry.value_start) for entry in entries))]
        program = [cell for cell in read if cell.language == "cell"]
        # What is scattered over the others stands behind them.
        others = [cell for cell in read if cell.language != "cell"]
        return (*others, _joined(program)) if program else tuple(others)

    def _cell(self, opener: int) -> Embedded | None:
        cell = group_at(self.source, opener)
        kind, source = (cell.find("cell_type"), cell.find("source")) if cell else (None, None)
        if not (kind and source):
            return None
        language = _LANGUAGES.get(str(read_literal(self.source, kind.value_start, kind.end)))
        lines = _entries(self.source, source.value_start) or [source]
        return self._decoded(lines, language) if language else None

    def _decoded(self, lines: Sequence[Entry], language: str) -> Embedded | None:
        characters: list[str] = []
        offsets: list[int] = []
        last = -1
        for line in lines:
            region = self.source.region_from(line.value_start)
            if region is None or region.kind != "string":
                return None
            last = region.inner_end
            for text, offset in _json_characters(self.text, region.inner_start, last):
                characters.append(text)
                offsets.append(offset)
        code = "".join(characters)
        if language == "cell" and (magic := _OTHER_MAGIC.match(code)):
            language = "shell" if magic["name"] in {"bash", "sh"} else "plain"
        return Embedded(code, language, [*offsets, last], _json_escaped) if last >= 0 else None


class CellDocument(CodeDocument):
    """A notebook cell: Python, and shell commands."""

    def __init__(self, text: str, _language: str) -> None:
        """Keep *text*."""
        super().__init__(text, "python")

    def embedded(self) -> Sequence[Embedded]:
        """List the shell commands, and the texts embedded in the Python code."""
        lines = _MAGIC.finditer(self.text)
        magics = [slice_of(self.text, *line.span("command"), "shell") for line in lines]
        return magics or super().embedded()


def _joined(cells: Sequence[Embedded]) -> Embedded:
    """Join code cells; the line ends between them belong to the end of the cell before."""
    offsets = [offset for cell in cells for offset in (*cell.offsets, cell.offsets[-1])]
    return Embedded("\n\n".join(cell.text for cell in cells), "cell", offsets[:-1], _json_escaped)


def _entries(source: Source, opener: int) -> list[Entry]:
    return read_entries(source, opener) or []


def _json_characters(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    for found in _CHARACTER.finditer(text, start, end):
        sign = found["sign"]
        if found["code"]:
            yield chr(int(found["code"], 16)), found.start()
        else:
            yield _JSON_ESCAPES.get(sign, sign) if found["escape"] else sign, found.start()


def _json_escaped(replacement: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(escapes.get(character, character) for character in replacement)
