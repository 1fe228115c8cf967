"""Readers for texts that hold programs: Markdown, notebooks, pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import Embedded, Value
from agentsflare_kimi.lint.sources.literals import read_entries, read_literal
from agentsflare_kimi.lint.sources.plain import ProseDocument
from agentsflare_kimi.lint.sources.regions import Entry, Source

__all__ = ["CellDocument", "MarkdownDocument", "NotebookDocument", "PageDocument"]

_FENCE: Final = re.compile(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?P<tag>[\w+#-]*)[^\n`]*$", re.MULTILINE
)
# A comment, or a code span, in which there is none.
_MARKUP: Final = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z)|\{/\*.*?(?:\*/\}|\Z))|(?P<ticks>`++).{0,2000}?(?<!`)(?P=ticks)(?!`)",
    re.DOTALL,
)
# In a session's record only what follows a prompt is a command; the rest is what was said to it.
_SESSIONS: Final = frozenset({"console", "shell-session", "shellsession"})
_COMMAND: Final = re.compile(
    r"^[ \t>]*\$[ \t](?P<command>(?>(?:[^\\\r\n'\"]|\\(?:\r\n|.)|'[^']*+'"
    r"|\"(?>(?:[^\"\\]|\\.)*)\"|['\"])*))",
    re.MULTILINE | re.DOTALL,
)
_MAGIC: Final = re.compile(
    r"^[ \t]*(?:!|%(?:env|set_env|sx|system)[ \t]+)(?P<command>[^\r\n]*)", re.MULTILINE
)
_BLANK: Final = re.compile(r"\s*")
_TAGS: Final[Mapping[str, str]] = {
    "py": "python", "python": "python", "python3": "python", "pycon": "python",
    "js": "javascript", "javascript": "javascript", "jsx": "javascript", "mjs": "javascript",
    "node": "javascript", "tsx": "tsx", "ts": "typescript", "typescript": "typescript",
    "java": "java", "kotlin": "kotlin", "kt": "kotlin", "go": "go", "golang": "go",
    "cs": "csharp", "csharp": "csharp", "c#": "csharp", "rb": "ruby", "ruby": "ruby",
    "php": "php", "rs": "rust", "rust": "rust", "sh": "shell", "bash": "shell",
    "shell": "shell", "zsh": "shell", "console": "shell", "curl": "shell", "http": "json",
    "json": "json", "jsonc": "json", "json5": "json", "yaml": "yaml", "yml": "yaml",
    "toml": "toml", "ini": "ini", "env": "env", "dotenv": "env", "dockerfile": "dockerfile",
    "docker": "dockerfile", "hcl": "terraform", "terraform": "terraform", "tf": "terraform",
}  # fmt: skip
_SCRIPT: Final = re.compile(r"<script(?P<attributes>[^>]*)>", re.IGNORECASE)
_SCRIPT_END: Final = re.compile(r"</script", re.IGNORECASE)
_JSON_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class _MarkupDocument(ProseDocument):
    """Prose whose comments are those of HTML."""

    def comment_end(self, offset: int) -> int | None:
        """Tell where the comment that holds *offset* ends; None outside of comments."""
        index = bisect_right(self._comments, (offset, len(self.text))) - 1
        is_inside = index >= 0 and offset < self._comments[index][1]
        return self._comments[index][1] if is_inside else None

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        return _find_comments(self.text, 0, len(self.text))


def _find_comments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [match.span() for match in _MARKUP.finditer(text, start, end) if match["comment"]]


class _Fence(NamedTuple):
    """A fenced block, with and without the lines that fence it."""

    tag: str
    start: int
    inner_start: int
    inner_end: int
    end: int


class MarkdownDocument(_MarkupDocument):
    """Prose with fenced blocks of code, which are samples."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "markdown")

    def embedded(self) -> Sequence[Embedded]:
        """List the fenced blocks whose language is known."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Embedded]:
        for fence in self._fences:
            language = _TAGS.get(fence.tag)
            commands = _COMMAND.finditer(self.text, fence.inner_start, fence.inner_end)
            spans = [c.span("command") for c in commands] if fence.tag in _SESSIONS else []
            for start, end in spans:
                yield _slice(self.text, start, end, "shell", is_sample=True)
            if language and not spans:
                yield _slice(
                    self.text, fence.inner_start, fence.inner_end, language, is_sample=True
                )

    def block_after(self, offset: int) -> tuple[int, int] | None:
        """Find the fenced block before which nothing but blank lines stands after *offset*."""
        blank = _BLANK.match(self.text, offset)
        end = blank.end() if blank else offset
        found = (
            fence for fence in self._fences if offset <= fence.start <= end < fence.inner_start
        )
        fence = next(found, None)
        return (fence.start, fence.end) if fence else None

    @cached_property
    def _fences(self) -> list[_Fence]:
        fences: list[_Fence] = []
        position = 0
        while fence := _FENCE.search(self.text, position):
            start = min(fence.end() + 1, len(self.text))
            closing = re.compile(
                rf"^[ \t>]*{re.escape(fence['fence'])}[`~]*[ \t]*\r?$", re.MULTILINE
            )
            last = closing.search(self.text, start)
            inner_end, position = last.span() if last else (len(self.text), len(self.text))
            tag = fence["tag"].lower()
            fences.append(_Fence(tag, fence.start(), start, inner_end, position))
        return fences

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        starts = [0, *(fence.end for fence in self._fences)]
        ends = [*(fence.start for fence in self._fences), len(self.text)]
        gaps = zip(starts, ends, strict=True)
        return [span for start, end in gaps for span in _find_comments(self.text, start, end)]


class PageDocument(_MarkupDocument):
    """A page with scripts in it (HTML, Vue, Svelte); the rest is prose."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "page")

    def embedded(self) -> Sequence[Embedded]:
        """List the scripts."""
        return tuple(self._scripts())

    def _scripts(self) -> Iterator[Embedded]:
        position = 0
        while script := _SCRIPT.search(self.text, position):
            end = _SCRIPT_END.search(self.text, script.end())
            position = end.start() if end else len(self.text)
            is_typed = "ts" in script["attributes"]
            language = "typescript" if is_typed else "javascript"
            yield _slice(self.text, script.end(), position, language)


