"""Readers for prose with code blocks: Markdown, reStructuredText, AsciiDoc, Org."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from agentsflare_kimi.fast_typing import NamedTuple
from agentsflare_kimi.lint.evidence.commands import is_chat_url
from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.languages import guessed, language_in, load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.mentions import is_inside
from agentsflare_kimi.lint.sources.documents import Embedded, Value, line_around, slice_of
from agentsflare_kimi.lint.sources.markup import MarkupDocument, find_comments
from agentsflare_kimi.lint.sources.plain import ProseDocument

__all__ = [
    "BlocksDocument",
    "MarkdownDocument",
    "MdxDocument",
]

_FRONT_MATTER = lazy(
    r"\A(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<data>.*?\n)(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_TICKS_OR_TILDES = lazy("```|~~~")
_CLOSING = lazy(r"^[ \t>]*(?P<fence>[`~]+)[ \t]*\r?$", re.MULTILINE)
_FENCE = lazy(
    r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?P<tag>[\w+#-]*)[^\n`]*$", re.MULTILINE
)
# In a console transcript only what follows a prompt is a command; the rest is output.
_SESSION = lazy(
    r"^[ \t>]*\$[ \t](?P<code>(?>(?:[^\\\r\n'\"]|\\(?:\r\n|.)|'[^']*+'"
    r"|\"(?>(?:[^\"\\]|\\.)*)\"|['\"])*))",
    re.MULTILINE | re.DOTALL,
)
# What a change leaves in a file.
_KEPT = lazy(r"^[ \t>]*[+ ](?![+][+])(?P<code>[^\r\n]+)", re.MULTILINE)
_IN_LINES = {
    **dict.fromkeys(["console", "shell-session", "shellsession"], (_SESSION, "shell")),
    **dict.fromkeys(["diff", "patch"], (_KEPT, "plain")),
}
"""Blocks of which only some lines count."""
_BLANK = lazy(r"\s*")
_NOT_CODE = frozenset({"", "prose", "markdown"})
_INDENTED = lazy(
    r"^[ \t]*\r?\n(?P<code>(?>(?:(?: {4}|\t)[^\r\n]+(?:\r?\n|\Z)|[ \t]*\r?\n(?= {4}|\t))+))",
    re.MULTILINE,
)
_MODULE = lazy(r"^(?:import|export)\b[^\n]*(?:\n(?!\s*\n)[^\n]+)*", re.MULTILINE)


class _Fence(NamedTuple):
    """A fenced block, with and without the lines that fence it."""

    tag: str
    start: int
    inner_start: int
    inner_end: int
    end: int


class MarkdownDocument(MarkupDocument):
    """Prose with fenced blocks of code, which are samples."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe the code points *start* to *end*: always prose."""
        return Value(self.text[start:end], start, end, "prose")

    def embedded(self) -> Sequence[Embedded]:
        """List the fenced blocks whose language is known."""
        blocks = [*self._front_matter(), *self._blocks(), *self._indented()]
        return tuple(sorted(blocks, key=lambda block: block.offsets[0]))

    def _front_matter(self) -> Iterator[Embedded]:
        """Find the front matter: agent and prompt files keep their settings there."""
        front = _FRONT_MATTER.match(self.text)
        if front:
            language = "toml" if front["fence"] == "+++" else "yaml"
            yield slice_of(self.text, front.start("data"), front.end("data"), language)

    def _indented(self) -> Iterator[Embedded]:
        """Find indented code blocks whose language can be guessed."""
        for block in _INDENTED.finditer(self.text):
            at = bisect_right(self._fences, block.start("code"), key=lambda fence: fence.start) - 1
            if at < 0 or block.start("code") >= self._fences[at].end:
                yield from self._sample(*block.span("code"), guessed(block["code"]))

    def _blocks(self) -> Iterator[Embedded]:
        for fence in self._fences:
            span = fence.inner_start, fence.inner_end
            pattern, language = _IN_LINES.get(fence.tag, (None, ""))
            lines = list(pattern.finditer(self.text, *span)) if pattern else ()
            for line in lines:
                yield from self._sample(*line.span("code"), language)
            if not lines and pattern is not _KEPT:
                yield from self._sample(*span, language_in(fence.tag, self.text[slice(*span)]))

    def _sample(self, start: int, end: int, language: str) -> Iterator[Embedded]:
        if language not in _NOT_CODE:
            yield slice_of(self.text, start, end, language, is_sample=True)

    def block_after(self, offset: int) -> tuple[int, int] | None:
        """Find a fenced block that follows *offset* with only blank lines between."""
        blank = _BLANK.match(self.text, offset)
        end = blank.end() if blank else offset
        found = (
            fence for fence in self._fences if offset <= fence.start <= end < fence.inner_start
        )
        fence = next(found, None)
        return (fence.start, fence.end) if fence else None

    @cached_property
    def _fences(self) -> list[_Fence]:
        text = self.text
        fences: list[_Fence] = []
        opening: re.Match[str] | None = None
        line_end = -1
        for ticks in _TICKS_OR_TILDES.finditer(text):
            if ticks.start() < line_end:
                continue
            line, line_end = line_around(text, ticks.start())
            if opening is None:
                opening = _FENCE.match(text, line)
                continue
            closing = _CLOSING.match(text, line)
            if closing and closing["fence"].startswith(opening["fence"]):
                tag, start = opening["tag"].lower(), opening.end() + 1
                fences.append(_Fence(tag, opening.start(), start, *closing.span()))
                opening = None
        if opening:
            start = min(opening.end() + 1, len(text))
            tag = opening["tag"].lower()
            fences.append(_Fence(tag, opening.start(), start, len(text), len(text)))
        return fences

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        starts = [0, *(fence.end for fence in self._fences)]
        ends = [*(fence.start for fence in self._fences), len(self.text)]
        gaps = zip(starts, ends, strict=True)
        return [span for start, end in gaps for span in find_comments(self.text, start, end)]


