"""AFK005: a name that Moonshot has ended although the gateway's page still lists it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.catalog import find_model
from agentsflare_kimi.lint.names import place_note
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample

__all__ = ["RULE"]

_SAID_ELSEWHERE: Final = frozenset({"retired", "deprecated", "example"})


def _check(reading: Reading) -> Iterator[Problem]:
    for mention in reading.mentions:
        # Another host's name says nothing of this gateway, nor of Moonshot.
        model = None if mention.host else find_model(mention.model)
        if model is None or model.id != mention.model or model.status in _SAID_ELSEWHERE:
            continue
        if model.upstream_ended_on is None or model.upstream_ended_on > reading.today:
            continue
        listed = "" if model.status == "unlisted" else ", though the gateway lists it"
        yield Problem(
            message=f"Moonshot ended `{model.id}` on {model.upstream_ended_on}{listed}; "
            f"better use `{model.alternatives[0]}`{place_note(mention)}",
            start=mention.start,
            end=mention.end,
            model=model.id,
            replacement=model.alternatives[0],
            in_prose=mention.in_prose,
        )


RULE: Final = Rule(
    code="AFK005",
    name="ended-upstream",
    severity="info",
    summary="A name that Moonshot has ended although the gateway's page may still list it.",
    explanation="""\
Moonshot has answered 404 for `kimi-k2.5` since 2026-08-31 and for `kimi-latest` since 2026-01-28;
the gateway's page lists both. They work only as long as the gateway reaches them at another host.
""",
    bad=Sample("values.yaml", "llm:\n  model: kimi-k2.5\n"),
    good=Sample("values.yaml", "llm:\n  model: kimi-k2.6\n"),
    fix_safety="""\
There is no fix: the gateway may go on serving it.
""",
    check=_check,
)
