"""Runs a batch in this process: one loop that starts requests."""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Final

from agentsflare_kimi.batch.asking import Asker
from agentsflare_kimi.batch.journal import Journal
from agentsflare_kimi.batch.limiter import Limiter
from agentsflare_kimi.batch.questions import Attempt, Question
from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.batch.rows import AnyRow, Row, as_row
from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.batch.stopping import Stop
from agentsflare_kimi.batch.summary import BatchSummary
from agentsflare_kimi.client import AsyncKimi
from agentsflare_kimi.errors import BatchError

__all__ = ["run_batch"]

# The most rows that may wait for a retry before new rows are held back.
_MOST_PARKED: Final = 1_000
_CONNECTION: Final = "connection_failed"


async def run_batch(  # noqa: PLR0913  # one keyword for each thing that can be different
    rows: Iterable[AnyRow],
    client: AsyncKimi,
    journal: Journal | SharedJournal,
    *,
    limiter: Limiter | None = None,
    asker: Asker | None = None,
    retry_failed: bool = False,
    on_record: Callable[[Record], None] | None = None,
    summary: BatchSummary | None = None,
    interrupted: asyncio.Event | None = None,
) -> BatchSummary:
    """Ask every row that has no record in the journal, and record the result.

    No row is lost, and none is asked twice except those in flight when the process is killed.
    A failure that would hit every row (an unknown key, an empty balance, ...) ends the run once
    the requests in flight have ended; any other failure becomes the row's error record.

    Args:
        rows: Rows, or requests of OpenAI's batch format. An iterator is kept in memory, because
            duplicates are looked for before the first request.
        client: The client to ask with.
        journal: Stores the records, and knows which rows are done.
        limiter: Limits the requests in flight and per minute; by default the client's
            `max_concurrency` in flight.
        asker: Asks a row, in place of one made from *client* and *limiter*.
        retry_failed: Whether rows with an error record are asked again.
        on_record: Called with each record, once it is in the journal.
        summary: The counts to add to, which may be read meanwhile.
        interrupted: Once it is set, no new request is started, and the run ends after those in
            flight.

    Returns:
        The counts, with `stop` if it ended before its last row.

    Raises:
        BatchError: Two rows have the same id, or one is not a row.
        OSError: The journal cannot be written. Records that were held back are written first
            if that has become possible.
    """
    asker = asker or Asker(client, limiter or Limiter(client.max_concurrency or 1_000))
    run = _Run(asker, journal, summary or BatchSummary(), on_record, interrupted)
    questions = rows if not isinstance(rows, Iterator) else list(rows)
    run.summary.rows = _count_unique(questions)
    started = time.monotonic()
    try:
        await run.go(_to_ask(questions, run, retry_failed=retry_failed))
    finally:
        run.summary.seconds += time.monotonic() - started
    return run.summary


def _count_unique(rows: Iterable[AnyRow]) -> int:
    seen = set[str]()
    for value in rows:
        row = as_row(value)
        if row.custom_id in seen:
            where = f"line {row.line}: " if row.line is not None else ""
            raise BatchError(f"{where}two rows have the custom_id {row.custom_id!r}")
        seen.add(row.custom_id)
    return len(seen)


def _to_ask(rows: Iterable[AnyRow], run: _Run, *, retry_failed: bool) -> Iterator[Question]:
    index = run.journal.index
    for value in rows:
        row: Row = as_row(value)
        question = run.asker.question(row)
        known = index.find(row.custom_id, question.digest)
        if known is None:
            run.summary.changed += row.custom_id in index
        elif not (known.is_error and retry_failed):
            run.summary.kept += 1
            run.summary.kept_failed += known.is_error
            continue
        yield question


