"""Estimates the tokens of a request, because Kimi publishes no offline tokenizer.

Source of the ratios: https://platform.kimi.ai/docs/introduction ("1 token is about 1.5 to 2
Chinese characters"), and the usual four characters per token of English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentsflare_kimi.models.catalog import find_model
from agentsflare_kimi.reading.lenient import as_integer, as_list, as_mapping

__all__ = ["completion_budget", "has_own_budget", "prompt_tokens"]

_PER_MESSAGE: Final = 4
_ASCII_A_TOKEN: Final = 4.0
_OTHERS_A_TOKEN: Final = 1.5
_BUDGETS: Final = ("max_completion_tokens", "max_tokens")
# What Kimi reserves if no limit is set, unless the catalog knows better.
_DEFAULT_BUDGET: Final = 32_768


def prompt_tokens(body: Mapping[str, object]) -> int:
    """Estimate the tokens of a request's messages and tools; images are not counted."""
    messages = as_list(body.get("messages"))
    texts = sum(_tokens(message) for message in messages)
    return round(_PER_MESSAGE * len(messages) + texts + _tokens(body.get("tools")))


def completion_budget(body: Mapping[str, object]) -> int:
    """Return the token limit of the completion, by default the model's."""
    own = _own_budget(body)
    if own is not None:
        return own
    model = find_model(str(body.get("model")))
    known = model.default_max_tokens if model is not None else None
    return known or _DEFAULT_BUDGET


def has_own_budget(body: Mapping[str, object]) -> bool:
    """Tell whether a request sets its own token limit."""
    return _own_budget(body) is not None


def _own_budget(body: Mapping[str, object]) -> int | None:
    given = (as_integer(body.get(name)) for name in _BUDGETS)
    return next((value for value in given if value is not None), None)


def _tokens(value: object) -> float:
    if isinstance(value, str):
        others = 0 if value.isascii() else sum(1 for sign in value if not sign.isascii())
        return (len(value) - others) / _ASCII_A_TOKEN + others / _OTHERS_A_TOKEN
    fields = as_mapping(value)
    if fields:
        # An image's data is not text.
        return sum(_tokens(part) for name, part in fields.items() if name not in {"url", "type"})
    return sum(_tokens(part) for part in as_list(value))
