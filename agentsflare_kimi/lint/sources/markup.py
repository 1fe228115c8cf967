"""Readers for markup: pages with scripts, XML, and HTTP request files."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.configured import Surroundings, names_the_model
from agentsflare_kimi.lint.evidence.scalars import wording
from agentsflare_kimi.lint.languages import language_in, load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.requests.mentions import is_inside
from agentsflare_kimi.lint.sources.documents import Embedded, Value, line_around, slice_of
from agentsflare_kimi.lint.sources.plain import ProseDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agentsflare_kimi.lint.sources.documents import Position

__all__ = ["MarkupDocument", "PageDocument", "find_comments"]

# A comment, or the ticks that open or close a code span, which contains no comments.
_MARKUP = lazy(r"(?P<comment><!--.*?(?:-->|\Z)|\{/\*.*?(?:\*/\}|\Z))|(?P<ticks>`++)", re.DOTALL)
_TICKS = lazy(r"`++")
_TAG = lazy(
    r"<\.?(?P<name>[A-Za-z][\w.:-]*)(?P<attributes>(?>(?:[^<>\"'{}]++|\"[^\"]*+\"|'[^']*+'|\{[^{}]*+\})*))>"
)
_ATTRIBUTE = lazy(
    r"(?P<name>[:@#\w.-]+)\s*=\s*(?P<value>\"[^\"]*+\"|'[^']*+'|\{[^{}]*+\}|[^\s\"'>]+)"
)
_CODE = lazy(
    r"<(?P<name>code|pre)\b[^>]*?(?:class=[\"'][^\"'>]*?(?:language|lang|brush)[-:]\s?(?P<tag>[\w+#-]+))?[^>]*>"
    r"(?P<code>[^<]*+(?>(?:<(?!/?(?:code|pre))[^<]*+)*))</(?P=name)>",
    re.IGNORECASE,
)
_ENTITY = lazy(r"&#?\w+;|[^&]++|&")
_SCRIPT = lazy(r"<script(?P<attributes>[^>]*)>", re.IGNORECASE)
_SCRIPT_END = lazy(r"</script", re.IGNORECASE)
_FRONT_MATTER = lazy(r"\A---[ \t]*\r?\n(?P<code>.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_IMPORTS = lazy(r"^[ \t]*(?:import|const|let|export)\b", re.MULTILINE)
_GIVEN = lazy(r"(?P<key>[\w.$-]+)[\"'`]?\)?\s*(?:[:=,]|=>|\|\||\?\?)\s*[\"'`]\Z")
_VALUES = frozenset(
    {"value", "default", "content", "defaultvalue", "initialvalue", "modelvalue", "string"}
)
_SPEAKERS = frozenset({"name", "key", "id", "property", "android:name", "for", "field", "prop"})
_QUOTES = "\"'`{} \t\r\n"
_BLANK = lazy(r"\s*+")
_TEXT_END = lazy(r"\s*+(?:<|\Z)")
_CHOICES = ("option", "item", "radio", "choice")


class _Tag(NamedTuple):
    """An opening tag."""

    name: str
    start: int
    attributes: int
    end: int


class MarkupDocument(ProseDocument):
    """Elements, whose attributes and texts are values; the rest is prose."""

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        tag = self._tag_before(start)
        if tag and start < tag.end:
            return self._in_tag(tag, start, end)
        if tag and _BLANK.fullmatch(self.text, tag.end, start) and _TEXT_END.match(self.text, end):
            return self._in_text(tag, start, end)
        return self._quoted(start, end)

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        index = bisect_right(self._comments, (offset, len(self.text))) - 1
        is_inside = index >= 0 and offset < self._comments[index][1]
        return self._comments[index][1] if is_inside else None

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        return find_comments(self.text, 0, len(self.text))

    @cached_property
    def _tags(self) -> list[_Tag]:
        return [
            _Tag(match["name"], match.start(), match.start("attributes"), match.end())
            for match in _TAG.finditer(self.text)
        ]

    def _tag_before(self, offset: int) -> _Tag | None:
        at = bisect_right(self._tags, offset, key=lambda tag: tag.start) - 1
        return self._tags[at] if at >= 0 else None

    def _attributes(self, tag: _Tag) -> Sequence[re.Match[str]]:
        return list(_ATTRIBUTE.finditer(self.text, tag.attributes, tag.end - 1))

    def _in_tag(self, tag: _Tag, start: int, end: int) -> Value:
        name = self.text[start:end]
        attributes = self._attributes(tag)
        own = next((a for a in attributes if a.start("value") <= start < a.end("value")), None)
        if own is None:
            return Value(name, start, end, "prose")
        if own["value"].strip(_QUOTES) != name:
            return self._quoted(start, end)
        key = own["name"].lstrip(":@#").rpartition(":")[2].removeprefix("data-")
        key = key.removesuffix("-value")
        is_choice = any(word in tag.name.lower() for word in _CHOICES)
        is_value = key.lower() in _VALUES and not is_choice
        about = [key, *_speakers(a for a in attributes if a is not own and is_value)]
        value = self._asked(about, Value(name, start, end, "value", key, evidence=("listed",)))
        *around, last = value.key.split(".")
        is_shown = self._is_data and around and names_the_model(Surroundings(last, around))
        is_setting = is_shown and value.position == "request" and value.key != key
        # `<property name="llm.model" value="...">`
        return value._replace(evidence=("setting",)) if is_setting else value

    def _in_text(self, tag: _Tag, start: int, end: int) -> Value:
        about = [*_speakers(self._attributes(tag)), tag.name]
        about += [self._name_before(tag)] if self._is_data else []
        position: Position = "value" if self._is_data else "prose"
        return self._asked(about, Value(self.text[start:end], start, end, position, tag.name))

    def _asked(self, about: Sequence[str], otherwise: Value) -> Value:
        """Treat a value as part of a request if one of the words *about* it is a model's key."""
        key = next(filter(is_model_key, about), "")
        asked = otherwise._replace(position="request", key=key, evidence=())
        return asked if key else otherwise

    @property
    def _is_data(self) -> bool:
        return load(self.language).is_data

    def _name_before(self, tag: _Tag) -> str:
        """Return the text of a `<name>...</name>` right before a `<value>`."""
        before = self._tag_before(tag.start - 1)
        is_value = before and before.name.lower() in _SPEAKERS and tag.name.lower() in _VALUES
        return (
            self.text[before.end : tag.start].partition("<")[0].strip()
            if before and is_value
            else ""
        )

    def _quoted(self, start: int, end: int) -> Value:
        """Classify a quoted name in an expression of a template or an attribute."""
        name = self.text[start:end]
        if self.comment_end(start) is not None:
            return Value(name, start, end, "comment")
        words = wording(self, *line_around(self.text, start))
        before = words.clause_before(start)
        last = before[-1:]
        if last not in {"'", '"', "`"} or self.text[end : end + 1] != last:
            position, key, evidence = words.judge(start, end)
            position = position if position == "request" and self._is_data else "prose"
            return Value(name, start, end, position, key, evidence=evidence)
        given = _GIVEN.search(before)
        key = given["key"] if given else ""
        if is_model_key(key.rpartition(".")[2]):
            position = "prose" if words.goes_on(key, end) else "request"
            return Value(name, start, end, position, key)
        return Value(name, start, end, "value", key, evidence=("listed",))


