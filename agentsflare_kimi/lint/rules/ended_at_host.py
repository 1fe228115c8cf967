"""AFK006: a model id that another host has retired."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.requests.mentions import is_inside
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.wording import clipped, in_one_line
from agentsflare_kimi.models.catalog import find_model
from agentsflare_kimi.models.hosts import HostRetirement, host_retirements

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

# A prefix that belongs to the id: a path, or a Bedrock region.
_BEFORE: Final = r"(?<![\w./:@~-])(?P<before>(?:[\w.@-]++[/:]){0,4}?(?:[a-z]{2,6}\.)?)"
_AFTER: Final = r"(?:-v\d+(?::\d+)?)?(?![\w/@-]|[.:]\w)"
_LEFT_OUT: Final = frozenset({"glued", "code"})


def _check(reading: Reading) -> Iterator[Problem]:
    text = reading.document.text
    lowered = text.lower()
    for name in find_names(lowered):
        match = _pattern().match(text, name.start)
        if match is None:
            continue
        start, end = match.span()
        if is_inside(start, reading.embedded):
            continue
        value = reading.document.value_at(start, end)
        found = _meant(match, lowered)
        if value.position in _LEFT_OUT or not found:
            continue
        if _is_gateways(match, found, lowered):
            continue
        in_prose = value.position in {"comment", "prose"}
        yield Problem(
            message=_told(match[0], found, reading.today),
            start=start,
            end=end,
            severity="info" if in_prose else "warning",
            model=match[0],
            replacement=found.successor,
            in_prose=in_prose,
        )


@cache
def _pattern() -> re.Pattern[str]:
    ids = sorted({each.id.lower() for each in host_retirements()}, key=len, reverse=True)
    named = "|".join(map(re.escape, ids))
    return re.compile(f"{_BEFORE}(?P<id>{named}){_AFTER}", re.IGNORECASE)


@cache
def _by_id() -> dict[str, Sequence[HostRetirement]]:
    known: dict[str, list[HostRetirement]] = {}
    for each in host_retirements():
        known.setdefault(each.id.lower(), []).append(each)
    return dict(known)


def _meant(match: re.Match[str], text: str) -> HostRetirement | None:
    """Find the retirement that applies: by the host in the id, else by the file's only host."""
    ends = _by_id()[match["id"].lower()]
    before = match["before"].lower()
    marked = [end for end in ends if not end.marks or any(mark in before for mark in end.marks)]
    if not marked and "/" not in before:
        marked = [end for end in ends if any(mark in text for mark in end.marks)]
    return marked[0] if len(marked) == 1 else None


def _is_gateways(match: re.Match[str], end: HostRetirement, text: str) -> bool:
    """Tell whether a name is the gateway's, in a text that mentions the host but not its URL."""
    if "/" in match[0] or not end.marks or find_model(match[0]) is None:
        return False
    marks = "|".join(map(re.escape, end.marks))
    return re.search(rf"://[^\s\"'`/]*(?:{marks})", text) is None


def _told(written: str, end: HostRetirement, today: date) -> str:
    when = "ended" if end.ended_on <= today else "ends"
    instead = f"; it recommends `{end.successor}` instead" if end.successor else ""
    if end.effect == "switch":
        instead = f"; {end.successor} silently answers instead"
    elif end.effect == "redirect":
        instead = f"; requests were redirected to `{end.successor}`"
    doubt = "" if end.grade == "official" else " (a third party says so)"
    day = f"about {end.ended_on:%Y-%m}" if end.is_month else f"on {end.ended_on}"
    return in_one_line(f"{end.host} {when} `{clipped(written)}` {day}", doubt, instead)


def _table() -> str:
    rows = (
        f"| {end.host} | `{end.id}` | {end.ended_on:{'%Y-%m' if end.is_month else '%Y-%m-%d'}} "
        f"| {end.effect} | {f'`{end.successor}`' if end.successor else ''} "
        f"| {_cited(end)} |\n"
        for end in host_retirements()
    )
    return (
        "| Host | Id | End | Effect | Instead | Source |\n" + "| --- " * 6 + "|\n" + "".join(rows)
    )


def _cited(end: HostRetirement) -> str:
    grade = "" if end.grade == "official" else " (third party)"
    return f"{end.source}{grade}" if end.source else grade.strip(" ()")


RULE: Final = Rule(
    code="AFK006",
    name="ended-at-host",
    severity="warning",
    summary="An id that another host has ended.",
    explanation="""\
Other hosts serve Kimi models under ids of their own, and end them on days of their own: with an
error, by a redirect to another model, or by silently answering with another model. The rule reports
an id that only one host uses, or one in a file or with a prefix that names the host. It says so
where only a third party reports the end. Names that stand for a host's newest model
(`~moonshotai/kimi-latest`, `accounts/fireworks/routers/kimi-latest`) are alive and not reported.

"""
    + _table(),
    bad=Sample("config.yaml", "model: accounts/fireworks/models/kimi-k2p5\n"),
    good=Sample("config.yaml", "model: accounts/fireworks/models/kimi-k3\n"),
    fix_safety="""\
There is no fix: what to use instead is for the host to say, and it may be another model.
""",
    check=_check,
    needles=(
        *("moonshotai/", "moonshot.", "Moonshot-", "databricks-", "FW-", "fw-", "-maas"),
        *("k2p", "K2", "groq", "azure", "nvidia", "dashscope", "aliyun", "alibaba"),
    ),
)
