"""AFK104: thinking switched off on a model that always thinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.rejections import rejected

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    yield from rejected(reading, "thinking")


RULE: Final = Rule(
    code="AFK104",
    name="thinking-disabled",
    severity="error",
    summary="Thinking switched off on a model that always thinks.",
    explanation="""\
`kimi-k2.7-code` and `kimi-k3` think whatever is asked; `thinking: {"type": "disabled"}` is
answered with HTTP 400. Of the living models only `kimi-k2.6` and `kimi-k2.5` have the switch.
""",
    bad=Sample(
        "code.py",
        """\
client.chat.completions.create(
    model="kimi-k2.7-code",
    messages=messages,
    extra_body={"thinking": {"type": "disabled"}},
)
""",
    ),
    good=Sample(
        "code.py",
        """\
client.chat.completions.create(
    model="kimi-k2.6",
    messages=messages,
    extra_body={"thinking": {"type": "disabled"}},
)
""",
    ),
    fix_safety="""\
Unsafe: without the field the model thinks, which costs time and tokens. Taking `kimi-k2.6`
instead may be what is wanted.
""",
    check=_check,
)
