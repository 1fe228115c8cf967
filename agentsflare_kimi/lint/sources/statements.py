"""Statements of a program, told alike in all languages, and what each of them sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.lint.sources.keys import is_api_key
from agentsflare_kimi.lint.sources.regions import Source

__all__ = ["are_apart", "is_set_once", "set_by", "statement_around", "uses_of"]

_FURTHEST: Final = 4000
_WINDOW: Final = 80
_MOST_USES: Final = 50
# Before a brace of an object or an initializer; a block's comes after `)`, `=>` or a word.
_BEFORE_OBJECT: Final = re.compile(r"(?:[(,=\[:?]|\bnew\s+[\w.<>]+(?:\(\))?)\s*\Z")
# What goes on in the next line: it begins so, or this one ends so.
_TAKES_UP: Final = re.compile(r"\s*(?:\.(?!\.)|->|\?\.|&&|\|\||[+)\]}])")
_LEAVES_OPEN: Final = re.compile(r"(?:[,=(\[{+\\.]|&&|\|\||\breturn)[ \t\r]*\Z")
# `const key = `, `String key = `, `self.key = `, `config.api_key = `, `$key = `.
_SETS: Final = re.compile(
    r"\s*(?:[A-Za-z_][\w.<>\[\]?]*[ \t]+){0,4}?(?P<name>[$@]?[A-Za-z_]\w*)"
    r"(?:(?:\.|->)(?P<member>\w+))?\s*(?::[^=\n(]{0,40})?(?::=|=)(?![=>])"
)
_IS_SET: Final = re.compile(r"\s*(?::[^=\n(]{0,40})?(?::=|=)(?![=>])")
_MARK: Final = re.compile(r"[;{}\n()\[\]]")
_ITSELF: Final = frozenset({"self", "this", "$this"})


def statement_around(source: Source, offset: int) -> tuple[int, int]:
    """Find where the statement around a place begins and ends.

    Args:
        source: A program.
        offset: A place in it.

    Returns:
        The range: the line or lines, with all that its brackets hold and the calls chained to it.
    """
    start = end = offset
    opener = source.enclosing(offset)
    while opener is not None and _is_in_expression(source, opener):
        start, end = opener, source.closers[opener] + 1
        opener = source.enclosing(opener)
    floor = max(-1 if opener is None else opener, start - _FURTHEST)
    ceiling = min(len(source.text) if opener is None else source.closers[opener], end + _FURTHEST)
    return _begin(source, start, floor + 1), _end(source, end, ceiling)


def _is_in_expression(source: Source, opener: int) -> bool:
    if source.text[opener] != "{":
        return True
    return bool(_BEFORE_OBJECT.search(source.masked, max(0, opener - _WINDOW), opener))


def _begin(source: Source, position: int, floor: int) -> int:
    for mark in reversed([*_MARK.finditer(source.masked, floor, position)]):
        opener = source.openers.get(mark.start())
        if mark.start() >= position:
            continue  # in brackets that were passed over
        if opener is not None and opener >= floor and _is_in_expression(source, opener):
            position = opener
        elif _ends(source, mark, floor):
            return mark.end()
    return floor


def _end(source: Source, position: int, ceiling: int) -> int:
    for mark in _MARK.finditer(source.masked, position, ceiling):
        closer = source.closers.get(mark.start())
        if mark.start() < position:
            continue
        if closer is not None and closer < ceiling and _is_in_expression(source, mark.start()):
            position = closer + 1
        elif _ends(source, mark, 0):
            return mark.start()
    return ceiling


def _ends(source: Source, mark: re.Match[str], floor: int) -> bool:
    is_line_end = mark[0] == "\n"
    return mark[0] in ";{}" or (is_line_end and not _goes_on(source.masked, floor, mark.end()))


def _goes_on(masked: str, floor: int, line_start: int) -> bool:
    """Whether the line from *line_start* on takes up the one above."""
    before = max(floor, line_start - 1 - _WINDOW)
    return bool(
        _TAKES_UP.match(masked, line_start) or _LEAVES_OPEN.search(masked, before, line_start - 1)
    )


def set_by(source: Source, statement: tuple[int, int]) -> str:
    """Name what a statement sets.

    Args:
        source: A program.
        statement: Where it begins and ends.

    Returns:
        A variable; an object whose key is set; `self.name`; empty where nothing is set.
    """
    match = _SETS.match(source.masked, *statement)
    if match is None:
        return ""
    name, member = match["name"], match["member"]
    if not member or (name not in _ITSELF and is_api_key(member)):
        return name
    return source.masked[match.start("name") : match.end("member")]


def is_set_once(source: Source, name: str) -> bool:
    """Tell whether no second statement sets *name*; arguments of that name do not count."""
    uses = [*uses_of(source, name)]
    found = 0
    for use in uses:
        opener = source.enclosing(use)
        is_argument = opener is not None and source.text[opener] == "("
        found += not is_argument and bool(_IS_SET.match(source.masked, use + len(name)))
    return found <= 1 and len(uses) < _MOST_USES


def uses_of(source: Source, name: str) -> Iterator[int]:
    """Find where a program speaks of *name*, the first times."""
    place = source.masked.find(name)
    for _ in range(_MOST_USES):
        while place >= 0 and not _is_whole(source.masked, place, place + len(name)):
            place = source.masked.find(name, place + 1)
        if place < 0:
            return
        yield place
        place = source.masked.find(name, place + 1)


def _is_whole(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 1) : start]
    return not (before.isalnum() or before in {"_", "."}) and not re.match(
        r"\w", text[end : end + 1]
    )


def are_apart(source: Source, first: int, second: int) -> bool:
    """Tell whether two places are in two objects side by side: one says nothing of the other."""
    here, there = _openers_around(source, first), _openers_around(source, second)
    ours = next((opener for opener in here if opener not in there), None)
    theirs = next((opener for opener in there if opener not in here), None)
    return all(each is not None and source.text[each] == "{" for each in (ours, theirs))


def _openers_around(source: Source, offset: int) -> list[int]:
    """The brackets around a place, the outermost first."""
    openers: list[int] = []
    opener = source.enclosing(offset)
    while opener is not None:
        openers.append(opener)
        opener = source.enclosing(opener)
    return openers[::-1]
