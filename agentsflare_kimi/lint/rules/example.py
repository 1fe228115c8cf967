"""AFK003: a name that only the examples of the gateway's page use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.catalog import find_model
from agentsflare_kimi.lint.names import severity_at
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Problem]:
    for mention in reading.mentions:
        # Another host's name says nothing of this gateway.
        model = None if mention.host else find_model(mention.model)
        if model is None or model.id != mention.model or model.status != "example":
            continue
        yield Problem(
            message=f"`{model.id}` is the name in the examples of the gateway's page, but not in "
            f"its list of models; name the one you mean, such as `{model.alternatives[0]}`",
            start=mention.start,
            end=mention.end,
            severity=severity_at(mention, RULE.severity),
            model=model.id,
            replacement=model.alternatives[0],
            in_prose=mention.in_prose,
        )


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
)
