"""Selects what the next request gets: always the same, or the next entry of a list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from agentsflare_kimi.emulator.scenarios import Scenario, find_scenario

__all__ = ["Answers", "Scenarios", "Turns", "answer_turns", "scenario_turns"]

Scenarios: TypeAlias = str | Sequence[str]
Answers: TypeAlias = (
    str | Mapping[str, object] | Sequence[object] | Callable[[Mapping[str, object]], object]
)

_T = TypeVar("_T")


class Turns(Generic[_T]):
    """Gives each of *queued* once, then always *standing*; thread-safe.

    Attributes:
        count: The number of queued entries.
    """

    def __init__(self, queued: Iterable[_T], standing: _T | None) -> None:
        """Start with the first of *queued*."""
        listed = tuple(queued)
        self.count: int = len(listed)
        self._queued = iter(listed)
        self._standing = standing
        self._taken = 0
        self._lock = threading.Lock()

    def next(self) -> _T | None:
        """Take the next one."""
        with self._lock:
            self._taken += 1
            return next(self._queued, self._standing)

    @property
    def has_run_out(self) -> bool:
        """Whether more was taken than was queued."""
        return 0 < self.count < self._taken


def scenario_turns(scenarios: Scenarios | None) -> Turns[Scenario]:
    """Play one scenario every time, or each of several once.

    Raises:
        UnknownScenarioError: There is no such scenario.
    """
    if scenarios is None or isinstance(scenarios, str):
        return Turns((), find_scenario(scenarios or "ok"))
    return Turns([find_scenario(name) for name in scenarios], None)


def answer_turns(answers: Answers | None) -> Turns[object]:
    """Give one answer every time, or each of several once; a function makes them on demand."""
    if answers is None or callable(answers) or isinstance(answers, str | Mapping):
        return Turns((), answers)
    return Turns(answers, None)
