"""Readers for markup: pages with scripts, XML, and HTTP request files."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.commands import is_chat_url
from agentsflare_kimi.lint.evidence.configured import Surroundings, names_the_model
from agentsflare_kimi.lint.evidence.scalars import judge_within
from agentsflare_kimi.lint.evidence.table import EVIDENCE
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.sources.documents import Embedded, Value, slice_of
from agentsflare_kimi.lint.sources.plain import ProseDocument
from agentsflare_kimi.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["HttpDocument", "MarkupDocument", "PageDocument", "XmlDocument", "find_comments"]

# A comment, or a code span, which contains no comments.
_MARKUP: Final = lazy(
    r"(?P<comment><!--.*?(?:-->|\Z)|\{/\*.*?(?:\*/\}|\Z))|(?P<ticks>`++).{0,2000}?(?<!`)(?P=ticks)(?!`)",
    re.DOTALL,
)
_TAG: Final = lazy(
    r"<(?P<name>[A-Za-z][\w.:-]*)(?P<attributes>(?>(?:[^<>\"'{}]++|\"[^\"]*+\"|'[^']*+'|\{[^{}]*+\})*))>"
)
_ATTRIBUTE: Final = lazy(
    r"(?P<name>[:@#\w.-]+)\s*=\s*(?P<value>\"[^\"]*+\"|'[^']*+'|\{[^{}]*+\}|[^\s\"'>]+)"
)
_SCRIPT: Final = lazy(r"<script(?P<attributes>[^>]*)>", re.IGNORECASE)
_SCRIPT_END: Final = lazy(r"</script", re.IGNORECASE)
_FRONT_MATTER: Final = lazy(r"\A---[ \t]*\r?\n(?P<code>.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_IMPORTS: Final = lazy(r"^[ \t]*(?:import|const|let|export)\b", re.MULTILINE)
_BODY: Final = lazy(
    r"(?<=\n)[ \t]*\r?\n(?P<code>[ \t]*[{\[].*?)(?=\n[ \t]*\r?\n|^###|\Z)",
    re.DOTALL | re.MULTILINE,
)
_REQUEST_LINE: Final = lazy(r"^(GET|POST|PUT|PATCH|DELETE)[ \t]+(\S+)", re.MULTILINE)
_GIVEN: Final = lazy(r"(?P<key>[\w.$-]+)[\"'`]?\)?\s*(?:[:=,]|=>|\|\||\?\?)\s*[\"'`]\Z")
_VALUES: Final = frozenset(
    {"value", "default", "content", "defaultvalue", "initialvalue", "modelvalue", "string"}
)
_SPEAKERS: Final = frozenset(
    {"name", "key", "id", "property", "android:name", "for", "field", "prop"}
)
_QUOTES: Final = "\"'`{} \t\r\n"
_CHOICES: Final = ("option", "item", "radio", "choice")


class _Tag(NamedTuple):
    """An opening tag."""

    name: str
    start: int
    attributes: int
    end: int


class MarkupDocument(ProseDocument):
    """Elements, whose attributes and texts are values; the rest is prose."""

    is_data = False

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        tag = self._tag_before(start)
        if tag and start < tag.end:
            return self._in_tag(tag, start, end)
        if tag:
            following = self.text.find("<", end)
            text = self.text[tag.end : following if following >= 0 else len(self.text)]
            if text.strip() == self.text[start:end]:
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

    def _in_tag(self, tag: _Tag, start: int, end: int) -> Value:
        name = self.text[start:end]
        attributes = list(_ATTRIBUTE.finditer(self.text, tag.attributes, tag.end - 1))
        own = next((a for a in attributes if a.start("value") <= start < a.end("value")), None)
        if own is None:
            return Value(name, start, end, "prose")
        if own["value"].strip(_QUOTES) != name:
            return self._quoted(start, end)
        key = own["name"].lstrip(":@#").rpartition(":")[2].removeprefix("data-")
        if is_model_key(key):
            return Value(name, start, end, "request", key)
        others = {a["name"].lower(): a["value"].strip(_QUOTES) for a in attributes if a is not own}
        about = [value for other, value in others.items() if other.lstrip(":") in _SPEAKERS]
        speaker = next((value for value in about if is_model_key(value)), "")
        is_choice = any(word in tag.name.lower() for word in _CHOICES)
        if speaker and not is_choice and key.lower() in _VALUES:
            return Value(name, start, end, "request", speaker, evidence=self._evidence(speaker))
        return Value(name, start, end, "value", key, evidence=("listed",))

    def _evidence(self, name: str) -> tuple[str, ...]:
        """Return the evidence for a setting: `<property name="llm.model" value="...">`."""
        *around, key = name.split(".")
        is_shown = bool(around) and names_the_model(Surroundings(key, around))
        return ("setting",) if self.is_data and is_shown else ()

    def _in_text(self, tag: _Tag, start: int, end: int) -> Value:
        name = self.text[start:end]
        attributes = _ATTRIBUTE.finditer(self.text, tag.attributes, tag.end - 1)
        about = [a["value"].strip(_QUOTES) for a in attributes if a["name"].lower() in _SPEAKERS]
        about += [tag.name, self._name_before(tag)] if self.is_data else [tag.name]
        key = next((word for word in about if is_model_key(word)), "")
        if key:
            return Value(name, start, end, "request", key)
        return Value(name, start, end, "value" if self.is_data else "prose", tag.name)

    def _name_before(self, tag: _Tag) -> str:
        """Return the text of a `<name>...</name>` right before a `<value>`."""
        before = self._tag_before(tag.start - 1)
        if (
            before is None
            or before.name.lower() not in _SPEAKERS
            or tag.name.lower() not in _VALUES
        ):
            return ""
        return self.text[before.end : tag.start].partition("<")[0].strip()

    def _quoted(self, start: int, end: int) -> Value:
        """Classify a quoted name in an expression of a template or an attribute."""
        name = self.text[start:end]
        if self.comment_end(start) is not None:
            return Value(name, start, end, "comment")
        line = self.text.rfind("\n", 0, start) + 1
        before = self.text[max(line, start - 200) : start]
        last = before[-1:]
        if last not in {"'", '"', "`"} or not last or self.text[end : end + 1] != last:
            position, key, evidence = judge_within(before, self.text[end : end + 1])
            is_given = position == "request" and self.is_data
            return Value(
                name, start, end, position if is_given else "prose", key, evidence=evidence
            )
        given = _GIVEN.search(before)
        key = given["key"] if given else ""
        if is_model_key(key.rpartition(".")[2]):
            return Value(name, start, end, "request", key)
        return Value(name, start, end, "value", key, evidence=("listed",))


def find_comments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find HTML and MDX comments outside code spans."""
    return [match.span() for match in _MARKUP.finditer(text, start, end) if match["comment"]]


class PageDocument(MarkupDocument):
    """A page with scripts: HTML, Vue, Svelte, Astro, Blade."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "page")

    def embedded(self) -> Sequence[Embedded]:
        """List the scripts, and the code fence at the top of an Astro page."""
        return tuple(self._scripts())

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


class XmlDocument(MarkupDocument):
    """XML: settings, resources, project files."""

    is_data = True

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "xml")


class HttpDocument(ProseDocument):
    """HTTP requests that editors send; each body is an embedded text."""

    def __init__(self, text: str) -> None:
        """Keep *text*."""
        super().__init__(text, "http")

    def embedded(self) -> Sequence[Embedded]:
        """List the requests' bodies."""
        return tuple(
            slice_of(self.text, *match.span("code"), "json")._replace(
                doubt="" if self._is_posted(match.start()) else EVIDENCE["unsent-text"].reason
            )
            for match in _BODY.finditer(self.text)
        )

    def _is_posted(self, offset: int) -> bool:
        """Tell whether the request line before a body sends it to a chat API."""
        lines = _REQUEST_LINE.findall(self.text[self.text.rfind("###", 0, offset) + 1 : offset])
        return bool(lines) and lines[-1][0] == "POST" and is_chat_url(lines[-1][1])
