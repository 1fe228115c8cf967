"""A string that names a model, the steps outwards from it, and the verdict on its role."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.sources.roles import steps_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentsflare_kimi.lint.sources.documents import Position
    from agentsflare_kimi.lint.sources.regions import Region
    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["Case", "Verdict"]


class Verdict(NamedTuple):
    """The role of a string that names a model.

    Attributes:
        position: Its position, as in `Value`.
        key: The key that it is assigned to; empty if there is none.
        evidence: Keys of `EVIDENCE`.
        group: The bracket around it and its neighbours; -1 if there is none.
        call: The call or class that it is an argument of.
    """

    position: Position
    key: str = ""
    evidence: tuple[str, ...] = ()
    group: int = -1
    call: str = ""


class Case:
    """A string, and the steps outwards from it, taken one by one."""

    def __init__(self, tree: Tree, region: Region) -> None:
        """Keep *tree* and the string."""
        self.tree = tree
        self.region = region
        self.steps: Iterator[Step] = steps_from(tree, region.start)
        self.seen: list[Step] = []

    def next(self) -> Step | None:
        """Take the next step; None if there is none."""
        step = next(self.steps, None)
        if step:
            self.seen.append(step)
        return step
