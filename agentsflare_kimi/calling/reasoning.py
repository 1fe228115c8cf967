"""Remembers the reasoning behind tool calls, and restores it where a caller dropped it.

Kimi answers 400 when an assistant message with tool calls comes back without its
`reasoning_content`, and most frameworks drop that field (facts/ecosystem.md section 3).
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, cast

from agentsflare_kimi.calling.conversations import (
    Calls,
    Conversation,
    Step,
    fits,
    read_conversation,
    resembles,
)
from agentsflare_kimi.calling.remembered_answers import Answer, RememberedAnswers
from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.rules import ABSENT, lacks_reasoning

__all__ = ["Heard", "ReasoningMemory"]

_Message = Mapping[str, object]

# Several times what an agent has open at once; tool loops rarely pause for more than an
# hour. Source: facts/ecosystem.md section 3.3.
_MOST_ENTRIES: Final = 1_024
_MOST_BYTES: Final = 8 * 1_048_576
_OLDEST_SECONDS: Final = 3_600.0
# Candidates compared when one conversation repeats the same calls.
_MOST_CANDIDATES: Final = 64
_MOST_STEPS: Final = 2_000
_ANY_NUMBER: Final = sys.maxsize


class Heard(NamedTuple):
    """One answer as a memory stores it: digests, and the reasoning.

    Attributes:
        said: The digested conversation, including the answer.
        has_calls: Whether the answer calls tools.
        is_after_results: Whether the last message before it is a tool's result.
        earlier_reasoning: The reasoning that the request had for the calls before it.
        reasoning: The answer's reasoning; None where it has none.
    """

    said: Conversation
    has_calls: bool
    is_after_results: bool
    earlier_reasoning: str | None
    reasoning: str | None


class ReasoningMemory:
    """The reasoning of recent tool calls; bounded, never logged, thread-safe.

    Each client has its own. If a framework makes a client for each request, share one between
    the clients of one user (`Kimi(memory=memory)`).

    An answer is recognised by the conversation before it and by its own calls: their names and
    arguments, compared as JSON. Ids are ignored, as are clock times and dates in the system
    prompt. Earlier turns may be missing, and earlier results truncated or cleared. The rest of
    the system prompt, the last user message before the calls, and each complete result must
    match exactly, and nothing may be added. If two conversations match in all of that but differ
    in their reasoning, equal ids decide; otherwise nothing is restored.

    So reasoning reaches a wrong conversation only if all of that matches and the memory has never
    seen that conversation's own answer, or has dropped it (it keeps digests of eight times as
    many answers as reasoning). Digests are keyed and have 64 bits: the odds of a collision in a
    full memory are about 1 in 10^13.
    """

    def __init__(
        self,
        *,
        most_entries: int = _MOST_ENTRIES,
        most_bytes: int = _MOST_BYTES,
        oldest_seconds: float = _OLDEST_SECONDS,
    ) -> None:
        """Begin with nothing remembered, within the given bounds.

        Args:
            most_entries: The most answers whose reasoning is kept; the oldest are forgotten first.
            most_bytes: The most bytes of reasoning kept.
            oldest_seconds: How many seconds reasoning is kept.
        """
        self._oldest_seconds = oldest_seconds
        self._secret = os.urandom(16)
        self._answers = RememberedAnswers(most_entries, most_bytes, oldest_seconds)
        self._conversations = itertools.count()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return the number of answers whose reasoning is remembered."""
        return len(self._answers)

    @property
    def size(self) -> int:
        """Bytes of reasoning remembered."""
        return self._answers.size

    def remember(self, messages: Sequence[object], answer: _Message) -> None:
        """Keep the reasoning of *answer*, an assistant message that followed *messages*.

        Args:
            messages: The conversation that was sent, as the caller will send it again.
            answer: An assistant message. With `tool_calls` but no `reasoning_content`, it is
                remembered as having none.
        """
        heard = self.heard(messages, answer)
        if heard is not None:
            self.hear(heard)

    def heard(self, messages: Sequence[object], answer: _Message) -> Heard | None:
        """Return what `hear` would store of *answer*; None if nothing."""
        is_after_results = bool(messages) and _role(messages[-1]) == "tool"
        if not answer.get("tool_calls") and not is_after_results:
            return None
        said = read_conversation([*messages, answer], self._secret)
        has_calls = bool(said.calls) and said.calls[-1].position == len(messages)
        earlier = said.calls[:-1] if has_calls else said.calls
        return Heard(
            said=said,
            has_calls=has_calls,
            is_after_results=is_after_results,
            earlier_reasoning=_reasoning(messages[earlier[-1].position]) if earlier else None,
            reasoning=_reasoning(answer),
        )

    def hear(self, heard: Heard, age: float = 0.0) -> None:
        """Store what was *heard*, *age* seconds ago."""
        said = heard.said
        earlier = said.calls[:-1] if heard.has_calls else said.calls
        with self._lock:
            parent = self._parent(heard, earlier[-1]) if earlier else None
            if heard.has_calls:
                since = time.monotonic() - age
                self._answers.add(self._answer(said, parent, heard.reasoning, since))

    def _parent(self, heard: Heard, made: Calls) -> int | None:
        """Find the answer whose calls came last, and note their results while complete."""
        # Answers of different conversations may have the same reasoning, or none.
        number = self._find(heard.said, made, heard.earlier_reasoning, by="conversation")
        if number is None:
            return None
        if heard.is_after_results and self._answers[number].results is None:
            results = heard.said.steps[made.after].results
            self._answers.note_results(number, results)
        return number

    def _answer(
        self, said: Conversation, parent: int | None, reasoning: str | None, since: float
    ) -> Answer:
        made = said.calls[-1]
        steps = said.steps[: made.after]
        conversation, is_whole = next(self._conversations), len(said.calls) == 1
        if parent is not None:
            before = self._answers[parent]
            conversation = before.conversation
            is_whole = before.is_whole and before.results is not None
            last, *rest = said.steps[said.calls[-2].after : made.after]
            last = last._replace(results=before.results or last.results)
            steps = (*before.steps, last, *rest)[-_MOST_STEPS:]
        return Answer(
            key=(said.system, made.last_user, made.said),
            conversation=conversation,
            steps=steps,
            ids=made.ids,
            reasoning=reasoning,
            since=since,
            is_whole=is_whole,
        )

    def restore(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """Restore the reasoning that assistant messages in *body* have lost.

        Args:
            body: A chat-completions body; never changed.

        Returns:
            A copy with the remembered reasoning, or *body* itself if there is none; a message
            whose reasoning is unknown stays unchanged.
        """
        messages = body.get("messages")
        if not len(self._answers) or not isinstance(messages, Sequence):
            return body
        history = cast("Sequence[object]", messages)
        if not any(map(lacks_reasoning, history)):
            return body
        changes = tuple(self._missing(history))
        return apply_changes(body, changes) if changes else body

    def _missing(self, messages: Sequence[object]) -> Iterator[Change]:
        said = read_conversation(messages, self._secret)
        oldest = time.monotonic() - self._oldest_seconds
        before: dict[int, int] = {}
        for made in reversed(said.calls):
            if not lacks_reasoning(messages[made.position]):
                continue
            with self._lock:
                number = self._find(said, made, None, before)
                answer = None if number is None else self._answers[number]
            if answer is not None:
                before[answer.conversation] = len(answer.steps)
            if answer is not None and answer.reasoning is not None and answer.since >= oldest:
                yield Change(
                    parameter=f"messages[{made.position}].reasoning_content",
                    before=ABSENT,
                    after=answer.reasoning,
                    reason="the caller dropped it",
                )

    def _find(
        self,
        said: Conversation,
        made: Calls,
        reasoning: str | None,
        limits: Mapping[int, int] = MappingProxyType({}),
        by: Literal["reasoning", "conversation"] = "reasoning",
    ) -> int | None:
        """Find the answer that made the calls, unless it is ambiguous.

        *reasoning* is what the request had for the calls, *limits* the number of steps before a
        later message, by conversation, and *by* the field in which all candidates must agree.
        """
        before = said.steps[: made.after]
        found: dict[int, int] = {}
        tried: Counter[int] = Counter()
        rivals: list[int] = []
        for number in self._answers.numbers_of((said.system, made.last_user, made.said)):
            answer = self._answers[number]
            conversation = answer.conversation
            if reasoning and answer.reasoning != reasoning:
                continue
            if len(answer.steps) >= limits.get(conversation, _ANY_NUMBER):
                continue
            known = found.get(conversation)
            is_nearer = known is None or _rank(self._answers[known], made) < _rank(answer, made)
            tried[conversation] += is_nearer
            if not is_nearer or tried[conversation] > _MOST_CANDIDATES:
                continue
            if fits(before, answer.steps):
                found[conversation] = number
            elif known is None:
                rivals.append(number)
        meant = self._meant(found, rivals, before) if found else []
        same_ids = [each for each in meant if self._answers[each].ids == made.ids]
        for numbers in (meant, same_ids):
            fitting = [each for each in numbers if each in found.values()]
            if fitting and len({getattr(self._answers[each], by) for each in numbers}) == 1:
                return fitting[0]
        return None

    def _meant(
        self, found: Mapping[int, int], rivals: list[int], before: Sequence[Step]
    ) -> list[int]:
        """Return the candidates: those that fit, and look-alikes in other conversations."""
        is_whole = all(self._answers[number].is_whole for number in found.values())
        alike = (
            number
            for number in rivals
            if (answer := self._answers[number]).conversation not in found
            and resembles(before, answer.steps, by_results=is_whole and answer.is_whole)
        )
        return [*found.values(), *alike]


def _role(message: object) -> object:
    return cast("_Message", message).get("role") if isinstance(message, Mapping) else None


def _reasoning(message: object) -> str | None:
    reasoning = cast("_Message", message).get("reasoning_content")
    return reasoning if isinstance(reasoning, str) else None


def _rank(answer: Answer, made: Calls) -> tuple[bool, bool]:
    # If one conversation repeats the same calls, this tells which occurrence is meant.
    return answer.ids == made.ids, len(answer.steps) == made.after
