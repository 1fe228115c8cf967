"""Caches results on the text that they are about, so that both are freed together."""

from __future__ import annotations

from functools import wraps

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Concatenate, ParamSpec, TypeVar

    _First = TypeVar("_First")
    _Rest = ParamSpec("_Rest")
    _Found = TypeVar("_Found")

__all__ = ["kept_with_first"]


def kept_with_first(
    function: Callable[Concatenate[_First, _Rest], _Found],
) -> Callable[Concatenate[_First, _Rest], _Found]:
    """Cache what a function returns on its first argument: a document, or its source.

    A cache in the module would keep texts alive long after they were judged.

    Args:
        function: Its further arguments are positional and can be hashed.

    Returns:
        The function, which is called once for the same arguments.
    """
    name = f"_{function.__module__}.{function.__name__}"

    @wraps(function)
    def kept(first: _First, *rest: _Rest.args, **named: _Rest.kwargs) -> _Found:
        found: dict[tuple[object, ...], _Found] = vars(first).setdefault(name, {})
        if rest not in found:
            found[rest] = function(first, *rest, **named)
        return found[rest]

    return kept
