"""Reader for settings with one key and one value a line: YAML, INI, `.env`, Dockerfile, make."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.beside import Setting, number_ahead
from agentsflare_kimi.lint.sources.documents import Embedded, Position, Value
from agentsflare_kimi.lint.sources.keys import describes_model, is_model_key, sampling_parameter
from agentsflare_kimi.lint.sources.literals import COMPUTED

__all__ = [
    "DockerDocument",
    "EnvDocument",
    "IniDocument",
    "MakeDocument",
    "YamlDocument",
]

_KEY: Final = re.compile(
    r"""[ \t]*(?:-[ \t]+)*                      # items of a list
        (?:(?:export|set|setx|ENV|ARG|LABEL)[ \t]+)?
        (?P<quote>["']?)(?P<key>[A-Za-z_$][\w.$/-]*)(?P=quote)
        [ \t]*(?:[:?+]?=|:(?=[ \t]))[ \t]*
        (?:[!&]\S+[ \t]+)?                      # a tag or an anchor
    """,
    re.VERBOSE,
)
_ENV_PAIR: Final = re.compile(r"[ \t]*ENV[ \t]+(?P<key>\w+)[ \t]+[\"']?\Z")
# Further settings of one line: ENV A=1 B=2, a command's flags, a flow mapping.
_INLINE: Final = re.compile(r"[\"']?(?P<key>[A-Za-z_][\w.-]*)[\"']?(?:=|:[ \t]*)[\"']?\Z")
_FLAG: Final = re.compile(r"(?P<key>--?[\w-]*model(?:[-_](?:name|id))?|-m)[\"']?[ \t,=]+[\"']?\Z")
_NAME_LINE: Final = re.compile(r"[ \t]*(?:-[ \t]+)?name:[ \t]*[\"']?(?P<key>[\w.-]+)[\"']?[ \t]*\Z")
_COMPARED: Final = re.compile(r"[=!]=[ \t]*[\"']?\Z")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
# Worth a closer look: few lines hold a parameter, or what a catalogue says of a model.
_WORTH_IT: Final = re.compile(
    r"emperature|top|enalty|hoice|logprobs|n ?[:=]"
    r"|pric|cost|modal|type|tools|releas|knowledge|owned|family|weights|upports|deprecat"
)
_FARTHEST: Final = 40
# So far back in its line a comment may begin.
_LONGEST: Final = 2000


class _Line(NamedTuple):
    """One line, and where it begins."""

    text: str
    start: int
    number: int

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" \t"))


class _LineDocument:
    """Settings, read a line at a time around each place that is asked for."""

    language = "ini"
    comment_marks = "#"

    def __init__(self, text: str) -> None:
        """Keep *text*; nothing is read before it is asked for."""
        self.text = text

    def embedded(self) -> Sequence[Embedded]:
        """List the texts inside it: none."""
        return ()

    def value_at(self, start: int, end: int) -> Value:
        """Describe what stands around the code points *start* to *end*."""
        line = self._line(start)
        before = line.text[: start - line.start]
        after = line.text[end - line.start :]
        name = self.text[start:end]
        if self._in_comment(before):
            return Value(name, start, end, "comment")
        if _is_subscript(before, after):
            return Value(name, start, end, "key")
        position, key = self._place(line, before, after)
        if position == "request" and self._is_described(line):
            position = "value"
        settings = self._settings(line) if position == "request" else ()
        return Value(name, start, end, position, key, settings=settings)

    def comment_end(self, offset: int) -> int | None:
        """Tell where the comment that holds *offset* ends; None outside of comments."""
        line = self._line(offset)
        before = line.text[: offset - line.start]
        return line.start + len(line.text) if self._in_comment(before[-_LONGEST:]) else None

    @cached_property
    def _lines(self) -> list[_Line]:
        starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        ends = [*(match.start() for match in _LINE_END.finditer(self.text)), len(self.text)]
        return [
            _Line(self.text[start:end], start, number)
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]

    def _line(self, offset: int) -> _Line:
        return self._lines[bisect_right(self._lines, offset, key=_start) - 1]

    def _in_comment(self, before: str) -> bool:
        marks = self.comment_marks
        if before.lstrip()[:1] and before.lstrip()[0] in marks:
            return True
        quote = ""
        for index, sign in enumerate(before):
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "\"'" and (not index or not before[index - 1].isalnum()):
                quote = sign
            elif sign == "#" and sign in marks and before[index - 1 : index] in {" ", "\t"}:
                return True
        return False

    def _place(self, line: _Line, before: str, after: str) -> tuple[Position, str]:
        if _COMPARED.search(before):
            return "comparison", ""
        rest = after.lstrip("\"'").lstrip()
        is_whole = not rest or rest[0] in "#,]};\\" or after[:1] in {'"', "'", " ", "\t"}
        for pattern in (_FLAG, _INLINE):
            match = pattern.search(before[-_FARTHEST * 2 :])
            if match and is_whole:
                return self._judged(line, match["key"].lstrip("-") or "model", match["key"])
        match = _ENV_PAIR.match(before) if self.language == "dockerfile" else None
        match = match or _KEY.match(before)
        if match and not before[match.end() :].strip("\"'") and not rest.strip("\"' \t,;)\\"):
            return self._judged(line, match["key"], match["key"])
        if match and rest[:1] in self.comment_marks and not before[match.end() :].strip("\"'"):
            return self._judged(line, match["key"], match["key"])
        is_item = not before.strip(" \t-\"'[,") and is_whole
        return ("value" if is_item or self._in_list(before, is_whole=is_whole) else "prose"), ""

    @staticmethod
    def _in_list(before: str, *, is_whole: bool) -> bool:
        return is_whole and before.rstrip("\"' \t")[-1:] in {"[", ",", "{"}

    def _judged(self, line: _Line, key: str, shown: str) -> tuple[Position, str]:
        if shown == "-m" or is_model_key(key):
            return "request", shown
        if key in {"name", "id", "value", "default"} and self.language == "yaml":
            parent = self._sibling_name(line) if key == "value" else self._parent_key(line)
            if is_model_key(parent):
                return "request", parent
        return "value", shown

    def _sibling_name(self, line: _Line) -> str:
        """The variable that a `value:` line is for: `- name: MODEL` above or below it."""
        for neighbour in (*self._lines_before(line)[:1], *self._lines_after(line)[:1]):
            if match := _NAME_LINE.match(neighbour.text):
                return match["key"]
        return ""

    def _parent_key(self, line: _Line) -> str:
        for above in self._lines_before(line):
            if above.text.strip() and above.indent < line.indent:
                match = _KEY.match(f"{above.text} ")
                return match["key"] if match else ""
        return ""

    def _lines_before(self, line: _Line) -> list[_Line]:
        return self._lines[max(0, line.number - _FARTHEST) : line.number][::-1]

    def _lines_after(self, line: _Line) -> list[_Line]:
        return self._lines[line.number + 1 : line.number + 1 + _FARTHEST]

    def _block(self, line: _Line) -> Iterator[tuple[_Line, re.Match[str]]]:
        """The keys of the same block: neighbours that are indented alike, in the same item."""
        column = _column(line)
        above = [] if _begins(line) else self._lines_before(line)
        for neighbours, is_above in ((above, True), (self._lines_after(line), False)):
            for neighbour in neighbours:
                is_beside = bool(neighbour.text.strip()) and _column(neighbour) <= column
                if is_beside and (_column(neighbour) < column or neighbour.text[:1] == "["):
                    break
                if is_beside and _begins(neighbour) and not is_above:
                    break
                is_worth_it = is_beside and _WORTH_IT.search(neighbour.text)
                if is_worth_it and (match := _KEY.match(neighbour.text)):
                    yield neighbour, match
                if is_beside and _begins(neighbour):
                    break

    def _is_described(self, line: _Line) -> bool:
        """Whether this is a model's entry in a catalogue."""
        return any(describes_model(match["key"]) for _, match in self._block(line))

    def _settings(self, line: _Line) -> list[Setting]:
        """Parameters in the same block."""
        return [
            _setting(neighbour, match)
            for neighbour, match in self._block(line)
            if sampling_parameter(match["key"])
        ]


def _setting(line: _Line, match: re.Match[str]) -> Setting:
    name, end = match["key"], match.end()
    parameter, value = sampling_parameter(name), COMPUTED
    # In settings, `n` may count anything.
    number = number_ahead(line.text.partition(" #")[0], end) if parameter != "n" else None
    if number:
        value, end = number
    return Setting(name, parameter, value, line.start + match.start("key"), line.start + end)


def _start(line: _Line) -> int:
    return line.start


def _begins(line: _Line) -> bool:
    """Whether a line begins an item of a list."""
    return line.text.lstrip(" \t").startswith("- ")


def _column(line: _Line) -> int:
    """Where a line's key begins, past the dash of a list's item."""
    return len(line.text) - len(line.text.lstrip(" \t-"))


def _is_subscript(before: str, after: str) -> bool:
    """Whether the name is a key itself: `kimi-k2.6: ...`, `[models.kimi-k2.6]`."""
    begins_line = not before.strip(" \t-\"'?")
    is_key = begins_line and re.match(r"[\"']?[ \t]*(?:[:?+]?=|:(?:[ \t]|\Z))", after)
    is_table = before.lstrip().startswith("[") and after.rstrip().endswith("]")
    return bool(is_key) or (is_table and "," not in before + after and "=" not in before)


class YamlDocument(_LineDocument):
    """YAML."""

    language = "yaml"


class IniDocument(_LineDocument):
    """INI files and Java properties."""

    comment_marks = "#;!"


class EnvDocument(_LineDocument):
    """Files of environment variables."""

    language = "env"


class DockerDocument(_LineDocument):
    """Dockerfiles."""

    language = "dockerfile"


class MakeDocument(_LineDocument):
    """Makefiles."""

    language = "make"