def _speakers(attributes: Iterable[re.Match[str]]) -> Iterator[str]:
    """Yield the values of attributes that say what an element is for: `name`, `key`, `id`."""
    for attribute in attributes:
        if attribute["name"].lower().lstrip(":") in _SPEAKERS:
            yield attribute["value"].strip(_QUOTES)


def find_comments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find HTML and MDX comments outside code spans."""
    closing: dict[int, list[int]] = {}
    if "`" in text:
        for ticks in _TICKS.finditer(text, start, end):
            closing.setdefault(len(ticks[0]), []).append(ticks.end())
    comments: list[tuple[int, int]] = []
    while mark := _MARKUP.search(text, start, end):
        start = mark.end()
        if mark["comment"]:
            comments.append(mark.span())
        else:
            ends = closing[len(mark["ticks"])]
            at = bisect_right(ends, start)
            start = ends[at] if at < len(ends) else start
    return comments


class PageDocument(MarkupDocument):
    """A page with scripts: HTML, Vue, Svelte, Astro, Blade."""

    def embedded(self) -> Sequence[Embedded]:
        """List the scripts, the code fence at the top of an Astro page, and blocks of code."""
        scripts = [*self._scripts()]
        samples = [code for code in self._samples() if not is_inside(code.offsets[0], scripts)]
        return tuple(sorted([*scripts, *samples], key=lambda text: text.offsets[0]))

    def _samples(self) -> Iterator[Embedded]:
        is_there = "</pre" in self.text or "</code" in self.text
        for block in _CODE.finditer(self.text) if is_there else ():
            language = language_in((block["tag"] or "").lower(), block["code"])
            if language not in {"", "prose"}:
                yield _decoded(self.text, *block.span("code"), language)

    def _scripts(self) -> Iterator[Embedded]:
        front = _FRONT_MATTER.match(self.text)
        position = 0
        if front:
            is_program = _IMPORTS.search(front["code"]) is not None
            language = "typescript" if is_program else "yaml"
            yield slice_of(self.text, *front.span("code"), language)
            position = front.end()
        while script := _SCRIPT.search(self.text, position):
            end = _SCRIPT_END.search(self.text, script.end())
            position = end.start() if end else len(self.text)
            is_typed = "ts" in script["attributes"]
            is_json = "json" in script["attributes"]
            language = "json" if is_json else "typescript" if is_typed else "javascript"
            yield slice_of(self.text, script.end(), position, language)


def _decoded(text: str, start: int, end: int, language: str) -> Embedded:
    """Make a sample of a stretch of a page, in which `&quot;` stands for a quote."""
    from html import unescape  # noqa: PLC0415  # rarely needed

    letters: list[str] = []
    offsets: list[int] = []
    for piece in _ENTITY.finditer(text, start, end):
        plain = unescape(piece[0])
        letters.append(plain)
        offsets += range(*piece.span()) if plain == piece[0] else [piece.start()] * len(plain)
    return Embedded("".join(letters), language, [*offsets, end], is_sample=True)
