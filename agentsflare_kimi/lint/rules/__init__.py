"""Every rule, ordered by code; a rule is loaded when a text may violate it.

To add one, add a module with a `RULE` here and run `make generate`, which writes `index.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint import module_of
from agentsflare_kimi.lint.rules.index import INDEX

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["CODES", "RULES", "rules_for"]

CODES: Final[Sequence[str]] = tuple(code for code, *_ in INDEX)
"""The codes of all rules, so that settings can be checked without loading a rule."""


if TYPE_CHECKING:
    RULES: Sequence[Rule]
else:

    def __getattr__(name: str) -> object:
        if name != "RULES":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _load(tuple(module for _, module, *_ in INDEX))


def rules_for(text: str, *, is_moving: bool = False) -> Sequence[Rule]:
    """Pick the rules that a text may violate.

    Args:
        text: The text.
        is_moving: Whether living models also move to a newer one.

    Returns:
        The rules, ordered by code.
    """
    # Several rules look for the same.
    held: dict[Sequence[str], bool] = {(): True}
    modules: list[str] = []
    for _, module, is_for_moves, about, needles in INDEX:
        for each in (about, needles):
            if each not in held:
                held[each] = any(map(text.__contains__, each))
            if not held[each]:
                break
        else:
            if is_moving or not is_for_moves:
                modules.append(module)
    return _load(tuple(modules))


@cache
def _load(modules: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(map(_rule_of, modules))


def _rule_of(module: str) -> Rule:
    return cast("Rule", module_of(f"rules.{module}").RULE)