class MdxDocument(MarkdownDocument):
    """MDX: Markdown with JSX elements and lines of JavaScript."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        return MarkupDocument.value_at(self, start, end)

    def embedded(self) -> Sequence[Embedded]:
        """List the code blocks, and the import and export lines."""
        blocks = [slice_of(self.text, fence.start, fence.end, "") for fence in self._fences]
        found = (m.span() for m in _MODULE.finditer(self.text))
        modules = [
            slice_of(self.text, *span, "tsx") for span in found if not is_inside(span[0], blocks)
        ]
        blocks = [b for b in super().embedded() if not is_inside(b.offsets[0], modules)]
        return tuple(sorted([*blocks, *modules], key=lambda block: block.offsets[0]))


class BlocksDocument(ProseDocument):
    """Prose whose code blocks one pattern finds: reStructuredText, AsciiDoc, Org, HTTP files."""

    def embedded(self) -> Sequence[Embedded]:
        """List the code blocks."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Embedded]:
        known = load(self.language)
        for block in re.finditer(known.blocks, self.text, re.MULTILINE):
            tag = (block.groupdict().get("tag") or "").lower()
            language = known.blocks_language or language_in(tag, block["code"])
            text = slice_of(self.text, *block.span("code"), language, is_sample=not known.lead)
            if language not in _NOT_CODE:
                yield text._replace(doubt=self._doubt(known.lead, block.start()))

    def _doubt(self, lead: str, offset: int) -> str:
        """Doubt that a block is sent unless the last line of a pattern posts it to a chat API."""
        head = self.text[self.text.rfind("###", 0, offset) + 1 : offset]
        lines = re.findall(lead, head, re.MULTILINE) if lead else ()
        is_sent = lines and lines[-1][0] == "POST" and is_chat_url(lines[-1][1])
        return EVIDENCE["unsent-text"].reason if lead and not is_sent else ""
