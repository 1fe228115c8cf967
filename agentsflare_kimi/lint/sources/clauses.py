"""Finds the clause of an SQL statement that a place is in."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsflare_kimi.lint.sources.steps import Kind
    from agentsflare_kimi.lint.sources.tree import Part, Token, Tree

__all__ = ["clause_at"]

_CLAUSES: Final[dict[str, Kind]] = {
    "where": "compared", "and": "compared", "or": "compared", "when": "compared",
    "having": "compared", "on": "compared", "set": "assigned", "default": "assigned",
}  # fmt: skip


def clause_at(tree: Tree, part: Part, tokens: Sequence[Token], place: int) -> Kind:
    """Tell whether an equals sign in an SQL statement assigns or compares, by its clause."""
    key = part.start, part.end
    if key not in tree.clauses:
        tree.clauses[key] = [
            (i, _CLAUSES[token.text.lower()])
            for i, token in enumerate(tokens)
            if token.text.lower() in _CLAUSES
        ]
    clauses = tree.clauses[key]
    at = bisect_right(clauses, (place, "")) - 1
    return clauses[at][1] if at >= 0 else "compared"
