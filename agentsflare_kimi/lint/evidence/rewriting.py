"""Finds statements that put one model's name in place of another where they find it."""

from __future__ import annotations

from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["Rewriting"]

# An entry that is compared with a certain model: `profile["llm"]["model"] == "gpt-4"`.
_COMPARED: Final = lazy(
    r"(?<![\w.$\]])([\w.$]++(?>(?:\[[\"'][\w.-]++[\"']\])+))\s*+={2,3}\s*+[\"'][^\"'\n\d]*+\d"
)
_SIGN: Final = lazy(r"\s*=(?!=)")


class Rewriting:
    """The statements of a text that change a stored name, and nothing else."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree

    def holds(self, step: Step) -> bool:
        """Tell whether a name is assigned to an entry only if that holds another name."""
        if step.kind != "assigned":
            return False
        if self._tree.language.clauses:
            return self._is_condition(step)
        text = self._tree.source.text[step.part.start : step.part.end]
        target = _SIGN.split(text, maxsplit=1)[0].strip()
        return target in self._compared

    def _is_condition(self, step: Step) -> bool:
        """Tell whether a condition is on the same column: `SET a = 'new' WHERE a = 'old'`."""
        words = [token.text.lower() for token in self._tree.tokens(step.part)]
        if "where" not in words:
            return False
        return step.name.lower() in words[words.index("where") :]

    @cached_property
    def _compared(self) -> frozenset[str]:
        return frozenset(match[1] for match in _COMPARED.finditer(self._tree.source.text))