def _slice(text: str, start: int, end: int, language: str, *, is_sample: bool = False) -> Embedded:
    return Embedded(text[start:end], language, range(start, end + 1), is_sample=is_sample)


class NotebookDocument(CodeDocument):
    """A notebook; only the sources of its code cells are programs, the rest is left alone."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "json")

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*: prose."""
        return Value(self.text[start:end], start, end, "prose")

    def embedded(self) -> Sequence[Embedded]:
        """List the code cells."""
        cells = _child(self.source, self.text.find("{"), "cells")
        return tuple(
            cell
            for entry in _entries(self.source, cells)
            if (cell := self._cell(entry.value_start)) is not None
        )

    def _cell(self, opener: int) -> Embedded | None:
        entries = {entry.key: entry for entry in _entries(self.source, opener)}
        kind, source = entries.get("cell_type"), entries.get("source")
        if not (kind and source):
            return None
        if read_literal(self.source, kind.value_start, kind.end) != "code":
            return None
        lines = _entries(self.source, source.value_start) or [source]
        return self._decoded(lines)

    def _decoded(self, lines: Sequence[Entry]) -> Embedded | None:
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
        language = "shell" if code.startswith(("%%bash", "%%sh")) else "cell"
        return Embedded(code, language, [*offsets, last], _json_escaped) if last >= 0 else None


class CellDocument(CodeDocument):
    """A notebook's cell: Python, and lines for the shell."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "python")

    def embedded(self) -> Sequence[Embedded]:
        """List the lines for the shell, and what the program holds."""
        lines = _MAGIC.finditer(self.text)
        magics = [_slice(self.text, *line.span("command"), "shell") for line in lines]
        return magics or super().embedded()


def _entries(source: Source, opener: int | None) -> list[Entry]:
    return (read_entries(source, opener) or []) if opener is not None else []


def _child(source: Source, opener: int, key: str) -> int | None:
    found = (entry.value_start for entry in _entries(source, opener) if entry.key == key)
    return next(found, None)


def _json_characters(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    position = start
    while position < end:
        if text[position] != "\\":
            yield text[position], position
            position += 1
        elif text[position + 1] == "u":
            yield _code_point(text[position + 2 : position + 6]), position
            position += 6
        else:
            yield _JSON_ESCAPES.get(text[position + 1], text[position + 1]), position
            position += 2


def _code_point(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except ValueError:
        return "\ufffd"


def _json_escaped(replacement: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(escapes.get(character, character) for character in replacement)
