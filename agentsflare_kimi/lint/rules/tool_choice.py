"""AFK102: a `tool_choice` that the model rejects while it thinks."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import IDENTIFIERS, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.rejections import rejected

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    yield from rejected(reading, "tool_choice")


RULE: Final = Rule(
    code="AFK102",
    name="forced-tool-choice",
    severity="error",
    summary="A `tool_choice` that the model rejects while it thinks.",
    explanation="""\
While a model thinks it takes `auto` and `none`; `required`, or one function by its name, is
answered with HTTP 400. `kimi-k2.6` thinks unless the call says `thinking: {"type": "disabled"}`.
""",
    bad=Sample(
        "act.py",
        """\
client.chat.completions.create(
    model="kimi-k2.6",
    messages=messages,
    tools=tools,
    tool_choice="required",
)
""",
    ),
    good=Sample(
        "act.py",
        """\
client.chat.completions.create(
    model="kimi-k2.6",
    messages=messages,
    tools=tools,
    tool_choice="auto",
)
""",
    ),
    fix_safety="""\
Unsafe: with `auto` the model may answer without calling a tool. Switching thinking off keeps the
call forced, but changes how the model works.
""",
    check=_check,
    needles=("tool", "Tool"),
    about=IDENTIFIERS,
)
