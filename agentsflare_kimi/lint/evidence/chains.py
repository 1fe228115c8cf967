"""Reads the names of a call's chain, and where the chain begins and ends."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.sources.targets import DOTS, KEYWORDS, past_generics
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.tree import Token

__all__ = ["Operand", "chain_before", "operand_around"]

_OPENERS: Final = frozenset("([{")
_MARKS: Final = frozenset({"!", "?"})


class Operand(NamedTuple):
    """An expression of calls and names joined by dots.

    Attributes:
        first: The index of its first token.
        last: The index of its last token.
        after: The names joined to it after the token that was asked about.
    """

    first: int
    last: int
    after: tuple[str, ...]


def chain_before(tokens: Sequence[Token], index: int) -> tuple[str, ...]:
    """List the names of the call whose bracket is at *index*.

    Args:
        tokens: The tokens of a part.
        index: The index of an opening bracket.

    Returns:
        The names from first to last, with `()` after each that is called itself; empty for a
        bracket that only groups.
    """
    names, _ = _read_back(tokens, index)
    return names


def operand_around(tokens: Sequence[Token], index: int) -> Operand:
    """Find the whole expression that the token at *index* belongs to."""
    if tokens[index].text in _OPENERS:
        _, first = _read_back(tokens, index)
    else:
        first = index
    last = index
    after: list[str] = []
    while last + 1 < len(tokens):
        following = tokens[last + 1]
        if following.text in _MARKS or (
            following.text in {"(", "["} and following.start == tokens[last].end
        ):
            last += 1
        elif (
            following.text in DOTS
            and last + 2 < len(tokens)
            and is_word(tokens[last + 2].text)
            and (following.text != "->" or following.start == tokens[last].end)
        ):
            after.append(tokens[last + 2].text)
            last += 2
        else:
            break
    return Operand(first, last, tuple(after))


def _read_back(tokens: Sequence[Token], index: int) -> tuple[tuple[str, ...], int]:
    """Return the names before a bracket, and the index of the first token of the chain."""
    names: list[str] = []
    place = first = index
    while True:
        place -= 1
        while place >= 0 and tokens[place].text in _MARKS:
            place -= 1
        if place >= 0 and tokens[place].text == ">":
            place = past_generics(tokens, place)
        called = ""
        while place >= 0 and tokens[place].text in _OPENERS:
            touches = tokens[place].end == tokens[place + 1].start or tokens[place + 1].text in DOTS
            if not touches:
                break
            called, place = "()", place - 1
        token = tokens[place] if place >= 0 else None
        is_member = token is not None and place > 0 and tokens[place - 1].text in DOTS
        if token is None or not is_word(token.text) or (token.text in KEYWORDS and not is_member):
            if called:
                names.append(called)
                first = place + 1
            break
        names.append(token.text + called)
        first = place
        if not is_member:
            break
        place -= 1
        if place == 0:
            break
    return tuple(reversed(names)), first
