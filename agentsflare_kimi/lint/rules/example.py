"""AFK003: a name that appears only in examples on the gateway's page."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import NAMES, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import problem_at, whole_names

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    for mention, model in whole_names(reading):
        # Another host's name says nothing about this gateway.
        if mention.host or model.status != "example":
            continue
        instead = model.alternatives[0]
        message = (
            f"`{model.id}` is in the examples of the gateway's page, but not in its list; name the "
            f"model you mean, such as `{instead}`"
        )
        yield problem_at(mention, message, RULE.severity, instead)


RULE: Final = Rule(
    code="AFK003",
    name="example-model",
    severity="warning",
    summary="A name that only the examples of the gateway's page use.",
    explanation="""\
Every example of the gateway's page says `kimi-chat`, and its list of models lacks it. Whether the
gateway takes it, and which model answers then, is not written anywhere. The examples also send
`temperature: 0.7`, which `kimi-k2.6` rejects.
""",
    bad=Sample("ask.ts", 'const body = { model: "kimi-chat" };\n'),
    good=Sample("ask.ts", 'const body = { model: "kimi-k2.6" };\n'),
    fix_safety="""\
There is no fix: nobody but you knows which model is meant.
""",
    check=_check,
    needles=NAMES,
)
