"""The event loop behind `agentsflare-kimi batch`: client, signals, progress."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from agentsflare_kimi.batch.asking import Asker
from agentsflare_kimi.batch.records import Record, line_of
from agentsflare_kimi.batch.rows import Row
from agentsflare_kimi.batch.running import run_batch
from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.batch.summary import BatchSummary
from agentsflare_kimi.cli.batch_progress import show_progress
from agentsflare_kimi.client import AsyncKimi
from agentsflare_kimi.settings import KimiSettings

__all__ = ["INTERRUPTED", "make_client", "run_until_interrupted"]

INTERRUPTED: Final = 130


def make_client(settings: KimiSettings) -> AsyncKimi:
    """Make the client, on aiohttp if that is installed, because it is faster."""
    is_default = "http_backend" not in settings.model_fields_set
    return AsyncKimi(settings=settings, **({"http_backend": "auto"} if is_default else {}))


def run_until_interrupted(
    rows: Iterable[Row],
    asker: Asker,
    journal: SharedJournal,
    *,
    summary: BatchSummary,
    retry_failed: bool,
    is_following: bool,
) -> None:
    """Run a batch; the first Ctrl-C waits for requests in flight, a second one stops at once.

    Args:
        rows: The rows to send.
        asker: Sends them.
        journal: Stores the records.
        summary: Counts the outcomes.
        retry_failed: Whether to send failed rows again.
        is_following: Whether to print the records as they arrive.
    """

    async def main() -> None:
        interrupted = asyncio.Event()
        with _interrupts(interrupted, asker):
            progress = asyncio.create_task(show_progress(summary))
            try:
                async with asker.client:
                    await run_batch(
                        rows,
                        asker.client,
                        journal,
                        asker=asker,
                        retry_failed=retry_failed,
                        on_record=_print_record if is_following else None,
                        summary=summary,
                        interrupted=interrupted,
                    )
            finally:
                progress.cancel()
                with suppress(asyncio.CancelledError):
                    await progress

    try:
        asyncio.run(main())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@contextmanager
def _interrupts(interrupted: asyncio.Event, asker: Asker) -> Generator[None]:
    loop, main = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if interrupted.is_set():
            if main is not None:
                main.cancel()
            return
        interrupted.set()
        print(
            f"agentsflare-kimi: ending after {asker.limiter.in_flight} requests in flight; "
            "Ctrl-C again ends at once, and they are asked again later",
            file=sys.stderr,
            flush=True,
        )

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(interrupt)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_record(record: Record) -> None:
    sys.stdout.buffer.write(line_of(record))
    sys.stdout.buffer.flush()
