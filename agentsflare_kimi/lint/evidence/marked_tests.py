"""Finds the parts of a program that its language's markers declare to be tests."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import words_of
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["MarkedTests", "is_test_data"]

_IN_OBJECT: Final = 2
_ENTRY: Final = 3
# What holds a request, or the settings of one: `request`, `payload`, `llm`, `options`.
_REQUESTS: Final = SHOWING["body-keys"].words - {"data", "content"} | {"post"}
_KNOWN: Final = SHOWING["setting-words"].words | _REQUESTS
_BRACE: Final = lazy(r"\{")
_LINE: Final = lazy(r"^([ \t]*)\S", re.MULTILINE)


def is_test_data(outwards: Sequence[Step]) -> bool:
    """Tell whether a test only holds a name: in an object that nothing shows to be a request.

    Args:
        outwards: The steps outwards from the name.
    """
    kinds = [step.kind for step in outwards[:_ENTRY]]
    if kinds[:_IN_OBJECT] != ["pair", "object"] or not outwards[0].name.isidentifier():
        return False
    if len(kinds) < _ENTRY or kinds[-1] not in {"item", "assigned", "pair", "argument"}:
        return False
    holder = outwards[_IN_OBJECT]
    if holder.kind == "item":
        return True
    held = words_of(holder.name)
    # `f({ model: "..." })` names an argument.
    is_stored = held[-1:] == ("data",) or not _KNOWN.issuperset(held)
    return bool(held) and is_stored and _REQUESTS.isdisjoint(held)


class MarkedTests:
    """The tests in a text, found in one pass over the markers."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree

    def hold(self, offset: int) -> bool:
        """Tell whether an offset is in a test."""
        at = bisect_right(self._spans, (offset, offset)) - 1
        return at >= 0 and offset < self._spans[at][1]

    @cached_property
    def _spans(self) -> Sequence[tuple[int, int]]:
        pattern = self._tree.language.tests
        return list(self._find(pattern)) if pattern else ()

    def _find(self, pattern: str) -> Iterator[tuple[int, int]]:
        masked = self._tree.source.masked
        last = 0
        for mark in re.finditer(pattern, masked, re.MULTILINE):
            if mark.start() >= last:
                last = self._end(mark)
                yield mark.start(), last

    def _end(self, mark: re.Match[str]) -> int:
        """Return where a marked test ends: with its parenthesis, braces, or indented block."""
        tree = self._tree
        closers = tree.source.closers
        if mark[0][-1:] == "(" and mark.end() - 1 in closers:
            return closers[mark.end() - 1]
        if tree.language.in_lists:
            return closers.get(tree.opener_around(mark.start()), mark.end())
        around = tree.opener_around(mark.start())
        if not tree.language.is_indented:
            for brace in _BRACE.finditer(tree.source.masked, mark.end()):
                if tree.opener_around(brace.start()) == around and brace.start() in closers:
                    return closers[brace.start()]
        return self._dedent(mark.start())

    def _dedent(self, start: int) -> int:
        """Return where the block indented below a line ends."""
        masked = self._tree.source.masked
        line = masked.rfind("\n", 0, start) + 1
        first = _LINE.match(masked, line)
        indent = len(first[1]) if first else 0
        is_below = False
        for following in _LINE.finditer(masked, line):
            is_deeper = len(following[1]) > indent
            if is_below and not is_deeper:
                return following.start()
            is_below = is_below or is_deeper
        return len(masked)
