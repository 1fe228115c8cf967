"""Selects what each request gets: always the same, or the next entry of a list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from agentsflare_kimi.emulator.scenarios import Scenario, find_scenario

__all__ = ["Answers", "Scenarios", "Script", "Turns"]

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


class Script:
    """The scenarios and the answers that a test prescribes; either may be replaced at any time."""

    def __init__(self, scenario: Scenarios, answers: Answers | None) -> None:
        """Begin with the first of each.

        Raises:
            UnknownScenarioError: There is no such scenario.
        """
        self.scenario = scenario
        self.answers = answers

    @property
    def scenario(self) -> Scenarios:
        """What was prescribed: a scenario for every request, or a list, one for each in turn."""
        return self._scenario

    @scenario.setter
    def scenario(self, scenario: Scenarios) -> None:
        self._scenario_turns = _scenario_turns(scenario)
        self._scenario = scenario

    @property
    def answers(self) -> Answers | None:
        """What was prescribed: an answer for every completion, a list, or a function."""
        return self._answers

    @answers.setter
    def answers(self, answers: Answers | None) -> None:
        self._answer_turns = _answer_turns(answers)
        self._answers = answers

    def next_scenario(self) -> Scenario | None:
        """Take the scenario of the next request; None for `ok`."""
        return self._scenario_turns.next()

    def next_answer(self, body: Mapping[str, object]) -> object:
        """Take the answer to the next completion; None for a generated one.

        Args:
            body: The request's body, for a function.
        """
        answer = self._answer_turns.next()
        return answer(body) if callable(answer) else answer

    @property
    def used_up(self) -> int:
        """How many answers were listed, once a completion found none left; else 0."""
        return self._answer_turns.count if self._answer_turns.has_run_out else 0


def _scenario_turns(scenarios: Scenarios | None) -> Turns[Scenario]:
    if scenarios is None or isinstance(scenarios, str):
        return Turns((), find_scenario(scenarios or "ok"))
    return Turns([find_scenario(name) for name in scenarios], None)


def _answer_turns(answers: Answers | None) -> Turns[object]:
    if answers is None or callable(answers) or isinstance(answers, str | Mapping):
        return Turns((), answers)
    return Turns(answers, None)
