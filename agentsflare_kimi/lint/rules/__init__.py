"""Every rule, in the order of its code; one is loaded when a text may have to do with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["CODES", "RULES", "rules_for"]

# The module of each rule, and what a text must hold at least one of; nothing means any text.
_MODULES: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("retired", ()),
    ("deprecated", ()),
    ("example", ()),
    ("misspelt", ()),
    ("ended_upstream", ()),
    (
        "fixed_parameter",
        (
            *("emperature", "op_p", "opP", "enalty", "ogprobs", "ogProbs", '"n"', "'n'"),
            *("n=", "n ", "n\t", "n:", "n(", "N:", "N =", "N="),
        ),
    ),
    ("tool_choice", ("tool", "Tool")),
    ("token_budget", ("max_",)),
    ("thinking_switch", ("disabled",)),
    ("pasted_endpoint", ("/chat/completions",)),
    ("plain_http", ("http://",)),
    ("hard_coded_key", ("key", "Key", "KEY", "oken", "TOKEN", "earer", "uthorization", "sk-")),
    ("foreign_client", ("OpenAI",)),
    ("foreign_key", ("OpenAI", "OPENAI_API_KEY")),
    ("unused_suppression", ("agentsflare:",)),
    ("malformed_suppression", ("agentsflare:",)),
    ("ended_suppression", ("agentsflare:",)),
)

CODES: Final[Sequence[str]] = (
    *("AFK001", "AFK002", "AFK003", "AFK004", "AFK005"),
    *("AFK101", "AFK102", "AFK103", "AFK104"),
    *("AFK201", "AFK202", "AFK203", "AFK204", "AFK205"),
    *("AFK901", "AFK902", "AFK903"),
)
"""The codes of all rules: settings are checked against them without loading a rule."""

if TYPE_CHECKING:
    RULES: Sequence[Rule]
else:

    def __getattr__(name: str) -> object:
        if name != "RULES":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _load(module for module, _ in _MODULES)


def rules_for(text: str) -> Sequence[Rule]:
    """Pick the rules that may have something to say about a text.

    Args:
        text: The text.

    Returns:
        The rules in the order of their codes.
    """
    return _load(
        module
        for module, needles in _MODULES
        if not needles or any(needle in text for needle in needles)
    )


def _load(modules: Iterable[str]) -> tuple[Rule, ...]:
    loaded = (import_module(f"{__name__}.{module}") for module in modules)
    return tuple(cast("Rule", module.RULE) for module in loaded)
