"""One step outwards from a string: the kind of place, and what the string is assigned to there."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import Literal, NamedTuple
from agentsflare_kimi.lint.sources.tree import Part

__all__ = ["Kind", "Step"]

Kind = Literal[
    "assigned",  # `name = `, `name: type = `, `name["key"] = `
    "pair",  # `key: `, `key => `
    "argument",  # of a call, positional or named
    "parameter",  # a parameter's default
    "attribute",  # of an element: `<Tag name="...">`
    "item",  # of a list
    "returned",  # by a function
    "made",  # an entry of `Type { ... }`
    "object",  # an entry of `{ ... }`
    "block",  # in a block with a head: `variable "model" { ... }`
    "key",  # the key itself
    "subscript",  # `name["..."]`
    "compared",  # `== "..."`, `case "..."`
    "glued",  # `"..." + name`
    "type",  # `Literal["..."]`, `type Name = "..."`
]


class Step(NamedTuple):
    """One step outwards.

    Attributes:
        kind: The kind of place.
        name: The key, variable, parameter, attribute or function it belongs to; empty if none.
        callee: The dotted name of the call, type or tag around it.
        nth: The number of arguments or items before it.
        opener: The bracket around it; -1 if there is none.
        is_default: Whether it is a fallback: `x or "..."`, `x ?? "..."`.
        part: The part that it is in.
    """

    kind: Kind
    name: str = ""
    callee: str = ""
    nth: int = 0
    opener: int = -1
    is_default: bool = False
    part: Part = Part(0, 0, -1, 0)
