"""Follows a name to the one number that a program gives it: `TEMPERATURE = 0.3`."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.literals import read_number
from agentsflare_kimi.lint.requests.settings import number_ahead
from agentsflare_kimi.lint.sources.targets import end_of_value, holds_parameters

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["named_number"]

# `TEMPERATURE`, `settings.temperature`, `openai.Float(temperature)`.
_NAMED: Final = lazy(r"(?:[\w.]+\()?[*&$]?(?:\w+\.)*(?P<last>[A-Za-z_]\w*)\)?")
_NUMBER: Final = lazy(r"\d+(?:\.\d+)?")
_GIVEN: Final = r"(?<![\w$-])\$?{name}(?:\s*:\s*[\w.?]+)?\s*(?::=|=(?!=)|=>)\s*"


def named_number(tree: Tree, start: int, end: int) -> float | None:
    """Return the number that an expression stands for.

    Args:
        tree: A program.
        start: Where the expression begins.
        end: Where it ends.

    Returns:
        The number; None unless the expression is a name that is given one number and nothing else.
    """
    named = _NAMED.fullmatch(tree.source.masked, start, end)
    return _constant(tree, named["last"]) if named else None


@kept_with_first
def _constant(tree: Tree, name: str) -> float | None:
    masked = tree.source.masked
    numbers: set[float | None] = set()
    for match in re.finditer(_GIVEN.format(name=re.escape(name)), masked):
        number = number_ahead(masked, match.end())
        following = _NAMED.match(masked, match.end())
        # `temperature=temperature`, `temperature=settings.temperature`: where it is used.
        is_use = number is None and following is not None and following["last"] == name
        if not is_use and not _is_argument(tree, match.start()):
            numbers.add(number[0] if number else _default(tree, match.end()))
    return numbers.pop() if len(numbers) == 1 else None


def _default(tree: Tree, start: int) -> float | None:
    """Return the one number in the strings of a value: `float(os.getenv("T", "0.3"))`."""
    source = tree.source
    end = end_of_value(tree, start)
    texts = (
        source.text[region.inner_start : region.inner_end]
        for region in source.regions_between(start, end - 1)
    )
    numbers = [read_number(text) for text in texts if _NUMBER.fullmatch(text)]
    return numbers[0] if len(numbers) == 1 else None


def _is_argument(tree: Tree, offset: int) -> bool:
    """Tell whether a name is given a value in a call, rather than as a parameter's default."""
    opener = tree.opener_around(offset)
    if opener < 0 or tree.source.text[opener] != "(":
        return False
    return not holds_parameters(tree, opener)
