"""One step outwards from a string: what the place is, and what it is given to."""

from __future__ import annotations

from typing import Literal, NamedTuple

from agentsflare_kimi.lint.sources.tree import Part

__all__ = ["Kind", "Step"]

Kind = Literal[
    "assigned",  # `name = `, `name: type = `, `name["key"] = `
    "pair",  # `key: `, `key => `
    "argument",  # of a call: by position, or by name
    "parameter",  # the default of one
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
        kind: What the place is.
        name: The key, variable, parameter, attribute or function it is given to; empty if none.
        callee: The call, type or tag around it, dotted.
        nth: How many arguments or items stand before it.
        opener: The bracket around it; -1 where there is none.
        is_default: Whether it stands in for something else: `x or "..."`, `x ?? "..."`.
        part: The part that it stands in.
    """

    kind: Kind
    name: str = ""
    callee: str = ""
    nth: int = 0
    opener: int = -1
    is_default: bool = False
    part: Part = Part(0, 0, -1, 0)
