"""Finds the error bodies that an exception carries, however they are wrapped.

The SDK keeps only a body's `error` in `exc.body`; the other fields are in the response.
Proxies nest the upstream's body once more, as an object or as JSON in a string.
Source: facts/content-filters.md section 4.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, cast

from agentsflare_kimi.reading.filter_categories import PROMPT_KEYS, RESULT_KEYS
from agentsflare_kimi.reading.lenient import (
    as_list,
    as_mapping,
    attribute,
    field,
    is_list,
    is_mapping,
    parsed_json,
)

__all__ = ["bodies", "chain", "nested"]

_MAX_LINKS: Final = 32
_MAX_VALUES: Final = 500
# Nothing inside these fields is an error, even if it looks like one.
_LEAVES: Final = frozenset({*RESULT_KEYS, *PROMPT_KEYS, "choices", "usage", "content_filters"})


def chain(exc: BaseException, *, every: bool = False) -> Iterator[BaseException]:
    """Yield *exc* and its causes, each once.

    Args:
        exc: The exception to begin with.
        every: Whether to yield also exceptions that were only being handled when another one
            was raised (`__context__`); they may be unrelated to the failure.
    """
    waiting, seen = [exc], set[int]()
    while waiting and len(seen) < _MAX_LINKS:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        context = link.__context__ if every else None
        behind = (link.__cause__ or _origin(link), context, *_members(link))
        waiting += [each for each in behind if each is not None]


def _members(exc: BaseException) -> tuple[BaseException, ...]:
    if not isinstance(exc, BaseExceptionGroup):
        return ()
    return cast("BaseExceptionGroup[BaseException]", exc).exceptions


def _origin(exc: BaseException) -> BaseException | None:
    """Return the cause of a network library's error, which hides it from tracebacks."""
    return exc.__context__ if str(attribute(type(exc), "__module__")).startswith("http") else None


def bodies(exc: BaseException) -> list[object]:
    """Return the bodies that came with *exc*, the most complete first."""
    response = _response_json(exc)
    candidates = [attribute(exc, "completion"), response, attribute(exc, "body"), _codes(exc)]
    return [body for body in candidates if body is not None]


def nested(body: object) -> Iterator[object]:
    """Yield *body* and every mapping inside it that may be an error of its own."""
    waiting = deque([body])
    for _ in range(_MAX_VALUES):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, str):
            value = parsed_json(value)
        if is_list(value):
            waiting.extend(as_list(value)[:_MAX_VALUES])
        elif value is not None:
            yield value
            waiting.extend(_inner(value))


def _inner(value: object) -> Iterator[object]:
    # A completion wraps no error, but a body of status 200 may have `error` beside `choices`.
    if not is_mapping(value) or field(value, "choices") is not None:
        yield field(value, "error")
        return
    for key, inner in as_mapping(value).items():
        if key not in _LEAVES and isinstance(inner, str | Mapping | list | tuple):
            yield inner


def _response_json(exc: BaseException) -> object:
    response = attribute(exc, "response")
    if response is None:
        return None
    try:
        return cast("object", response.json())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # httpx, httpx2 or a double
    except Exception:  # noqa: BLE001  # not JSON, not read, or no response at all
        return None


def _codes(exc: BaseException) -> dict[str, object] | None:
    codes = {name: attribute(exc, name) for name in ("code", "type")}
    return codes if any(isinstance(code, str) for code in codes.values()) else None
