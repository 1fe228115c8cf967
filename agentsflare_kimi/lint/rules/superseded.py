"""AFK007: a living model that is older than the target of `--migrate-to`."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import NAMES, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import moving_problem, whole_names

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_SAID_ELSEWHERE: Final = frozenset({"retired", "deprecated"})
_RISK: Final = "it is another model, and the present one still answers"


def _check(reading: Reading) -> Iterator[Problem]:
    for mention, model in whole_names(reading):
        if model.status in _SAID_ELSEWHERE or mention.host or not reading.successor_of(model):
            continue
        head = f"`{model.id}` is older than the model that --migrate-to names"
        yield moving_problem(reading, mention, model, head, RULE.severity, _RISK)


RULE: Final = Rule(
    code="AFK007",
    name="superseded-model",
    severity="warning",
    summary="A living model that is older than the one that `--migrate-to` names.",
    explanation="""\
Only with `lint --migrate-to MODEL` (setting `migrate-to`), which prepares for the day on which a
living model ends: `kimi-k2.6` to `kimi-k3`, say. Every older model is reported then. Retired and
deprecated ones move to MODEL, too, rather than to the successor that the catalog names. Nothing
supersedes `kimi-chat`, which is no particular model.
""",
    bad=Sample(
        "ask.py",
        """\
from openai import OpenAI

client = OpenAI()
answer = client.chat.completions.create(
    model="kimi-k2.6",
    extra_body={"thinking": {"type": "disabled"}},
    messages=[{"role": "user", "content": "Hello"}],
)
""",
    ),
    good=Sample(
        "ask.py",
        """\
from openai import OpenAI

client = OpenAI()
answer = client.chat.completions.create(
    model="kimi-k3",
    reasoning_effort="low",
    messages=[{"role": "user", "content": "Hello"}],
)
""",
    ),
    fix_safety="""\
Always unsafe: it is another model, at another price. The fix is the complete migration where the
request is written out: `kimi-k3` always thinks, so `reasoning_effort` replaces `thinking`, and the
reason of the fix names all that is lost.
""",
    check=_check,
    needles=NAMES,
    is_for_moves=True,
)
