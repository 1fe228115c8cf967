"""The scenarios of `scenarios.toml`: what can go wrong, played by the emulator on demand.

A scenario is chosen for one request by the header `x-emulator-scenario` or by a suffix of the
model's name (`kimi-k2.6@rate-limited`), and for all by `Emulator(scenario=...)`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

__all__ = ["Scenario", "UnknownScenarioError", "find_scenario", "list_scenarios"]

Annotations = Literal["sync", "async", "none", "down", "flagged", "old-names"]
Block = Literal["no", "output", "late", "verdict"]
Fault = Literal[
    "",
    "choice-error",
    "error-beside",
    "zero-usage",
    "repeated-names",
    "whole-again",
    "late-ids",
    "no-index",
]
Ending = Literal["done", "open", "cut", "reset", "stall"]


class UnknownScenarioError(ValueError):
    """No scenario has this name; the message names the nearest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way for a request to end.

    Attributes:
        name: What a test calls it.
        summary: What happens, in one line.
        source: Where this was seen or documented; "ours" for a fault of the network.
        status: The HTTP status.
        headers: Further headers of the reply.
        body: The whole reply, in place of an answer; `{model}` is the requested model.
        annotations: How the content filter reports.
        block: Whether, and how, the filter blocks the answer.
        kept: The share of the body that is sent before `extra` and `ending`; where the filter
            blocks, the share of the answer's text.
        before: Bytes before the first event.
        extra: Bytes after the kept part.
        ending: How the reply ends: normally, without `[DONE]`, with the connection closed or
            reset, or not at all.
        trickle: Seconds between pieces of a few bytes.
        delay: Seconds before the first byte; the scenario `no-answer` waits for an hour.
        usage_in_choice: Whether a stream reports its usage inside the last choice.
        line_end: What ends a line of a stream.
        is_for_streams: Whether an answer that is not streamed stays unchanged.
        served_model: The model that answers, if it is not the requested one.
        fault: What is wrong inside the answer: an error beside the text, a usage of zeros, or
            fragments of tool calls in an odd order.
        refuses_empty_reasoning: Whether an empty `reasoning_content` counts as missing.
    """

    name: str
    summary: str
    source: str = "ours"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = None
    annotations: Annotations = "sync"
    block: Block = "no"
    kept: float = 1.0
    before: bytes = b""
    extra: bytes = b""
    ending: Ending = "done"
    trickle: float = 0.0
    delay: float = 0.0
    usage_in_choice: bool = False
    line_end: bytes = b"\n"
    is_for_streams: bool = False
    served_model: str = ""
    fault: Fault = ""
    refuses_empty_reasoning: bool = False


def find_scenario(name: str) -> Scenario:
    """Look a scenario up.

    Raises:
        UnknownScenarioError: There is no scenario of that name.
    """
    scenarios = _scenarios()
    if name not in scenarios:
        from difflib import get_close_matches  # noqa: PLC0415  # only paid for a wrong name

        near = get_close_matches(name, scenarios, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ";"
        raise UnknownScenarioError(
            f"unknown scenario {name!r}{hint} `agentsflare-kimi serve --list-scenarios` lists all"
        )
    return scenarios[name]


def list_scenarios() -> tuple[Scenario, ...]:
    """List every scenario, in the order of the table."""
    return tuple(_scenarios().values())


@cache
def _scenarios() -> dict[str, Scenario]:
    text = Path(__file__).with_name("scenarios.toml").read_text(encoding="utf-8")
    rows = (_parse(row) for row in tomllib.loads(text)["scenarios"])
    return {row.name: row for row in rows}


def _parse(row: dict[str, Any]) -> Scenario:
    for name in _BYTES & row.keys():
        row[name] = row[name].encode()
    return Scenario(**row)


_BYTES = frozenset({"before", "extra", "line_end"})
