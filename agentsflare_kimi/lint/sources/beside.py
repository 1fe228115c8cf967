"""Parameters that are set beside a model's name, and to what: struct fields, builders, arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.keys import sampling_parameter
from agentsflare_kimi.lint.sources.literals import COMPUTED, read_number, string_value
from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.statements import statement_around

__all__ = ["Setting", "number_ahead", "settings_beside"]

# What sets a parameter: `temperature=`, `Temperature: `, `.temperature(`; `"temperature" =>`.
_SET: Final = re.compile(r"([A-Za-z_]\w*)\s*(?:[=:](?![=:])|\()")
_SEPARATOR: Final = re.compile(r"\s*(?:=>|[=:,](?!=))")
# A number, in what may wrap it: `openai.Float(0.3)`, `Some(0.3)`, `0.3f`, `0.3_f32`.
_NUMBER: Final = re.compile(
    r"\s*(?:&?[A-Za-z_][\w.:]*\(\s*)?(?P<number>[-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?)"
    r"(?:_?f(?:32|64)|[fFdDmMlL])?\s*\)*[ \t]*(?=[,;)}\]\r\n]|\Z)"
)
_FURTHEST: Final = 4000


class Setting(NamedTuple):
    """One parameter that is set.

    Attributes:
        name: As it is spelt there.
        parameter: As the API spells it.
        value: What it is set to; `COMPUTED` where that is not a literal, or out of reach.
        start: Where it begins.
        end: Where its name ends, or its value where that is known.
    """

    name: str
    parameter: str
    value: object
    start: int
    end: int


def settings_beside(source: Source, region: Region, language: str) -> list[Setting]:
    """Find the parameters around the string *region* that a model may pin.

    Args:
        source: The text.
        region: The string that names the model.
        language: The text's language.

    Returns:
        Those between the same brackets, those in the same statement, for builders that set one
        parameter a call, and in TOML those of the same table.
    """
    start, end = statement_around(source, region.start)
    opener = source.enclosing(region.start)
    if opener is not None and region.start - opener < _FURTHEST:
        start = min(start, opener)
        end = max(end, min(source.closers[opener], opener + _FURTHEST))
    if opener is None and language == "toml":
        start, end = _table(source.masked, region)
    levels = _levels(source, region)
    found: dict[str, Setting] = {}
    for name, name_start, value_start in _named(source, start, end):
        parameter = sampling_parameter(name)
        if parameter:
            is_ours = source.enclosing(name_start) in levels
            value, value_end = _value(source, value_start) if is_ours else (COMPUTED, value_start)
            setting = Setting(name, parameter, value, name_start, value_end)
            found.setdefault(parameter, setting)
    return list(found.values())


def _table(masked: str, region: Region) -> tuple[int, int]:
    first, last = max(0, region.start - _FURTHEST), region.end + _FURTHEST
    start, end = masked.rfind("\n[", first, region.start), masked.find("\n[", region.end, last)
    return max(start, first), end if end >= 0 else min(len(masked), last)


def _levels(source: Source, region: Region) -> set[int | None]:
    """The brackets between which a setting is for the same request, past calls that only wrap."""
    opener = source.enclosing(region.start)
    levels = {opener}
    inside = region.start
    while opener is not None and source.text[opener] == "(":
        if source.masked[opener + 1 : inside].strip(" \t\r\n&\x01"):
            break
        inside, opener = _callee_start(source, opener), source.enclosing(opener)
        levels.add(opener)
    return levels


def _callee_start(source: Source, opener: int) -> int:
    start = opener
    while start and (source.masked[start - 1].isalnum() or source.masked[start - 1] in "_.:"):
        start -= 1
    return start


def _named(source: Source, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """List what is set from *start* to *end*: its name, where that begins, where its value does."""
    for match in _SET.finditer(source.masked, start, end):
        yield match[1], match.start(), match.end()
    for region in source.regions_between(start, end):
        separator = _SEPARATOR.match(source.masked, region.end) if region.kind == "string" else None
        if separator:
            name = source.text[region.inner_start : region.inner_end]
            yield name, region.start, separator.end()


def _value(source: Source, start: int) -> tuple[object, int]:
    """Read what is set, and tell where it ends."""
    found = number_ahead(source.masked, start)
    if found:
        return found
    text = source.masked[start : start + _FURTHEST]
    region = source.region_from(start + len(text) - len(text.lstrip()))
    if region and region.kind == "string":
        return string_value(source, region), region.end
    return COMPUTED, start


def number_ahead(text: str, start: int) -> tuple[float, int] | None:
    """Read a number as any language writes it.

    Args:
        text: Source text.
        start: Where it should stand.

    Returns:
        The number and where it ends; None where there is something else.
    """
    match = _NUMBER.match(text, start)
    return (read_number(match["number"]), match.end("number")) if match else None
