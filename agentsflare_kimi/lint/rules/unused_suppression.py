"""AFK901: a suppression that silences nothing."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import Rule, Sample, checked_later

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


RULE: Final = Rule(
    code="AFK901",
    name="unused-suppression",
    severity="warning",
    summary="A suppression that silences nothing.",
    explanation="""\
What it silenced is gone, so the comment would only hide what comes next. Suppressions of rules
that were not applied are not judged.
""",
    bad=Sample("ask.py", 'model = "kimi-k2.6"  # agentsflare: ignore[AFK001]\n'),
    good=Sample("ask.py", 'model = "kimi-k2.6"\n'),
    fix_safety="There is no fix: remove the comment.",
    check=checked_later,
    needles=("agentsflare:",),
)
