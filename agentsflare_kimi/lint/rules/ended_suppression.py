"""AFK903: a suppression whose `until` date has passed."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import Rule, Sample, checked_later

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


RULE: Final = Rule(
    code="AFK903",
    name="ended-suppression",
    severity="warning",
    summary="A suppression whose day has passed, so it silences nothing any more.",
    explanation="""\
With `until=2026-12-31` a suppression holds up to and including that day. From the next day on,
what it silenced is reported again, and so is the suppression itself.
""",
    bad=Sample("ask.py", 'model = "kimi-k2.6"  # agentsflare: ignore[AFK001] until=2026-01-31\n'),
    good=Sample("ask.py", 'model = "kimi-k2.6"\n'),
    fix_safety="There is no automatic fix: correct what it silenced, or name a later date.",
    check=checked_later,
    needles=("agentsflare:",),
)
