"""Asks one row: migrates it, sends it, retries where that helps, and makes the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from openai import OpenAIError
from openai.types.chat import ChatCompletion

from agentsflare_kimi.batch.limiter import Limiter
from agentsflare_kimi.batch.outages import Outages
from agentsflare_kimi.batch.questions import AnswerCheck, Attempt, Question
from agentsflare_kimi.batch.records import Record, answer_record, error_record
from agentsflare_kimi.batch.retrying import (
    THROTTLING_CAUSES,
    backoff,
    pause_before_retry,
    retry_after,
)
from agentsflare_kimi.batch.rows import AnyRow, Row, as_row, digest_of
from agentsflare_kimi.batch.stopping import (
    LONGEST_PAUSE,
    STOPPING_CAUSES,
    STOPPING_WITH_SCHEMA,
    Stop,
)
from agentsflare_kimi.calling.notices import announce
from agentsflare_kimi.client import AsyncKimi
from agentsflare_kimi.errors import BatchError
from agentsflare_kimi.models.migration import Migration, plan_migration
from agentsflare_kimi.reading.diagnosis import diagnose

__all__ = ["Asker"]

_PATH: Final = "/chat/completions"
_MOST_MODELS: Final = 100


@dataclass(slots=True)
class Asker:
    """An async callable: one row in, one record out; it never raises.

    Args:
        client: What to ask with; its own retries and its limit of requests are not used.
        limiter: Limits the requests in flight and the requests per minute.
        max_attempts: How often a row is sent. Requests that hit a rate limit do not count, nor do
            those that could not connect during an outage of at most ten minutes.
        check: Checks each answer.
        stopped: Why the run stopped, once it has; further rows then get a record without being
            sent.
        rephrase: Puts explanations of failures into the words of the program's users, such as
            options in place of settings.
    """

    client: AsyncKimi
    limiter: Limiter = field(default_factory=Limiter)
    max_attempts: int = 5
    check: AnswerCheck | None = None
    stopped: Stop | None = None
    rephrase: Callable[[str], str] = str
    _clients: dict[str | None, AsyncKimi] = field(default_factory=dict[str | None, AsyncKimi])
    _announced: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _outages: Outages = field(default_factory=Outages)

    async def __call__(self, row: AnyRow) -> Record:
        """Ask *row*.

        Args:
            row: A `Row`, or a request of OpenAI's batch format.

        Returns:
            Its record. A failure that would hit every row stops the run: the record has its cause,
            and further rows are not sent.
        """
        try:
            question = self.question(as_row(row))
        except BatchError as error:
            return {**self._error_record(str(row), "", error), "attempts": 0}
        return await self.ask(question)

    async def ask(self, question: Question) -> Record:
        """Ask *question*, with retries; see `__call__`."""
        while True:
            if self.stopped is not None:
                return _stopped_record(question, self.stopped)
            await self.limiter.acquire(question.tokens if self.limiter.is_token_bound else 0)
            attempt = await self.attempt(question)
            self.stopped = self.stopped or attempt.stop
            if attempt.record is not None:
                return attempt.record
            await asyncio.sleep(attempt.pause)

    def question(self, row: Row) -> Question:
        """Plan the request for *row*; announce the changes for a model once a run.

        Args:
            row: The row.

        Returns:
            The question, with a `refusal` if it cannot be sent.
        """
        body = dict(row.body)
        body.setdefault("model", self.client.settings.model)
        if self.check is not None:
            self.check.prepare(body)
        question = Question(row, body)
        try:
            plan = plan_migration(body, settings=self.client.settings)
            question.body = plan.request
            question.digest = digest_of(plan.request)
            if plan.model_before != plan.model_after:
                question.migrated_from = plan.model_before
            self._announce(plan)
        except (OpenAIError, TypeError, ValueError, RecursionError) as error:
            question.refusal = error
        return question

    async def attempt(self, question: Question) -> Attempt:
        """Send *question* once; the caller must hold a slot of the limiter, which is released.

        Args:
            question: The question; its counts are incremented.

        Returns:
            The result.
        """
        attempt = Attempt()
        try:
            attempt = await self._attempt(question)
        finally:
            self.limiter.release(is_refused=attempt.is_refused)
        return attempt

    async def _attempt(self, question: Question) -> Attempt:
        row, digest = question.row, question.digest
        if question.refusal is not None:
            refused = self._error_record(row.custom_id, digest, question.refusal)
            return Attempt(record=_completed(question, refused))
        question.attempts += 1
        try:
            answer = await self._client_for(question).post(
                _PATH, cast_to=ChatCompletion, body=question.repair or question.body
            )
        except Exception as error:  # noqa: BLE001  # any failure is this row's alone
            return self._failed(question, error)
        self._outages.note_answer()
        return self._judged(question, answer_record(row.custom_id, digest, answer))

    def _judged(self, question: Question, record: Record) -> Attempt:
        earlier = question.earlier
        if self.check is not None:
            repair = self.check.judge(record, question.body)
            if repair is not None and earlier is None:
                question.repair, question.earlier = repair, record
                return Attempt()
        if earlier is not None:
            record["is_repaired"] = record["error"] is None
            _add_usage(record, earlier)
        return Attempt(record=_completed(question, record))

    def _failed(self, question: Question, error: Exception) -> Attempt:
        if self._outages.is_outage(error):
            question.outages += 1
            return Attempt(pause=backoff(question.outages), is_unreachable=True)
        found, told = diagnose(error), retry_after(error)
        if found.cause in STOPPING_CAUSES or (
            found.cause in STOPPING_WITH_SCHEMA and self._asks_for(question)
        ):
            explanation = self.rephrase(f"{found.summary} {found.advice}")
            return Attempt(stop=Stop(cause=found.cause, message=explanation))
        is_refused = found.cause in THROTTLING_CAUSES
        if is_refused and told is not None and told > LONGEST_PAUSE:
            wait = f"The gateway asks to come back in {told:.0f} s. Resume the batch then."
            return Attempt(is_refused=True, stop=Stop(cause=found.cause, message=wait))
        question.throttlings += is_refused
        pause = pause_before_retry(
            found,
            told,
            attempts=question.attempts - question.outages,
            throttlings=question.throttlings,
            max_attempts=self.max_attempts,
        )
        if pause is not None:
            return Attempt(pause=pause, is_refused=is_refused)
        # If a repair fails, the record of the answer to be repaired stands.
        record = question.earlier or self._error_record(
            question.row.custom_id, question.digest, error
        )
        return Attempt(record=_completed(question, record), is_refused=is_refused)

    def _error_record(self, custom_id: str, digest: str, error: Exception) -> Record:
        return error_record(custom_id, digest, error, self.rephrase)

    def _asks_for(self, question: Question) -> bool:
        """Tell whether the answer's format is that of all rows, not the row's own."""
        return self.check is not None and "response_format" not in question.row.body

    def _announce(self, plan: Migration) -> None:
        for notice in plan.notices:
            said = (notice.kind, notice.model)
            if notice.is_refusal or said not in self._announced:
                self._announced.add(said)
                announce(notice)

    def _client_for(self, question: Question) -> AsyncKimi:
        # The row is already planned; planning it again would repeat every notice.
        model = question.body.get("model")
        name = model if isinstance(model, str) else None
        if name not in self._clients:
            if len(self._clients) >= _MOST_MODELS:
                self._clients.clear()
            known = self.client.settings.extra_models
            self._clients[name] = self.client.copy(
                max_retries=0,
                max_concurrency=0,
                extra_models=known if name is None else (*known, name),
            )
        return self._clients[name]


def _completed(question: Question, record: Record) -> Record:
    record["attempts"] = question.attempts
    model = question.body.get("model")
    record["model_sent"] = model if isinstance(model, str) else None
    if question.migrated_from is not None:
        record["migrated_from"] = question.migrated_from
    return record


def _stopped_record(question: Question, stop: Stop) -> Record:
    record = error_record(question.row.custom_id, question.digest, BatchError(stop.message))
    record["error"] = {"code": stop.cause, "message": stop.message, "type": "BatchError"}
    return _completed(question, record)


def _add_usage(record: Record, earlier: Record) -> None:
    counts, others = record["usage"] or {}, earlier["usage"] or {}
    record["usage"] = {
        name: counts.get(name, 0) + others.get(name, 0)
        for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    }
