"""Values of the linter's path: frozen dataclasses in all but what they cost to load.

`dataclasses` imports `inspect` and compiles six functions a class. For the linter, which may
run once a file, that is a third of its time on a file with a finding (`benchmarks/lint.py`).
Where the linter does not come along, take `dataclasses`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from dataclasses import Field

__all__ = ["Value", "fields_of", "replace"]


def _signature(made: type) -> object:
    import inspect  # noqa: PLC0415  # see the module

    return inspect.signature(made)


class _FromDataclass:
    """What a dataclass of the same fields has, made when somebody asks for it."""

    def __init__(self, take: Callable[[Any], object]) -> None:
        self._take = take

    def __get__(self, instance: object, owner: type[Value]) -> object:
        return self._take(_as_dataclass(owner))


class _ValueType(type):
    """Turns annotations into slots, and what is assigned to them into defaults."""

    __value_types__: Mapping[str, str]
    __value_defaults__: Mapping[str, object]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _ValueType:
        types: dict[str, str] = namespace.get("__annotations__", {})
        defaults = {field: namespace.pop(field) for field in types if field in namespace}
        made = super().__new__(cls, name, bases, {**namespace, "__slots__": tuple(types)})
        base = next(iter(bases), None)
        made.__value_types__ = {**getattr(base, "__value_types__", {}), **types}
        made.__value_defaults__ = {**getattr(base, "__value_defaults__", {}), **defaults}
        return made


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value(metaclass=_ValueType):
    """A base for values with named fields, which are the annotations of a subclass.

    As with `@dataclass(frozen=True, slots=True, kw_only=True)`, values are built by keyword,
    never change, and are compared, hashed, shown, copied and pickled by their fields; the
    functions of `dataclasses` and `inspect.signature` take them for dataclasses.
    """

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    else:
        __dataclass_fields__ = _FromDataclass(lambda made: made.__dataclass_fields__)
        __dataclass_params__ = _FromDataclass(lambda made: made.__dataclass_params__)
        __signature__ = _FromDataclass(_signature)
        __match_args__ = ()

    def __init__(self, /, *unnamed: object, **values: object) -> None:
        """Take a value for each field that has no default, all by name."""
        kind = type(self)
        if unnamed:
            raise TypeError(f"{kind.__qualname__} takes its fields by name only")
        given = {**kind.__value_defaults__, **values}
        if given.keys() != kind.__value_types__.keys():
            raise TypeError(_misfit(kind, given))
        for name, value in given.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check what was given; called as in a dataclass."""

    def __setattr__(self, name: str, value: object) -> None:
        raise _frozen(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise _frozen(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _items(self) == _items(other)

    def __hash__(self) -> int:
        return hash(tuple(_items(self).values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in _items(self).items())
        return f"{type(self).__qualname__}({shown})"

    def __getstate__(self) -> dict[str, object]:
        return _items(self)

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def __replace__(self, /, **changes: object) -> Self:
        return replace(self, **changes)


_Value = TypeVar("_Value", bound=Value)


def replace(value: _Value, /, **changes: object) -> _Value:
    """Build the same value with some fields changed, as `dataclasses.replace` does.

    Args:
        value: What to start from; it stays as it is.
        **changes: New values, by field.

    Returns:
        The new value.

    Raises:
        TypeError: There is no such field.
    """
    return type(value)(**{**_items(value), **changes})


def fields_of(kind: type[Value]) -> tuple[str, ...]:
    """Name the fields of a kind of value, in order."""
    return tuple(kind.__value_types__)


def _items(value: Value) -> dict[str, object]:
    return {name: getattr(value, name) for name in type(value).__value_types__}


def _misfit(kind: type[Value], given: Mapping[str, object]) -> str:
    missing = [name for name in kind.__value_types__ if name not in given]
    foreign = [name for name in given if name not in kind.__value_types__]
    told = [f"lacks {', '.join(missing)}"] if missing else []
    told += [f"has no field {', '.join(foreign)}"] if foreign else []
    return f"{kind.__qualname__} {' and '.join(told)}"


def _frozen(message: str) -> Exception:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415  # see the module

    return FrozenInstanceError(message)


@cache
def _as_dataclass(kind: type[Value]) -> type:
    from dataclasses import MISSING, field, make_dataclass  # noqa: PLC0415  # see the module

    def described(name: str) -> Any:  # noqa: ANN401  # typed as what it stands for
        default = kind.__value_defaults__.get(name, MISSING)
        # Dataclasses refuse what is not hashable, lest it be shared and written to.
        is_plain = getattr(type(default), "__hash__", None) is not None
        return field(default=default) if is_plain else field(default_factory=lambda: default)

    fields = [(name, hint, described(name)) for name, hint in kind.__value_types__.items()]
    return make_dataclass(kind.__name__, fields, frozen=True, kw_only=True)
