"""Runs very many prompts: each is asked once and recorded at once; any run can be resumed.

>>> async def ask_all(rows: list[dict[str, object]]) -> None:
...     async with AsyncKimi() as client:
...         with Journal("answers.jsonl") as journal:
...             print(await run_batch(rows, client, journal))

`agentsflare-kimi batch` is this with files around it; `agentsflare_kimi.batch.ray` and
`agentsflare_kimi.batch.dask` run it on a cluster.
"""

from __future__ import annotations

from agentsflare_kimi.batch.asking import Asker
from agentsflare_kimi.batch.journal import Journal
from agentsflare_kimi.batch.limiter import Limiter
from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.batch.rows import Row
from agentsflare_kimi.batch.running import run_batch
from agentsflare_kimi.batch.shared_journal import SharedJournal
from agentsflare_kimi.batch.summary import BatchSummary
from agentsflare_kimi.errors import BatchError

__all__ = [
    "Asker",
    "BatchError",
    "BatchSummary",
    "Journal",
    "Limiter",
    "Record",
    "Row",
    "SharedJournal",
    "run_batch",
]
