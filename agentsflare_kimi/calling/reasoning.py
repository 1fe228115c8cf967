"""Remembers the reasoning behind tool calls, and puts it back where a caller dropped it.

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

# Several times what an agent keeps open at once, and a tool loop that pauses longer than an
# hour is rare. Source: facts/ecosystem.md section 3.3.
_MOST_ENTRIES: Final = 1_024
_MOST_BYTES: Final = 8 * 1_048_576
_OLDEST_SECONDS: Final = 3_600.0
# Looked at in one conversation that makes the same calls again and again.
_MOST_CANDIDATES: Final = 64
_MOST_STEPS: Final = 2_000
_ANY_NUMBER: Final = sys.maxsize


class Heard(NamedTuple):
    """One answer of the assistant's, as a memory takes it in: digests, and the reasoning.

    Attributes:
        said: What was said and done, the answer included.
        has_calls: Whether the answer calls tools.
        is_after_results: Whether the last message before it is a tool's result.
        earlier_reasoning: What came back as the reasoning of the calls before it.
        reasoning: The answer's reasoning; None where it has none.
    """

    said: Conversation
    has_calls: bool
    is_after_results: bool
    earlier_reasoning: str | None
    reasoning: str | None


class ReasoningMemory:
    """The reasoning of recent tool calls; bounded, never logged, safe for threads.

    Each client has one of its own. Pass one to several clients of one user
    (`Kimi(memory=memory)`) where a framework makes a client for each request.

    An answer is recognised by what was said and done before it, in its order, and by its own
    calls: their names and arguments, as JSON says them. Ids do not count, nor clock times and
    dates in the system prompt. Earlier turns may be missing, and earlier results may be cut
    short or cleared. What must be there, letter by letter, is the rest of the system prompt, the
    last user message before the calls, and each result that is shown whole; and nothing may be
    there that was not when the answer came. Where two conversations look alike in all of that
    and their reasoning differs, equal ids decide, and else nothing is put back.

    So reasoning lands in a foreign conversation only if all of that is equal and the memory has
    never seen that conversation's own answer, or has dropped it (it keeps marks of eight times
    as many answers as it keeps reasoning of). Digests are keyed and have 64 bits: that two texts
    have the same one by chance is as likely as 1 in 10^13 in a full memory.
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
            most_entries: Answers whose reasoning is kept; the oldest are forgotten first.
            most_bytes: Bytes of reasoning that are kept.
            oldest_seconds: How long reasoning is kept.
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
            answer: A message of the assistant's. One that has `tool_calls` and no
                `reasoning_content` is remembered to have none.
        """
        heard = self.heard(messages, answer)
        if heard is not None:
            self.hear(heard)

    def heard(self, messages: Sequence[object], answer: _Message) -> Heard | None:
        """Return what there is to take in of *answer*; None where there is nothing."""
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
        """Take in what was *heard*, *age* seconds ago."""
        said = heard.said
        earlier = said.calls[:-1] if heard.has_calls else said.calls
        with self._lock:
            parent = self._parent(heard, earlier[-1]) if earlier else None
            if heard.has_calls:
                since = time.monotonic() - age
                self._answers.add(self._answer(said, parent, heard.reasoning, since))

    def _parent(self, heard: Heard, made: Calls) -> int | None:
        """Find the answer whose calls came last, and note their results while they are whole."""
        # Two answers may have the same reasoning, or none, and be of two conversations.
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
        """Put back the reasoning that assistant messages in *body* have lost.

        Args:
            body: A chat-completions body; never changed.

        Returns:
            A body with what is remembered put back, or *body* itself where there is nothing;
            a message whose reasoning is not known stays as it is.
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
        """Find the answer that made the calls, unless more than one may be meant.

        *reasoning* is what came back with the calls. *limits* says of conversations how many
        steps stand before a later message, *by* in what all that may be meant have to be equal.
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
        """Return what may be meant: what fits, and what looks like it in other conversations."""
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
    # Within one conversation that makes the same calls again, this tells which time is meant.
    return answer.ids == made.ids, len(answer.steps) == made.after
