"""AFK902: a suppression that cannot be read."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import Rule, Sample, checked_later

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


RULE: Final = Rule(
    code="AFK902",
    name="malformed-suppression",
    severity="warning",
    summary="A suppression that cannot be read, so it silences nothing.",
    explanation="""\
It takes the form `agentsflare: ignore[AFK001]`, `ignore-next-line` or `ignore-file`, in a comment
of any language, with rules or their prefixes in brackets (without: every rule), and perhaps
`until=2026-12-31`. In Markdown the comment is `<!-- agentsflare: ignore-next-line -->`; before a
fenced block it stands for the whole block. In strings, prose and code spans there are none.
""",
    bad=Sample("ask.py", 'model = "kimi-k2.6"  # agentsflare: ignore[retired]\n'),
    good=Sample("ask.py", 'model = "kimi-k2.6"\n'),
    fix_safety="There is no fix: only its author knows what it was to silence.",
    check=checked_later,
    needles=("agentsflare:",),
)
