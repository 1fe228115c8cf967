"""Tells what the brackets around an expression are, and what they do with it."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.chains import Operand, chain_before
from agentsflare_kimi.lint.evidence.showing import SHOWING
from agentsflare_kimi.lint.sources.targets import holds_parameters, name_before
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.tree import Part, Token, Tree

__all__ = ["BEFORE", "BODY_KEYS", "InBrackets"]

BODY_KEYS: Final = SHOWING["body-keys"].words
"""Arguments and entries that hold a request's body."""

_FIELDS: Final = SHOWING["request-fields"].words
_PAIRS: Final = frozenset({":", "=>", "=", "->", "to"})
BEFORE: Final = frozenset(
    {"await", "new", "&", "*", "try", "%", "@", "!", "**", "...", "const", "[", "map"}
)
"""Signs and words that may stand between a sign of assignment and a request."""


class InBrackets(NamedTuple):
    """An expression in the brackets around it."""

    tree: Tree
    part: Part
    tokens: Sequence[Token]
    operand: Operand
    is_inside: bool
    depth: int

    @property
    def key(self) -> str | None:
        """The name that it is assigned to; empty if there is none, None if it is part of more."""
        place = self.operand.first - 1
        while place >= 0 and self.tokens[place].text in BEFORE:
            place -= 1
        if place < 0:
            return ""
        if place == 0 or self.tokens[place].text not in _PAIRS:
            return None
        name = name_before(self.tree, self.tokens, place)
        return name.lstrip(":").rpartition(".")[2] or None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the call or type around it."""
        outer = self.tree.tokens(self.tree.part_at(self.part.opener))
        return chain_before(outer, self.tree.index_of(outer, self.part.opener))

    @property
    def is_definition(self) -> bool:
        """Whether it is a parameter's default."""
        if self.tree.source.text[self.part.opener] != "(":
            return False
        return holds_parameters(self.tree, self.part.opener)

    @property
    def is_request(self) -> bool:
        """Whether the brackets hold the fields of a request only, whatever their type is called."""
        keys = {self._key_of(part).lower().replace("_", "") for part in self._parts}
        return "messages" in keys and keys <= _FIELDS

    @property
    def _parts(self) -> Sequence[Part]:
        return self.tree.parts_of(self.part.opener)

    def _key_of(self, part: Part) -> str:
        first = self.tree.tokens(part)[0]
        return self.tree.source.text[first.start : first.end].strip("\"'`:")

    @property
    def _sets_model(self) -> bool:
        """Whether another entry beside it sets the model."""
        return any(self._key_of(part) == "model" for part in self._parts)

    def is_handed_on(self, key: str) -> bool:
        """Tell whether brackets without a name pass on their content."""
        if self.tree.source.text[self.part.opener] == "(":
            return len(self.tree.parts_of(self.part.opener)) == 1
        if not key:
            # `{ body }` of JavaScript; else an item among others.
            text = self.tokens[0].text
            is_short = self.depth > 0 and len(self.tokens) == 1 and is_word(text)
            is_spread = self.operand.first > 0 and self.tokens[0].text in {"**", "..."}
            return (is_spread and not self._sets_model) or (is_short and text.lower() in BODY_KEYS)
        return self.is_inside or key.lower() in BODY_KEYS or (self.depth > 0 and key == "model")
