"""Every rule, in the order of its code."""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.lint.rules import (
    deprecated,
    ended_suppression,
    ended_upstream,
    example,
    fixed_parameter,
    foreign_client,
    foreign_key,
    hard_coded_key,
    malformed_suppression,
    misspelt,
    pasted_endpoint,
    plain_http,
    retired,
    thinking_switch,
    token_budget,
    tool_choice,
    unused_suppression,
)
from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["RULES"]

RULES: Final[tuple[Rule, ...]] = (
    retired.RULE,
    deprecated.RULE,
    example.RULE,
    misspelt.RULE,
    ended_upstream.RULE,
    fixed_parameter.RULE,
    tool_choice.RULE,
    token_budget.RULE,
    thinking_switch.RULE,
    pasted_endpoint.RULE,
    plain_http.RULE,
    hard_coded_key.RULE,
    foreign_client.RULE,
    foreign_key.RULE,
    unused_suppression.RULE,
    malformed_suppression.RULE,
    ended_suppression.RULE,
)
