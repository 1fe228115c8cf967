"""Requests whose model is a name: `MODEL = "..."`, and `model=MODEL` further down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.bodies import Body, read_body
from agentsflare_kimi.lint.sources.regions import STRING, Region, Source

__all__ = ["find_uses"]

# `model=MODEL`, `"model": MODEL`, of whose string there is nothing left here; `{ model, ...`.
_USE: Final = re.compile(
    rf"(?:\bmodel|{STRING})\s*[=:]\s*(?P<name>[A-Za-z_$][\w$]*)(?=\s*[,)}}\r\n])"
    r"|(?<=[{,\s])(?P<short>model)(?=\s*[,}])"
)
_WORD: Final = re.compile(r"(?<![\w.$])[A-Za-z_$][\w$]*")
_GIVEN: Final = re.compile(r"\s*(?::[^=\n(){}]{0,80})?[-+|:?]?=(?![=>])")
_PLAIN: Final = re.compile(
    rf"[\s(]*(?P<string>{STRING}+)[\s)]*(?:as\s+const)?[ \t]*(?:;|$)", re.MULTILINE
)
# What else gives a name a value: loops, imports, parameters, several targets at once.
_BOUND_BEFORE: Final = re.compile(
    r"\b(?:for|as|import|global|nonlocal|lambda|catch|function|class|def|del)\s*\(?\s*\Z"
)
_BOUND_AFTER: Final = re.compile(r"\s*(?:=>|\s(?:in|of)\b|,[^=\n(]*=(?!=))")
_WALRUS: Final = re.compile(r"\s*:=")
_DEFINES: Final = re.compile(r"\b(?:def\s+\w+|function\s*\w*|lambda)\s*\Z")
_IS_BLOCK: Final = re.compile(r"\s*(?::[^={\n]{0,80})?(?:=>|\{)")
_CONDITION: Final = re.compile(r"\b(?:if|while|switch)\s*\Z")
_WINDOW: Final = 40
_NESTED: Final = 3


class _Names(NamedTuple):
    """Where each name is given a string and nothing else ever, and where it is a model."""

    strings: Mapping[str, int | None]
    uses: Mapping[str, Sequence[tuple[int, int]]]


def find_uses(source: Source, region: Region, name: str, language: str) -> Sequence[Body]:
    """Find the requests whose model is a name.

    Args:
        source: A program.
        region: The string that the name is given.
        name: The name.
        language: The program's language.

    Returns:
        The requests or the parts of them that are in sight; none where the name may stand for
        something else.
    """
    names = _names(source)
    if names.strings.get(name) != region.start:
        return ()
    model = source.text[region.inner_start : region.inner_end]
    bodies = (read_body(source, span, model, language) for span in names.uses[name])
    return tuple(body for body in bodies if body)


# One pass for all of them, since a file may have many.
@lru_cache(maxsize=1)
def _names(source: Source) -> _Names:
    uses: dict[str, list[tuple[int, int]]] = {}
    for match in _USE.finditer(source.masked):
        group = "name" if match["name"] else "short"
        uses.setdefault(match[group], []).append(match.span(group))
    strings: dict[str, int | None] = {}
    for word in _WORD.finditer(source.masked):
        if word[0] in uses and (given := _given(source, *word.span())) >= 0:
            strings[word[0]] = None if word[0] in strings else given or None
    return _Names(strings, uses)


def _given(source: Source, start: int, end: int) -> int:
    """Where the string begins that a name is given here; 0 for other values, -1 for none."""
    masked = source.masked
    before = masked[max(0, start - _WINDOW) : start]
    if _BOUND_BEFORE.search(before) or _WALRUS.match(masked, end) or _is_parameter(source, start):
        return 0
    opener = source.enclosing(start)
    if opener is not None and masked[opener] in "([":
        return -1
    assigned = _GIVEN.match(masked, end)
    if assigned is None:
        return 0 if _BOUND_AFTER.match(masked, end) and not _is_entry(masked, opener) else -1
    plain = _PLAIN.match(masked, assigned.end())
    return plain.start("string") if plain else 0


def _is_entry(masked: str, opener: int | None) -> bool:
    """Whether a brace opens an object, whose entries are parted by commas, and not a block."""
    before = masked[max(0, (opener or 0) - _WINDOW) : opener or 0].rstrip()[-1:]
    return opener is not None and before in {"(", ",", "=", ":", "["}


def _is_parameter(source: Source, offset: int) -> bool:
    """Whether a name stands in the parameters of a function, or is taken out of an object."""
    opener = source.enclosing(offset)
    for _ in range(_NESTED):
        if opener is None:
            return False
        after = source.closers[opener] + 1
        if source.text[opener] == "(":
            before = source.masked[max(0, opener - _WINDOW) : opener]
            is_block = _IS_BLOCK.match(source.masked, after) and not _CONDITION.search(before)
            return bool(is_block or _DEFINES.search(before))
        if re.match(r"\s*=(?![=>])", source.masked[after : after + _WINDOW]):
            return True
        opener = source.enclosing(opener)
    return False
