"""Finds the function or class around a place, in languages with indentation or `end`."""

from __future__ import annotations

import re
from bisect import bisect_right

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence
__all__ = ["Scope", "find_scopes", "name_around"]

_INDENT = lazy(r"[ \t]*")
_SCOPE = lazy(
    r"^([ \t]*)(?:(?:async|export|local|private|public)[ \t]+)*"
    r"((?:def|defp|class|function|module|defmodule)[ \t]+[\w.?!:]+[^\n]*)",
    re.MULTILINE,
)


class Scope(NamedTuple):
    """A function or class: its line, its indentation, the index of the one around it, its head."""

    line: int
    indent: int
    around: int
    head: str


def find_scopes(masked: str) -> Sequence[Scope]:
    """Find the functions and classes of a text in which strings and comments are masked."""
    scopes: list[Scope] = []
    for match in _SCOPE.finditer(masked):
        around = _outside(scopes, len(scopes) - 1, len(match[1]))
        scopes.append(Scope(match.start(), len(match[1]), around, match[2]))
    return scopes


def name_around(scopes: Sequence[Scope], masked: str, offset: int) -> str:
    """Return the head of the innermost function or class around *offset*."""
    line = masked.rfind("\n", 0, offset) + 1
    at = bisect_right(scopes, line, key=lambda scope: scope.line) - 1
    if at < 0 or scopes[at].line < line:
        indent = _INDENT.match(masked, line)
        at = _outside(scopes, at, len(indent[0]) if indent else 0)
    return scopes[at].head if at >= 0 else ""


def _outside(scopes: Sequence[Scope], at: int, indent: int) -> int:
    """Go outwards to a scope that is less indented."""
    while at >= 0 and scopes[at].indent >= indent:
        at = scopes[at].around
    return at
