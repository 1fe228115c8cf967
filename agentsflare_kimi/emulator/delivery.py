"""Delivers a body as the scenario says: whole, cut, slowly, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agentsflare_kimi.emulator.scenarios import Scenario
from agentsflare_kimi.emulator.wire import CUT, DONE, RESET, Part, Reply, Wait

__all__ = ["deliver", "deliver_stream"]

_PIECE: Final = 64
_FOREVER: Final = Wait(3600.0)


def deliver(body: bytes, scenario: Scenario) -> Reply:
    """Send *body* as the whole answer; its full length is announced even if less is sent."""
    headers = {
        "content-length": str(len(body)),
        "content-type": "application/json; charset=utf-8",
    }
    if scenario.is_for_streams or scenario.block != "no":
        return Reply(status=200, headers=headers, parts=(body,))
    kept = body[: int(len(body) * scenario.kept)]
    parts = (*_trickle([kept], scenario), *_ending(scenario))
    return Reply(status=200, headers=headers, parts=parts)


def deliver_stream(events: Sequence[Part], scenario: Scenario) -> Reply:
    """Send *events* as a stream."""
    share = scenario.kept if scenario.block == "no" else 1.0
    kept = events[: int(len(events) * share)]
    closing = [scenario.extra, DONE if scenario.ending == "done" else b""]
    parts = _trickle([scenario.before, *kept, *closing], scenario)
    return Reply(
        status=200,
        headers={"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"},
        parts=(*parts, *_ending(scenario)),
        is_stream=True,
    )


def _ending(scenario: Scenario) -> tuple[Part, ...]:
    match scenario.ending:
        case "cut":
            return (CUT,)
        case "reset":
            return (RESET,)
        case "stall":
            return (_FOREVER, CUT)
        case _:
            return ()


def _trickle(parts: Iterable[Part], scenario: Scenario) -> Iterator[Part]:
    for part in parts:
        if not isinstance(part, bytes):
            yield part
        elif part:
            yield from _pieces(part.replace(b"\n", scenario.line_end), scenario)


def _pieces(data: bytes, scenario: Scenario) -> Iterator[Part]:
    if not scenario.trickle:
        yield data
        return
    for start in range(0, len(data), _PIECE):
        yield Wait(scenario.trickle)
        yield data[start : start + _PIECE]
