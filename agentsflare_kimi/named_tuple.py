"""`typing.NamedTuple`, made several times as fast.

Up to Python 3.13, `typing` compiles the annotation of every field when the class is made. That
took a seventh of a command that lints one file. Measured with CPython 3.11 by `benchmarks/lint.py`.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    # What the class body sets besides its members, or `namedtuple` has set already.
    _SET_ALREADY = frozenset({"__annotations__", "__module__", "__qualname__"})

    class _NamedTupleType(type):
        def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, members)
            fields = members["__annotations__"]
            defaults = [members[field] for field in fields if field in members]
            made = namedtuple(  # noqa: PYI024  # the point of this module
                name, fields, defaults=defaults, module=members["__module__"]
            )
            made.__annotations__ = made.__new__.__annotations__ = fields
            for key, value in members.items():
                if key not in fields and key not in _SET_ALREADY:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_NamedTupleType):
        """The base of a class with typed fields, as `typing.NamedTuple`.

        Its module must import `annotations` from `__future__`.
        """
