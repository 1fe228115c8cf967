"""What the linter's modules need of `typing`, without loading it.

Loading it took a fourteenth of a command that lints one file. Where a program has loaded it
already, the names here are its own, so that annotations can be resolved; elsewhere they only stand
in the places where `typing`'s would.

`NamedTuple` is always our own: up to Python 3.13, `typing` compiles the annotation of every field,
and `namedtuple` a constructor for every class, which took a fifth. Measured with CPython 3.11 by
`benchmarks/lint.py`.
"""

from __future__ import annotations

import sys
from functools import cache
from types import FunctionType, GenericAlias

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType
    from typing import NamedTuple

__all__ = ["TYPE_CHECKING", "Any", "Literal", "NamedTuple", "Protocol", "TypeVar", "cast"]

if TYPE_CHECKING or "typing" in sys.modules:
    from typing import Any, Literal, Protocol, TypeVar, cast
else:
    Any = Protocol = object

    class Literal:
        """Holds the values of a type, as `Literal` of `typing` does."""

        def __class_getitem__(cls, values: object) -> GenericAlias:
            return GenericAlias(str, values)

    def TypeVar(name: str) -> str:  # noqa: N802  # named as in `typing`
        """Return something to write between brackets."""
        return name

    def cast(_: object, value: object) -> object:
        """Return *value*."""
        return value


if not TYPE_CHECKING:
    from collections import _tuplegetter

    class _NamedTupleType(type):
        def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, object]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, members)
            hints = members["__annotations__"]
            fields = tuple(hints)
            defaults = {field: members[field] for field in fields if field in members}
            new = FunctionType(
                _code_for(len(fields)).replace(co_varnames=("_cls", *fields)),
                {"_new": _new, "__name__": members["__module__"]},
                "__new__",
                tuple(defaults.values()),
            )
            new.__annotations__ = hints
            getters = {field: _getter(index) for index, field in enumerate(fields)}
            described = {"_fields": fields, "__match_args__": fields, "_field_defaults": defaults}
            return type(name, (tuple,), _SHARED | {"__new__": new} | described | members | getters)

    _new = tuple.__new__
    # Constructors by their number of fields, to be renamed; compiled with this module.
    _CONSTRUCTORS = (
        lambda _cls: _new(_cls, ()),
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: _new(_cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
    )

    @cache
    def _code_for(count: int) -> CodeType:
        if count < len(_CONSTRUCTORS):
            return _CONSTRUCTORS[count].__code__
        names = ", ".join(f"_{index}" for index in range(count))
        return eval(f"lambda _cls, {names}: _new(_cls, ({names},))").__code__  # noqa: S307  # our own text

    @cache
    def _getter(index: int) -> object:
        return _tuplegetter(index, f"Field number {index}.")

    @classmethod
    def _make(cls: type[NamedTuple], values: Iterable[object]) -> NamedTuple:
        """Make one of a sequence of values."""
        made = tuple.__new__(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(made)}")
        return made

    def _replace(self: NamedTuple, /, **changes: object) -> NamedTuple:
        """Make a copy in which some fields have other values."""
        made = self._make(map(changes.pop, self._fields, self))
        if changes:
            raise TypeError(f"{type(self).__name__} has no fields {list(changes)}")
        return made

    def _asdict(self: NamedTuple) -> dict[str, object]:
        """Return the fields and their values."""
        return dict(zip(self._fields, self, strict=True))

    def _repr(self: NamedTuple) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in _asdict(self).items())
        return f"{type(self).__name__}({fields})"

    def _values(self: NamedTuple) -> tuple[object, ...]:
        return tuple(self)

    _SHARED: dict[str, object] = {
        "__slots__": (),
        "_make": _make,
        "_replace": _replace,
        "__replace__": _replace,
        "_asdict": _asdict,
        "__repr__": _repr,
        "__getnewargs__": _values,
    }

    class NamedTuple(metaclass=_NamedTupleType):
        """The base of a class with typed fields, as `typing.NamedTuple`.

        Its module must import `annotations` from `__future__`.
        """