class _Run:
    """The state of one run: rows in flight, and rows that wait for a retry."""

    def __init__(
        self,
        asker: Asker,
        journal: Journal | SharedJournal,
        summary: BatchSummary,
        on_record: Callable[[Record], None] | None,
        interrupted: asyncio.Event | None,
    ) -> None:
        self.asker = asker
        self.journal = journal
        self.summary = summary
        self._on_record = on_record
        self._interrupted = interrupted
        self._tasks = set[asyncio.Task[None]]()
        self._parked: list[tuple[float, int, Question]] = []
        self._order = count()
        self._changed = asyncio.Event()
        self._broken: BaseException | None = None
        self._unreachable = 0

    async def go(self, questions: Iterator[Question]) -> None:
        """Ask all *questions*, until the run stops."""
        watcher = asyncio.create_task(self._watch())
        try:
            try:
                await self._start_all(questions)
            except Exception as error:  # noqa: BLE001  # raised below, after the requests in flight
                self._broken = error
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            watcher.cancel()
            for task in self._tasks:
                task.cancel()
        if self.journal.unwritten:
            # The disk may have space again; otherwise this raises.
            self.journal.flush()
        if self._broken is not None:
            raise self._broken

    async def _watch(self) -> None:
        if self._interrupted is not None:
            await self._interrupted.wait()
            self.summary.stop = self.summary.stop or Stop(
                cause="interrupted", message="The remaining rows were not asked."
            )
            self._changed.set()

    async def _start_all(self, questions: Iterator[Question]) -> None:
        limiter, held = self.asker.limiter, None
        while self.summary.stop is None and self._broken is None:
            question = held or self._next(questions)
            if question is None and not self._tasks and not self._parked:
                return
            seconds = math.inf
            if question is not None:
                tokens = question.tokens if limiter.is_token_bound else 0
                seconds = limiter.try_acquire(tokens)
            held = question if seconds else None
            if question is not None and not seconds:
                self._start(question)
            else:
                await self._wait(seconds)

    def _next(self, questions: Iterator[Question]) -> Question | None:
        if self._parked and self._parked[0][0] <= time.monotonic():
            return heapq.heappop(self._parked)[2]
        return next(questions, None) if len(self._parked) < _MOST_PARKED else None

    def _start(self, question: Question) -> None:
        task = asyncio.create_task(self._ask(question))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _wait(self, seconds: float) -> None:
        """Wait for a change, for at most *seconds* or until a row is due."""
        if self._parked:
            seconds = min(seconds, max(self._parked[0][0] - time.monotonic(), 0.0))
        self._changed.clear()
        if math.isinf(seconds):
            await self._changed.wait()
            return
        timer = asyncio.get_running_loop().call_later(seconds, self._changed.set)
        await self._changed.wait()
        timer.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()

    async def _ask(self, question: Question) -> None:
        try:
            await self._attempt(question)
        except Exception as error:  # noqa: BLE001  # raised by `go`, once the answers are in
            # Set at once: by the time the task's end is noticed, more rows may have been asked.
            self._broken = self._broken or error

    async def _attempt(self, question: Question) -> None:
        before = question.attempts
        attempt = await self.asker.attempt(question)
        self.summary.requests += question.attempts - before
        self.summary.throttled += attempt.is_refused
        self.summary.unreachable += attempt.is_unreachable
        if attempt.stop is not None:
            self.summary.stop = self.summary.stop or attempt.stop
        elif attempt.record is None:
            due = time.monotonic() + attempt.pause
            heapq.heappush(self._parked, (due, next(self._order), question))
        else:
            self._record(attempt.record, attempt)

    def _record(self, record: Record, attempt: Attempt) -> None:
        self.journal.append(record)
        self.summary.add(record)
        if self._on_record is not None:
            self._on_record(record)
        self._look_for_outage(record, attempt)

    def _look_for_outage(self, record: Record, attempt: Attempt) -> None:
        error = record["error"]
        if error is None or error["code"] != _CONNECTION:
            self._unreachable = 0
            return
        self._unreachable += 1
        if self._unreachable >= self.asker.limiter.max_concurrency and attempt.stop is None:
            message = f"{self._unreachable} rows in succession could not reach the gateway."
            self.summary.stop = self.summary.stop or Stop(cause=_CONNECTION, message=message)
