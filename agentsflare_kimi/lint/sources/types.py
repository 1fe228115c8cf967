"""Finds the signs of assignment in a part, and tells types from values."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import pairwise

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.sources.tree import BINDS, Part, Token, Tree, is_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from agentsflare_kimi.lint.sources.steps import Kind

__all__ = ["clause_at", "commas_of", "is_ternary", "is_type", "marks_of", "sign_of"]

_TYPE_HEADS = frozenset({"type", "interface", "typealias"})
_DECLARES = frozenset(
    {"const", "let", "var", "readonly", "private", "public", "protected", "static", "declare"}
)


def marks_of(tree: Tree, part: Part) -> Sequence[int]:
    """List the indices of signs in a part that may assign what follows; computed once per part."""
    known = tree.marks
    key = part.start, part.end
    if key not in known:
        signs = _signs(tree.language.default_sign, is_command=not tree.is_list(part.opener))
        known[key] = [i for i, token in enumerate(tree.tokens(part)) if token.text in signs]
    return known[key]


@cache
def _signs(default: str, *, is_command: bool) -> AbstractSet[str]:
    return BINDS | {"?", default} | ({","} if is_command else set[str]())


def commas_of(tree: Tree, part: Part) -> tuple[int, Sequence[int]]:
    """Return the index of a part's first sign of assignment, -1 for none, and its commas."""
    key = part.start, part.end
    if key not in tree.commas:
        texts = [(place, tree.tokens(part)[place].text) for place in marks_of(tree, part)]
        sign = next((place for place, text in texts if text in {"=", ":="}), -1)
        tree.commas[key] = sign, [place for place, text in texts if text == ","]
    return tree.commas[key]


def sign_of(tree: Tree, part: Part) -> int:
    """Return the index of the sign between an entry's key and its value; 0 for none."""
    tokens = tree.tokens(part)
    return next((i for i in marks_of(tree, part) if tokens[i].text in {":", "=", "=>"}), 0)


def clause_at(tree: Tree, part: Part, place: int) -> Kind:
    """Tell whether an equals sign in a query assigns or compares, by its clause."""
    key = part.start, part.end
    if key not in tree.clauses:
        words = ((i, token.text.lower()) for i, token in enumerate(tree.tokens(part)))
        known = tree.language.clauses
        tree.clauses[key] = [(i, known[word]) for i, word in words if word in known]
    at = bisect_right(tree.clauses[key], (place, "")) - 1
    return tree.clauses[key][at][1] if at >= 0 else "compared"


def is_ternary(tokens: Sequence[Token], marks: Sequence[int], at: int) -> bool:
    """Tell whether the colon at *at* belongs to a ternary's question mark."""
    before = tokens[marks[at - 1]] if at > 0 else None
    # In `key?: type` the question mark is right before the colon.
    return before is not None and before.text == "?" and marks[at - 1] != marks[at] - 1


def is_type(tree: Tree, part: Part, tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a token is in the place of a type."""
    last = tokens[index - 1].text if index else ""
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if last in {"<", "|", "&", "as", "satisfies", "extends", "keyof"} or following in {
        "|",
        "&",
        ">",
    }:
        return True
    heads = [token.text for token in tokens[: next(iter(marks_of(tree, part)), len(tokens))]]
    if any(head in _TYPE_HEADS and is_word(after) for head, after in pairwise(heads)):
        return True
    if last != ":" or is_ternary(
        tokens, marks_of(tree, part), bisect_right(marks_of(tree, part), index - 1) - 1
    ):
        return False
    if part.opener >= 0 and tree.source.text[part.opener] == "(":
        return True
    if (
        following in {"=", ";"}
        or _DECLARES.intersection(heads)
        or (index > 1 and tokens[index - 2].text == "(")
    ):
        return True
    return part.opener >= 0 and _in_type(tree, part.opener)


def _in_type(tree: Tree, opener: int) -> bool:
    """Tell whether braces belong to a type: `interface Name { ... }`, `(x: { ... }) =>`."""
    if tree.source.text[opener] != "{":
        return False
    outer = tree.part_at(opener)
    tokens = tree.tokens(outer)
    return is_type(tree, outer, tokens, tree.index_of(tokens, opener))
