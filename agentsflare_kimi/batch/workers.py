"""Asks blocks of rows on a worker of a cluster, with a shared journal."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import weakref
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from agentsflare_kimi.batch.asking import Asker
from agentsflare_kimi.batch.journal import Entry
from agentsflare_kimi.batch.limiter import Limiter
from agentsflare_kimi.batch.output import read_lines
from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.batch.rows import AnyRow, as_row
from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.client import AsyncKimi

__all__ = ["RowsAsker"]

# Seconds that closing the connections may take when the process ends.
_LONGEST_END: Final = 5.0


class RowsAsker:
    """A callable for an engine: takes a block of rows, returns their records in the same order.

    Rows that another worker finished are read from the journal, so they are not paid for again
    when a block is rerun after a worker died.

    Args:
        journal: A directory that all workers share.
        max_concurrency: Requests in flight of this worker. The account's limits hold for all
            workers together, so divide them.
        rpm: Requests per minute of this worker.
        tpm: Tokens per minute of this worker.
        options: Keywords of `AsyncKimi`. Set the key as AGENTSFLARE_API_KEY in the workers'
            environment rather than here.
    """

    def __init__(
        self,
        journal: str | os.PathLike[str],
        *,
        max_concurrency: int = 100,
        rpm: float | None = None,
        tpm: float | None = None,
        **options: Any,  # noqa: ANN401  # those of AsyncKimi
    ) -> None:
        """Join the journal; the client is made by the thread that uses it."""
        self._journal = SharedJournal(journal)
        self._limits = {"max_concurrency": max_concurrency, "rpm": rpm, "tpm": tpm}
        self._options: dict[str, Any] = {"http_backend": "auto", **options}
        self._asker: Asker | None = None
        self._loop = asyncio.new_event_loop()
        # A separate loop: engines call from loops of their own.
        thread = threading.Thread(target=_serve, args=[self._loop], name="batch", daemon=True)
        thread.start()
        # At the end of the process, too.
        weakref.finalize(self, _end, self._loop, thread)

    def __call__(self, rows: Sequence[AnyRow]) -> list[Record]:
        """Ask the *rows* that have no record, and return the records of all."""
        return asyncio.run_coroutine_threadsafe(self._ask_all(rows), self._loop).result()

    async def _ask_all(self, rows: Sequence[AnyRow]) -> list[Record]:
        if self._asker is None:
            limits: dict[str, Any] = self._limits
            self._asker = Asker(AsyncKimi(**self._options), Limiter(**limits))
        self._journal.refresh()
        records: dict[int, Record] = {}
        left = iter(list(zip(count(), rows, strict=False)))

        async def work(asker: Asker) -> None:
            for number, row in left:
                records[number] = await self._ask(asker, row)

        most = min(self._asker.limiter.max_concurrency, len(rows))
        await asyncio.gather(*(work(self._asker) for _ in range(most)))
        return [records[number] for number in range(len(rows))]

    async def _ask(self, asker: Asker, row: AnyRow) -> Record:
        question = asker.question(as_row(row))
        known = self._journal.index.find(question.row.custom_id, question.digest)
        if known is not None:
            return _read(known)
        record = await asker.ask(question)
        if record["error"] is None or asker.stopped is None:
            self._journal.append(record)
        return record


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())  # closes the connections
        loop.close()


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    if thread is not threading.current_thread():  # where garbage collection may run, too
        thread.join(_LONGEST_END)


def _read(entry: Entry) -> Record:
    return json.loads(next(read_lines([entry])))
