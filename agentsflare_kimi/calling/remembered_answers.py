"""The answers that a reasoning memory keeps: bounded in number, bytes and age.

Answers whose reasoning was forgotten are still remembered for a while, so that no look-alike is
mistaken for one of them.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from agentsflare_kimi.calling.conversations import Result, Step

__all__ = ["Answer", "AnswerKey", "RememberedAnswers"]

AnswerKey = tuple[int, int | None, int]

_FORGOTTEN_PER_ENTRY: Final = 8
_BYTES_PER_ENTRY: Final = 32
_BYTES_PER_STEP: Final = 8


class Answer(NamedTuple):
    """What is known about one answer with tool calls.

    Attributes:
        key: What must match for it to be a candidate: system prompt, last user message, calls.
        conversation: The number of the conversation that it belongs to.
        steps: All steps before it, including those that the caller had dropped.
        ids: The ids of its calls.
        reasoning: None if it had none, or it was forgotten.
        since: When it arrived, by `time.monotonic()`.
        is_whole: Whether `steps` is known to be complete.
        results: The results of its calls, as first sent.
    """

    key: AnswerKey
    conversation: int
    steps: tuple[Step, ...]
    ids: tuple[str, ...]
    reasoning: str | None
    since: float
    is_whole: bool
    results: tuple[Result, ...] | None = None

    @property
    def size(self) -> int:
        """The bytes counted for it."""
        reasoning = len((self.reasoning or "").encode("utf-8", "replace"))
        return reasoning + _BYTES_PER_ENTRY + _BYTES_PER_STEP * len(self.steps)


class RememberedAnswers:
    """Answers by number; not thread-safe.

    Attributes:
        size: Bytes of the reasoning kept.
    """

    def __init__(self, most_entries: int, most_bytes: int, oldest_seconds: float) -> None:
        """Begin with none, within the given bounds."""
        self._bounds = (most_entries, most_bytes, oldest_seconds)
        self._answers: OrderedDict[int, Answer] = OrderedDict()
        self._kept: OrderedDict[int, int] = OrderedDict()
        self._index: dict[AnswerKey, dict[int, None]] = {}
        self._numbers = itertools.count()
        self._steps = 0
        self.size: int = 0

    def __len__(self) -> int:
        """Return the number of answers whose reasoning is kept."""
        return len(self._kept)

    def __getitem__(self, number: int) -> Answer:
        return self._answers[number]

    def numbers_of(self, key: AnswerKey) -> Iterator[int]:
        """Yield the numbers of the answers with *key*, the newest first."""
        yield from reversed(self._index.get(key, {}))

    def note_results(self, number: int, results: tuple[Result, ...]) -> None:
        """Keep the results of an answer's calls."""
        self._answers[number] = self._answers[number]._replace(results=results)

    def add(self, answer: Answer) -> None:
        """Keep *answer* in place of an equal one; beyond the bounds, forget the oldest."""
        most_entries, most_bytes, oldest_seconds = self._bounds
        if answer.size > most_bytes:
            answer = answer._replace(reasoning=None)
        for number in [*self._index.get(answer.key, {})]:
            known = self._answers[number]
            is_same = known.conversation == answer.conversation and known.ids == answer.ids
            if is_same and (known.steps, known.reasoning) == (answer.steps, answer.reasoning):
                self._drop(number)
        number = next(self._numbers)
        self._answers[number] = answer
        self._index.setdefault(answer.key, {})[number] = None
        self._steps += len(answer.steps)
        if answer.reasoning is not None:
            self._kept[number] = answer.size
            self.size += answer.size
        while self._kept and (
            len(self._kept) > most_entries
            or self.size > most_bytes
            or self._answers[next(iter(self._kept))].since < answer.since - oldest_seconds
        ):
            self._forget(next(iter(self._kept)))
        most_steps = most_bytes // _BYTES_PER_STEP * 2
        while (
            len(self._answers) > most_entries * _FORGOTTEN_PER_ENTRY or self._steps > most_steps
        ) and len(self._answers) > 1:
            self._drop(next(iter(self._answers)))

    def _forget(self, number: int) -> None:
        self.size -= self._kept.pop(number)
        self._answers[number] = self._answers[number]._replace(reasoning=None)

    def _drop(self, number: int) -> None:
        self.size -= self._kept.pop(number, 0)
        answer = self._answers.pop(number)
        self._steps -= len(answer.steps)
        numbers = self._index[answer.key]
        del numbers[number]
        if not numbers:
            del self._index[answer.key]
