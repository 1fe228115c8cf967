"""A function for Dask's `Client.map` over blocks of rows.

Does not import dask. Each worker process has one client and one file of the journal.

>>> def ask(cluster, blocks, journal):
...     return cluster.gather(cluster.map(ask_block, blocks, journal=journal, pure=False))
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.batch.rows import AnyRow
from agentsflare_kimi.batch.workers import RowsAsker

__all__ = ["ask_block"]

_askers: dict[str, RowsAsker] = {}
_lock = threading.Lock()


def ask_block(
    block: Sequence[AnyRow],
    journal: str,
    **options: Any,  # noqa: ANN401  # those of RowsAsker
) -> list[Record]:
    """Ask a block of rows on the current worker.

    Args:
        block: The rows.
        journal: A directory that all workers share. Results lost with a worker are read from
            there, and not paid for again.
        options: Those of `agentsflare_kimi.batch.workers.RowsAsker`; only those of a process's
            first call count.

    Returns:
        The records, in the order of the rows.
    """
    with _lock:
        if journal not in _askers:
            _askers[journal] = RowsAsker(journal, **options)
        ask = _askers[journal]
    return ask(block)
