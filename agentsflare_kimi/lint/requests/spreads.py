"""Reads what is spread into a request: `**a`, `**(a | {...})`, `...(creative ? {...} : {})`."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.regions import Source

__all__ = ["Branch", "branches", "is_merge"]

_MARK: Final = lazy(r"[(\[{]|\?\?|\?\.|&&|\|\||\||\?|:|\bif\b|\belse\b|\band\b|\bor\b")
_NOTHING: Final = frozenset({"", "null", "undefined", "None", "false", "nil"})
_NAME: Final = lazy(r"[A-Za-z_$][\w$]*\Z")
_MERGES: Final = frozenset(
    "assign merge extend defaults deepmerge array_merge array_replace union defaultsdeep".split()  # noqa: SIM905  # words read best as words
)


class Branch(NamedTuple):
    """One thing that may be spread: where it begins, and its name; empty for a literal."""

    start: int
    name: str


def is_merge(callee: str) -> bool:
    """Tell whether a call merges its arguments: `Object.assign`, `array_merge`, `merge`."""
    return callee.rpartition(".")[2].rpartition("->")[2].lower() in _MERGES


def branches(source: Source, start: int, end: int) -> Sequence[Branch] | None:
    """List what an expression may spread.

    Args:
        source: A program.
        start: Where the expression begins.
        end: Where it ends.

    Returns:
        The names and literals; None if it may be anything else.
    """
    found: list[Branch] = []
    for begin, stop in _alternatives(source, start, end):
        written = source.masked[begin:stop]
        if written.startswith("{") and source.closers.get(begin) == stop - 1:
            found.append(Branch(begin, ""))
        elif _NAME.match(written) and written not in _NOTHING:
            found.append(Branch(begin, written))
        elif written not in _NOTHING:
            return None
    return found


def _alternatives(source: Source, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split an expression into what it may be, without its conditions."""
    (start, end), *_ = source.trimmed(start, end) or [(end, end)]
    while source.masked[start : start + 1] == "(" and source.closers.get(start) == end - 1:
        (start, end), *_ = source.trimmed(start + 1, end - 1) or [(end, end)]
    marks = [*_marks(source, start, end)]
    signs = [sign for _, _, sign in marks]
    if "if" in signs and "else" in signs:
        yield from _alternatives(source, start, marks[signs.index("if")][0])
        yield from _alternatives(source, marks[signs.index("else")][1], end)
    elif "?" in signs and (colon := _colon(signs)):
        yield from _alternatives(source, marks[signs.index("?")][1], marks[colon][0])
        yield from _alternatives(source, marks[colon][1], end)
    elif "&&" in signs:
        yield from _alternatives(source, marks[signs.index("&&")][1], end)
    elif signs:
        position = start
        for begin, stop, _ in marks:
            yield from _alternatives(source, position, begin)
            position = stop
        yield from _alternatives(source, position, end)
    else:
        yield start, end


def _colon(signs: Sequence[str]) -> int:
    """Find the colon of the first question mark; 0 for none."""
    depth = 0
    for index, sign in enumerate(signs):
        depth += (sign == "?") - (sign == ":")
        if sign == ":" and depth == 0:
            return index
    return 0


def _marks(source: Source, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """List the signs outside brackets that join alternatives."""
    position = start
    while mark := _MARK.search(source.masked, position, end):
        position = source.closers.get(mark.start(), mark.end() - 1) + 1
        if mark[0][0] not in "([{" and mark[0] != "?.":
            yield mark.start(), mark.end(), mark[0]
