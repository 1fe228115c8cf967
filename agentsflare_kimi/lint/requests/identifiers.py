"""Finds model names in a text, always as whole identifiers.

Takes linear time: needles are searched as plain strings, and each identifier is read once.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Name", "find_names"]

# Without its first letter, so that `Kimi-` is found, too.
_NEEDLES: Final = ("imi-", "moonshot-")
# The characters of a vendor's id, a path or a URL. Source: facts/lint.md section 1.
_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@+-")
_RUN: Final = lazy(r"[A-Za-z0-9_./:@+-]*+")
# `${MODEL:-name}`, `${MODEL:=name}`, `${kimi.model:name}`: a default, in shells, compose files,
# Spring's settings.
_DEFAULT: Final = lazy(r"(?:\w+:)?([\w.]++(?>(?:-[\w.]++)*)):-?|(\w++)-")

# `${oc.env:MODEL,name}`, `${env:MODEL, 'name'}`.
_LISTED_DEFAULT: Final = lazy(r"\$\{[\w.]++:([\w.-]++),[ \t]*+[\"']?+")
_BEFORE_DEFAULT: Final = frozenset(", \"'")
_ASSIGNED_DEFAULT: Final = lazy(r"\$\{(\w++):?=\Z")


class Name(NamedTuple):
    """An identifier that contains a model name.

    Attributes:
        text: The whole identifier, such as `kimi-k2.6` or `moonshotai/kimi-k2-thinking`.
        start: Where it begins, in code points.
        end: Where it ends, exclusive.
        default_of: The variable that it is the default of, in `${VARIABLE:-name}`.
    """

    text: str
    start: int
    end: int
    default_of: str = ""


def find_names(text: str, start: int = 0, end: int | None = None) -> Iterator[Name]:
    """Find every identifier that contains a model name.

    Args:
        text: Any text.
        start: Where to begin.
        end: Where to stop; the text's end by default.

    Yields:
        The identifiers, from first to last.
    """
    floor = start
    end = len(text) if end is None else end
    ahead = [text.find(needle, start, end) for needle in _NEEDLES]
    while hits := [hit for hit in ahead if hit >= 0]:
        start = hit = min(hits)
        last = floor
        while start > floor and text[start - 1] in _LETTERS:
            start -= 1
        run = _RUN.match(text, hit)
        floor = run.end() if run else hit + 1
        # Do not search again for a needle that has no further match.
        ahead = [
            text.find(needle, floor, end) if 0 <= next_hit < floor else next_hit
            for needle, next_hit in zip(_NEEDLES, ahead, strict=True)
        ]
        name = _trimmed(text, last, start, floor)
        if name.text:
            yield name


def _trimmed(text: str, last: int, start: int, end: int) -> Name:
    """Read the name between *start* and *end*; the previous name ends at *last*."""
    variable = ""
    if text.startswith("${", start - 2) and (match := _DEFAULT.match(text, start, end)):
        variable = match[1] or match[2]
        start = match.end()
    elif text.startswith("=", start - 1) and (match := _ASSIGNED_DEFAULT.search(text, last, start)):
        variable = match[1]
    elif text[start - 1 : start] in _BEFORE_DEFAULT:
        opening = text.rfind("${", last, start)
        listed = _LISTED_DEFAULT.match(text, opening, start) if opening >= 0 else None
        variable = listed[1] if listed and listed.end() == start else ""
    # `+name` and `-name` in lists add and remove.
    start += text[start] in "+-" and text[start + 1 : start + 2].isalpha()
    # A sentence may end right after a name.
    name = text[start:end].rstrip(".:/")
    return Name(name, start, start + len(name), variable)
