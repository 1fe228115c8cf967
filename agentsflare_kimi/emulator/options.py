"""The emulator's keywords, validated and grouped by purpose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsflare_kimi.emulator.gateway import Gateway
from agentsflare_kimi.emulator.proxy import Proxy
from agentsflare_kimi.emulator.recording import Recorder, Replay, load_recording

__all__ = ["Options", "Place", "Tape"]

_SLOWEST: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the emulator listens, and how many requests it serves at once."""

    host: str
    port: int
    max_concurrency: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Which files the emulator answers from or records to."""

    replay: str | Path | None
    record: str | Path | None
    upstream: str
    redact_prompts: bool

    @property
    def suffix(self) -> str:
        """The suffix of the server's name; the demo talks only to one that generates answers."""
        return " (recording)" if self.record else " (replay)" if self.replay else ""

    def open_replay(self) -> Replay | None:
        """Read the recording to answer from.

        Raises:
            ValueError: It cannot be read.
        """
        return None if self.replay is None else Replay(load_recording(self.replay))

    def open_proxy(self) -> Proxy | None:
        """Open the file to record to.

        Raises:
            ValueError: A key must not be sent to `upstream`.
        """
        if self.record is None:
            return None
        recorder = Recorder(self.record, redact_prompts=self.redact_prompts)
        return Proxy(self.upstream, recorder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All options that are fixed when an emulator is made.

    Raises:
        ValueError: A number is out of range; the message names it.
    """

    gateway: Gateway
    place: Place
    tape: Tape

    def __post_init__(self) -> None:
        """Check the numbers."""
        given: tuple[tuple[str, float | None, float], ...] = (
            ("latency", self.gateway.latency, 0),
            ("tokens_per_second", self.gateway.tokens_per_second, _SLOWEST),
            ("tool_rounds", self.gateway.tool_rounds, 0),
            ("max_concurrency", self.place.max_concurrency, 1),
            ("port", self.place.port, 0),
        )
        for name, value, least in given:
            if value is not None and not value >= least:  # so that nan is refused, too
                raise ValueError(f"{name} must be {least} or more, got {value}")
