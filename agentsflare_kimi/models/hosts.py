"""What other hosts ended, as `[[hosts]]` in `models.toml` has it."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal, NamedTuple

from agentsflare_kimi.models.models_table import TABLE

__all__ = ["HostRetirement", "host_retirements"]


class HostRetirement(NamedTuple):
    """The end of one model at one host.

    Attributes:
        host: The host's name.
        marks: Lower-case words that show that a file or an id is about this host; empty where no
            other host uses the id.
        id: The id at that host.
        ended_on: The day of its end, which may be to come.
        is_month: Whether no more than the month of that day is known.
        successor: What the host names in its place.
        effect: What a request gets from that day on: an `error`, or another model, by
            `redirect` or by a `switch` that nobody is told of.
        source: The page or list that says so; empty where none was named.
        grade: `official`, or `third-party` for what only other people's lists say.
    """

    host: str
    marks: tuple[str, ...]
    id: str
    ended_on: date
    is_month: bool
    successor: str | None
    effect: Literal["error", "redirect", "switch"]
    source: str
    grade: Literal["official", "third-party"]


@cache
def host_retirements() -> tuple[HostRetirement, ...]:
    """List the ends of models at other hosts.

    Returns:
        One entry for each model of each host.

    Source: facts/catalog-2026-11.md section 4; each entry has its own.
    """
    return tuple(
        HostRetirement(
            host=host["host"],
            marks=tuple(host["marks"]),
            id=model["id"],
            ended_on=model.get("ended_on") or model["ended_about"],
            is_month="ended_about" in model,
            successor=model.get("successor"),
            effect=model["effect"],
            source=host.get("source", ""),
            grade=host["grade"],
        )
        for host in TABLE["hosts"]
        for model in host["models"]
    )
