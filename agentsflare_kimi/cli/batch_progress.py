"""Shows a batch's progress: a bar on a terminal, an occasional line in a pipe."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from typing import Any, Final

from agentsflare_kimi.batch.summary import BatchSummary
from agentsflare_kimi.printable import printable

__all__ = ["show_progress"]

_BAR_SECONDS: Final = 0.5
_LINE_SECONDS: Final = 30.0
_MINUTE: Final = 60


async def show_progress(summary: BatchSummary) -> None:
    """Show the counts in *summary* until cancelled."""
    bar = _bar(summary) if sys.stderr.isatty() else None
    if bar is None:
        await _show_lines(summary)
        return
    try:
        while True:
            bar.total = summary.rows
            bar.set_postfix_str(_details(summary), refresh=False)
            bar.update(summary.done - bar.n)
            bar.refresh()
            await asyncio.sleep(_BAR_SECONDS)
    finally:
        bar.close()


def _bar(summary: BatchSummary) -> Any:  # noqa: ANN401  # tqdm has no types
    with suppress(ImportError):
        from tqdm import tqdm  # noqa: PLC0415  # pyright: ignore[reportMissingModuleSource]  # in the extra `batch`

        kept = summary.kept
        return tqdm(total=summary.rows, initial=kept, unit=" rows", dynamic_ncols=True, leave=False)
    return None


async def _show_lines(summary: BatchSummary) -> None:
    started, before = time.monotonic(), summary.answered + summary.failed
    while True:
        await asyncio.sleep(_LINE_SECONDS)
        new = summary.answered + summary.failed - before
        rate = new / (time.monotonic() - started)
        left = _duration((summary.rows - summary.done) / rate) if rate else "?"
        print(
            f"{summary.done:,} of {summary.rows:,} rows, {rate:.1f} rows/s, {left} left, "
            f"{_details(summary)}",
            file=sys.stderr,
            flush=True,
        )


def _details(summary: BatchSummary) -> str:
    causes = ", ".join(f"{printable(code)} {count:,}" for code, count in summary.causes.items())
    tokens = summary.prompt_tokens + summary.completion_tokens
    failed = f"failed {summary.failed:,}{causes and f' ({causes})'}"
    outage = f"could not connect {summary.unreachable:,}, " if summary.unreachable else ""
    return f"429s {summary.throttled:,}, {outage}{failed}, tokens {tokens:,}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
