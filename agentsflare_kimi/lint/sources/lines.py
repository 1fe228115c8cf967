"""Reader for settings with one key and value per line: INI, `.env`, Dockerfile, make, batch."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.beside import Beside, squeeze
from agentsflare_kimi.lint.evidence.scalars import Scalar, is_list, judge_scalar, judge_within
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import sampling_parameter
from agentsflare_kimi.lint.requests.settings import Setting, number_ahead
from agentsflare_kimi.lint.sources.documents import Embedded, Value
from agentsflare_kimi.lint.sources.literals import COMPUTED
from agentsflare_kimi.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BatchDocument", "DockerDocument", "EnvDocument", "IniDocument", "MakeDocument"]

_LINE: Final = lazy(r"[^\r\n]+")
_KEY: Final = lazy(
    r"""[ \t]*(?:-[ \t]+)?
        (?:(?:export|set|setx|ENV|ARG|LABEL|override)[ \t]+|Environment[ \t]*=[ \t]*)?
        (?P<quote>["']?)(?P<key>[A-Za-z_$][\w.$/-]*)(?P=quote)
        [ \t]*(?:[:?+]?=|:(?=[ \t]))[ \t]*""",
    re.VERBOSE,
)
_ENV_PAIR: Final = lazy(r"[ \t]*(?:ENV|setx)[ \t]+(?P<key>\w+)[ \t]+")
_SECTION: Final = lazy(r"[ \t]*\[[^\]\r\n]*\][ \t]*\Z")
_HEADER: Final = lazy(r"^[ \t]*\[[^\]\r\n]*\][ \t]*\r?$", re.MULTILINE)
_OF_VARIABLES: Final = frozenset({"env", "dockerfile", "make", "batch"})
_QUOTED: Final = lazy(r"(?<![\w\\])(?:\"[^\"\r\n]*\"|'[^'\r\n]*')")
_TABLE_KEY: Final = lazy(r"[\"']?[ \t]*(?:[:?+]?=|:(?:[ \t]|\Z))")
_NEAR: Final = 200


class _Line(NamedTuple):
    """One line.

    Attributes:
        start: Where it begins.
        end: Where its comment begins, or else where it ends.
        key: The key that it sets; empty for other lines.
        key_start: Where the key begins.
        value: Start and end of the value, without quotes.
        section: The section that it is in.
    """

    start: int
    end: int
    key: str
    key_start: int
    value: tuple[int, int]
    section: int


class _LineDocument:
    """Settings, read line by line in one pass."""

    language = "ini"

    def __init__(self, text: str) -> None:
        """Keep *text*; it is read on first use."""
        self.text = text
        self._is_list: dict[int, bool] = {}
        self._settings: dict[int, Sequence[Setting]] = {}

    def embedded(self) -> Sequence[Embedded]:
        """List the embedded texts: none."""
        return ()

    def value_at(self, start: int, end: int) -> Value:
        """Describe the value around the code points *start* to *end*."""
        name = self.text[start:end]
        line = self._line_at(start)
        if start >= line.end:
            return Value(name, start, end, "comment")
        if self._is_key(line, start, end):
            return Value(name, start, end, "key")
        if line.key and line.value == (start, end):
            return self._judged(line, start, end)
        before = self.text[max(line.start, start - _NEAR) : start]
        position, key, evidence = judge_within(before, self.text[end : min(end + _NEAR, line.end)])
        if position == "prose":
            first, last = line.value if line.key else (line.start, line.end)
            if line.start not in self._is_list:
                self._is_list[line.start] = is_list(self.text[first:last])
            is_item = self._is_list[line.start] or (not line.key and (first, last) == (start, end))
            position, evidence = ("value", ("listed",)) if is_item else (position, evidence)
        return Value(name, start, end, position, key or line.key, evidence=evidence)

    def comment_end(self, offset: int) -> int | None:
        """Find the end of the comment around *offset*; None outside comments."""
        line = self._line_at(offset)
        if offset < line.end:
            return None
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def _judged(self, line: _Line, start: int, end: int) -> Value:
        is_variable = line.key.isupper()
        scalar = Scalar(
            line.key,
            self._sections[line.section],
            [] if is_variable else self._names[line.section].split(".")[::-1],
            is_line=is_variable or "." in line.key,
        )
        position, key, evidence = judge_scalar(scalar)
        if self.language in _OF_VARIABLES and not is_variable:
            # Not a variable of the environment: a label, say.
            evidence = tuple(found for found in evidence if found != "setting")
        settings = self._settings_of(line.section) if position == "request" else ()
        name = self.text[start:end]
        return Value(name, start, end, position, key, settings=settings, evidence=evidence)

    def _settings_of(self, section: int) -> Sequence[Setting]:
        if section not in self._settings:
            lines = (line for line in self._lines if line.section == section and line.key)
            found = [
                Setting(line.key, parameter, value, line.key_start, end)
                for line in lines
                if (parameter := sampling_parameter(line.key.rpartition(".")[2]))
                # In settings, `n` may count anything.
                for value, end in [
                    (parameter != "n" and number_ahead(self.text, line.value[0]))
                    or (COMPUTED, line.value[0])
                ]
            ]
            self._settings[section] = found
        return self._settings[section]

    def _line_at(self, offset: int) -> _Line:
        lines = self._lines
        at = bisect_right(lines, offset, key=_start) - 1
        return lines[at] if at >= 0 else _Line(0, len(self.text), "", 0, (0, 0), 0)

    @cached_property
    def _sections(self) -> Mapping[int, Beside]:
        """The keys of each section."""
        keys: dict[int, list[str]] = {}
        for line in self._lines:
            keys.setdefault(line.section, []).append(squeeze(line.key.rpartition(".")[2]))
        return {section: Beside(found) for section, found in keys.items()}

    @cached_property
    def _names(self) -> Mapping[int, str]:
        """The name of each section; empty before the first."""
        headers = [match[0].strip(" \t[]") for match in _HEADER.finditer(self.text)]
        return dict(enumerate(["", *headers]))

    @cached_property
    def _lines(self) -> list[_Line]:
        lines: list[_Line] = []
        section = 0
        for match in _LINE.finditer(self.text):
            text = match[0]
            section += bool(_SECTION.match(text))
            end = match.start() + self._comment_in(text)
            lines.append(self._read(text, match.start(), end, section))
        return lines

    def _read(self, text: str, start: int, end: int, section: int) -> _Line:
        found = self._key_in(text)
        if found is None:
            value = self._inner(start, end)
            return _Line(start, end, "", start, value, section)
        value = self._inner(start + found.end(), end)
        return _Line(start, end, found["key"], start + found.start("key"), value, section)

    def _key_in(self, text: str) -> re.Match[str] | None:
        return _KEY.match(text)

    def _inner(self, start: int, end: int) -> tuple[int, int]:
        """Strip blanks, quotes and a line continuation."""
        text = self.text
        while start < end and text[start] in " \t\"'":
            start += 1
        while end > start and text[end - 1] in " \t\"'\\;,":
            end -= 1
        return start, end

    def _comment_in(self, text: str) -> int:
        marks = load(self.language).comments
        if text.lstrip()[:1] and text.lstrip()[0] in marks:
            return 0
        if "#" not in marks or "#" not in text:
            return len(text)
        masked = _QUOTED.sub(lambda match: "x" * len(match[0]), text)
        found = re.search(r"[ \t]#", masked)
        return found.start() if found else len(text)

    def _is_key(self, line: _Line, start: int, end: int) -> bool:
        """Tell whether the model's name is itself a key: `kimi-k2.6: ...`, `[models.kimi-k2.6]`."""
        before = self.text[line.start : min(start, line.start + _NEAR)]
        if not before.strip(" \t-\"'?"):
            return bool(_TABLE_KEY.match(self.text, end, line.end))
        return before.lstrip()[:1] == "[" and bool(_SECTION.match(self.text[line.start : line.end]))


def _start(line: _Line) -> int:
    return line.start


class IniDocument(_LineDocument):
    """INI files, Java properties, systemd units."""


class EnvDocument(_LineDocument):
    """Environment files."""

    language = "env"


class DockerDocument(_LineDocument):
    """Dockerfiles."""

    language = "dockerfile"

    def _key_in(self, text: str) -> re.Match[str] | None:
        return _ENV_PAIR.match(text) or _KEY.match(text)


class MakeDocument(_LineDocument):
    """Makefiles."""

    language = "make"


class BatchDocument(_LineDocument):
    """Windows batch files."""

    language = "batch"

    def _comment_in(self, text: str) -> int:
        is_remark = re.match(r"\s*(?:@?rem\b|::)", text, re.IGNORECASE)
        return 0 if is_remark else len(text)

    def _key_in(self, text: str) -> re.Match[str] | None:
        pair = _ENV_PAIR.match(text) or re.match(
            r"\s*@?set\s+\"?(?P<key>\w+)=", text, re.IGNORECASE
        )
        return pair or _KEY.match(text)
