"""An immutable mapping that can be hashed and pickled, for the fields of value objects."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing import NoReturn, Self

__all__ = ["FrozenMapping"]

_K = TypeVar("_K")
_V = TypeVar("_V")


class FrozenMapping(dict[_K, _V]):
    """An immutable dict; `dict(...)` makes a mutable copy."""

    if not TYPE_CHECKING:  # fields are typed as `Mapping`, which has none of these

        def _refuse(self, *_: object, **__: object) -> NoReturn:
            raise TypeError("this mapping cannot be changed; change a copy: dict(...)")

        __setitem__ = __delitem__ = __ior__ = _refuse
        clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Self], tuple[dict[_K, _V]]]:
        return type(self), (dict(self),)
