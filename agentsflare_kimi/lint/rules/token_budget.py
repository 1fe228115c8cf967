"""AFK103: a token budget that reasoning may use up before the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.requests.bodies import Body
from agentsflare_kimi.lint.rules.base import IDENTIFIERS, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.rejections import Request, find_requests
from agentsflare_kimi.lint.rules.wording import extra_field, in_one_line
from agentsflare_kimi.models.catalog import MINIMUM_THINKING_BUDGET
from agentsflare_kimi.models.rules import is_thinking

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

# If both are sent, the first one counts. Source: facts/kimi.md section 3.6.
_BUDGETS: Final = ("max_completion_tokens", "max_tokens")


def _check(reading: Reading) -> Iterator[Problem]:
    for request in find_requests(reading):
        body = request.body
        if body and body.is_complete and is_thinking(request.values, request.model):
            yield from _judge(request, body)


def _judge(request: Request, body: Body) -> Iterator[Problem]:
    name = next((name for name in _BUDGETS if name in body.values), "")
    budget, entry = body.values.get(name), body.main.find(name)
    if entry and isinstance(budget, int) and budget < MINIMUM_THINKING_BUDGET:
        yield Problem(
            message=in_one_line(
                "reasoning may use up this budget before the answer; allow at least "
                f"{MINIMUM_THINKING_BUDGET}",
                *_or_disable(request, body.language),
            ),
            start=entry.start,
            end=entry.end,
            model=request.model.id,
        )


def _or_disable(request: Request, language: str) -> Sequence[str]:
    if request.model.thinking != "switchable":
        return ()
    form = extra_field(language, "thinking")
    return (f", or disable `{form}`" if form else ", or disable thinking",)


RULE: Final = Rule(
    code="AFK103",
    name="small-token-budget",
    severity="warning",
    summary="A token budget that reasoning may use up before the answer.",
    explanation="""\
Reasoning and answer share `max_tokens`. With thinking on, a small budget is spent on reasoning:
the answer comes with HTTP 200, empty `content` and `finish_reason: "length"`. Moonshot asks for
at least 16,000.
""",
    bad=Sample(
        "ask.mjs",
        """\
await client.chat.completions.create({
  model: "kimi-k2.6",
  messages,
  max_tokens: 100,
});
""",
    ),
    good=Sample(
        "ask.mjs",
        """\
await client.chat.completions.create({
  model: "kimi-k2.6",
  thinking: { type: "disabled" },
  messages,
  max_tokens: 100,
});
""",
    ),
    fix_safety="""\
There is no fix: whether to think or to pay for more tokens is for you to decide.
""",
    check=_check,
    needles=("max_", "axTokens", "axCompletionTokens"),
    about=IDENTIFIERS,
)
