"""Finds the function or class around a place, in languages with indentation or `end`."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

from agentsflare_kimi.lint.patterns import lazy

__all__ = ["Scopes"]

_INDENT: Final = lazy(r"[ \t]*")
_SCOPE: Final = lazy(
    r"^([ \t]*)(?:(?:async|export|local|private|public)[ \t]+)*"
    r"((?:def|defp|class|function|module|defmodule)[ \t]+[\w.?!:]+[^\n]*)",
    re.MULTILINE,
)


class Scopes:
    """The functions and classes of a text, found in one pass."""

    def __init__(self, masked: str) -> None:
        """Keep a text in which strings and comments are masked."""
        self._masked = masked

    def scope_of(self, offset: int) -> str:
        """Return the name of the innermost function or class around *offset*."""
        lines, indents, parents, names = self._scopes
        line_start = self._masked.rfind("\n", 0, offset) + 1
        matched = _INDENT.match(self._masked, line_start)
        indent = len(matched[0]) if matched else 0
        at = bisect_right(lines, line_start - 1) - 1
        if bisect_right(lines, line_start) - 1 > at:
            return names[at + 1]
        while at >= 0 and indents[at] >= indent:
            at = parents[at]
        return names[at] if at >= 0 else ""

    @cached_property
    def _scopes(self) -> tuple[list[int], list[int], list[int], list[str]]:
        lines: list[int] = []
        indents: list[int] = []
        parents: list[int] = []
        names: list[str] = []
        around: list[int] = []
        for match in _SCOPE.finditer(self._masked):
            indent = len(match[1])
            while around and indents[around[-1]] >= indent:
                around.pop()
            parents.append(around[-1] if around else -1)
            around.append(len(lines))
            lines.append(match.start())
            indents.append(indent)
            names.append(match[2])
        return lines, indents, parents, names
