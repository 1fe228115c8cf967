"""Changes to a request body, made without mutating the caller's objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from agentsflare_kimi.fast_typing import NamedTuple, cast
from agentsflare_kimi.models.rules import ABSENT

__all__ = ["Change", "apply_changes"]


class Change(NamedTuple):
    """One parameter that a plan changes.

    Attributes:
        parameter: Dotted path, such as `thinking.type` or `messages[3].reasoning_content`.
        before: Its value in the caller's request; `ABSENT` where it was not there.
        after: Its value in the plan's request; `ABSENT` where it is left out.
        reason: Why.
        is_lossy: Whether the caller loses something by it.
    """

    parameter: str
    before: object
    after: object
    reason: str
    is_lossy: bool = False


def apply_changes(body: Mapping[str, object], changes: Iterable[Change]) -> dict[str, object]:
    """Return a copy of *body* with *changes* applied; *body* and its parts are not mutated."""
    result = dict(body)
    for change in changes:
        _set(result, _steps(change.parameter), change.after)
    return result


def _steps(path: str) -> list[str | int]:
    if "[" not in path:
        return [*path.split(".")]
    return [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]


def _set(target: dict[str, object], steps: list[str | int], value: object) -> None:
    container: object = target
    for step, following in pairwise(steps):
        # Copy each level on the way down, so that the caller's objects are never mutated.
        child = _copied(_child(container, step), following)
        _put(container, step, child)
        container = child
    if value is ABSENT:
        cast("dict[object, object]", container).pop(steps[-1], None)
    else:
        _put(container, steps[-1], value)


def _child(container: object, step: str | int) -> object:
    if isinstance(step, int):
        return cast("list[object]", container)[step]
    return cast("dict[str, object]", container).get(step)


def _copied(child: object, following: str | int) -> object:
    if isinstance(following, int):
        return list(cast("Iterable[object]", child))
    return dict(cast("Mapping[str, object]", child)) if isinstance(child, Mapping) else {}


def _put(container: object, step: str | int, value: object) -> None:
    cast("dict[str | int, object]", container)[step] = value
