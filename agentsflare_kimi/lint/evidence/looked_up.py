"""Tells whether a variable that holds a model's name is only compared, or looks something up."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import compares, measures, queries
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.requests.keys import describes_model
from agentsflare_kimi.lint.sources.roles import steps_from
from agentsflare_kimi.lint.sources.targets import DOTS
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["LookedUp"]

_RESOLVING: Final = WORDS["resolving"].words
# Attributes of what describes a model.
_TELLING: Final = frozenset({"context", "max_output", "max_output_tokens"})
_SIGNS: Final = frozenset({"=", ":="})


class LookedUp:
    """The variables of a text, each judged once per block that it is assigned in."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._known: dict[tuple[str, int], bool] = {}
        self._defined: dict[str, bool] = {}

    def holds(self, name: str, place: int) -> bool:
        """Tell whether a variable is used, but only to compare or to look something up.

        Args:
            name: The variable.
            place: Where it is assigned.
        """
        if not is_word(name):
            return False
        block = self._block_around(place)
        if (name, block) not in self._known:
            self._known[name, block] = self._is_looked_up(name, block)
        return self._known[name, block]

    def _is_looked_up(self, name: str, block: int) -> bool:
        from agentsflare_kimi.lint.requests.bindings import bindings_of  # noqa: PLC0415  # few need it

        last = self._tree.source.closers.get(block, len(self._tree.source.text))
        found = bindings_of(self._tree).places_of(name)
        places = [place for place in found if block < place < last]
        uses = [place for place in places if not self._is_target(place)]
        # What is used before it is assigned comes from elsewhere: a parameter.
        is_own = bool(uses) and places[0] != uses[0]
        return is_own and all(map(self._looks_up, uses))

    def _block_around(self, place: int) -> int:
        """Return the brace of the innermost block around a place; -1 for none."""
        tree = self._tree
        opener = tree.opener_around(place)
        while opener >= 0 and (tree.source.text[opener] != "{" or tree.is_list(opener)):
            opener = tree.opener_around(opener)
        return opener

    def _is_target(self, place: int) -> bool:
        tree = self._tree
        tokens = tree.tokens(tree.part_at(place))
        index = tree.index_of(tokens, place)
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        opener = tree.opener_around(place)
        is_statement = opener < 0 or not tree.is_list(opener)
        return following in _SIGNS or (following == ":" and is_statement)

    def _looks_up(self, place: int) -> bool:
        """Tell whether a variable is an index, a comparison's operand, or the item searched for."""
        step = next(steps_from(self._tree, place), None)
        if self._tells(place) or (step and step.kind == "subscript"):
            return True
        if step is None:
            return False
        if step.kind == "compared":
            return not step.callee or compares(step.callee)
        if step.kind != "argument" or not step.callee:
            return False
        *before, last = step.callee.split(".")
        if before[-1:] and before[-1].lower() == "models" and last.lower() in _RESOLVING:
            return True
        is_known = queries(step.callee) or compares(step.callee) or measures(last)
        return is_known and not self._is_defined(last)

    def _tells(self, place: int) -> bool:
        """Tell whether it is held against nothing, or says what the model can: `model.context`."""
        tree = self._tree
        tokens = tree.tokens(tree.part_at(place))
        index = tree.index_of(tokens, place)
        sign, *attribute = [token.text for token in tokens[index + 1 : index + 3]] or [""]
        if sign == "is":
            return True
        is_attribute = sign in DOTS and bool(attribute)
        return is_attribute and (attribute[0] in _TELLING or describes_model(attribute[0]))

    def _is_defined(self, function: str) -> bool:
        """Tell whether the text itself defines a function, which may do anything."""
        if function not in self._defined:
            pattern = rf"\b(?:def|defp|function|func|fun|fn)\s+{re.escape(function)}\b"
            self._defined[function] = bool(re.search(pattern, self._tree.source.masked))
        return self._defined[function]
