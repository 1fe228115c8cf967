"""AFK005: a name that Moonshot has retired, though the gateway's page still lists it."""

from __future__ import annotations

from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.rules.base import NAMES, Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import place_note, problem_at, whole_names
from agentsflare_kimi.lint.rules.wording import in_one_line

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_SAID_ELSEWHERE: Final = frozenset({"retired", "deprecated", "example"})


def _check(reading: Reading) -> Iterator[Problem]:
    for mention, model in whole_names(reading):
        # Another host's name says nothing about this gateway or Moonshot.
        if mention.host or model.status in _SAID_ELSEWHERE:
            continue
        if model.upstream_ended_on is None or model.upstream_ended_on > reading.today:
            continue
        if reading.successor_of(model):
            # Another rule reports its successor.
            continue
        listed = "" if model.status == "unlisted" else " (the gateway still lists it)"
        instead = model.alternatives[0]
        message = in_one_line(
            f"Moonshot ended `{model.id}` on {model.upstream_ended_on}",
            f"; use `{instead}`",
            place_note(mention),
            listed,
        )
        yield problem_at(mention, message, RULE.severity, instead)


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
    needles=NAMES,
)
