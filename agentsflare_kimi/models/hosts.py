"""Models that other hosts retired: `[[hosts]]` in `models.toml`."""

from __future__ import annotations

from datetime import date
from functools import cache

from agentsflare_kimi.fast_typing import Literal, NamedTuple
from agentsflare_kimi.models.models_table import TABLE

__all__ = ["HostRetirement", "host_retirements"]


class HostRetirement(NamedTuple):
    """The retirement of one model at one host.

    Attributes:
        host: The host's name.
        marks: Lower-case words that tie a file or an id to this host; empty if no other host
            uses the id.
        id: The id at that host.
        ended_on: The day it ends, past or future.
        is_month: Whether only the month is known.
        successor: The replacement that the host names.
        effect: What requests get from that day on: an `error`, a `redirect` to another model,
            or an unannounced `switch` to one.
        source: The page or list that says so; may be empty.
        grade: `official`, or `third-party` if only third-party lists say so.
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
    """List the models that other hosts retired.

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
