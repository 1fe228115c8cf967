"""Every rule, in the order of its code."""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.lint.rules import deprecated, retired
from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["RULES"]

RULES: Final[tuple[Rule, ...]] = (
    retired.RULE,
    deprecated.RULE,
)
