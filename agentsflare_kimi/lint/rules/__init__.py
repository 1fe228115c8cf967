"""Every rule, ordered by code; a rule is loaded when a text may violate it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["CODES", "RULES", "rules_for"]

# Each rule's code, its module, and strings of which a text must contain at least one.
_NAMES: Final = ("kimi-", "moonshot-")
_MODULES: Final[Sequence[tuple[str, str, Sequence[str]]]] = (
    ("AFK001", "retired", _NAMES),
    ("AFK002", "deprecated", _NAMES),
    ("AFK003", "example", _NAMES),
    ("AFK004", "misspelt", ("imi-", "moonshot-", "agentsflare")),
    ("AFK005", "ended_upstream", _NAMES),
    (
        "AFK006",
        "ended_at_host",
        (
            *("moonshotai/", "moonshot.", "Moonshot-", "databricks-", "FW-", "fw-", "-maas"),
            *("k2p", "K2", "groq", "azure", "nvidia", "dashscope", "aliyun", "alibaba"),
        ),
    ),
    ("AFK007", "superseded", _NAMES),
    (
        "AFK101",
        "fixed_parameter",
        (
            *("emperature", "op_p", "opP", "enalty", "ogprobs", "ogProbs", '"n"', "'n'"),
            *("EMPERATURE", "TOP_P", "TOPP", "ENALTY"),
            *("n=", "n ", "n\t", "n:", "n(", "N:", "N =", "N="),
        ),
    ),
    ("AFK102", "tool_choice", ("tool", "Tool")),
    ("AFK103", "token_budget", ("max_", "axTokens", "axCompletionTokens")),
    ("AFK104", "thinking_switch", ("disabled",)),
    ("AFK201", "pasted_endpoint", ("/chat/completions",)),
    ("AFK202", "plain_http", ("http://",)),
    (
        "AFK203",
        "hard_coded_key",
        ("key", "Key", "KEY", "oken", "TOKEN", "earer", "uthorization", "sk-"),
    ),
    ("AFK204", "foreign_client", ("OpenAI",)),
    ("AFK205", "foreign_key", ("OpenAI", "OPENAI_API_KEY")),
    ("AFK901", "unused_suppression", ("agentsflare:",)),
    ("AFK902", "malformed_suppression", ("agentsflare:",)),
    ("AFK903", "ended_suppression", ("agentsflare:",)),
)

_MOVES: Final = "superseded"

CODES: Final[Sequence[str]] = tuple(code for code, _, _ in _MODULES)
"""The codes of all rules, so that settings can be checked without loading a rule."""

if TYPE_CHECKING:
    RULES: Sequence[Rule]
else:

    def __getattr__(name: str) -> object:
        if name != "RULES":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _load(module for _, module, _ in _MODULES)


def rules_for(text: str, *, is_moving: bool = False) -> Sequence[Rule]:
    """Pick the rules that a text may violate.

    Args:
        text: The text.
        is_moving: Whether living models also move to a newer one.

    Returns:
        The rules, ordered by code.
    """
    return _load(
        module
        for _, module, needles in _MODULES
        if any(map(text.__contains__, needles)) and (is_moving or module != _MOVES)
    )


def _load(modules: Iterable[str]) -> tuple[Rule, ...]:
    return tuple(map(_rule_of, modules))


@cache
def _rule_of(module: str) -> Rule:
    return cast("Rule", import_module(f"{__name__}.{module}").RULE)
