"""Dask on two local workers, one of which is killed; run again, nothing is paid again.

Needs `pip install "dask[distributed]" "agentsflare-kimi[batch]"`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from dask.distributed import Client, LocalCluster
from rows import LIMIT, Gateway, check, make_rows

from agentsflare_kimi.batch.dask import ask_block

BLOCK = 250


def ask(cluster: Client, rows: list[dict[str, Any]], journal: Path) -> list[str]:
    """Ask all rows, and return the ids of their records."""
    blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    options = {"journal": str(journal), "max_concurrency": LIMIT}
    futures = cluster.map(ask_block, blocks, **options, pure=False)
    return [record["custom_id"] for block in cluster.gather(futures) for record in block]


def main(count: int) -> None:
    """Run with a killed worker, then again."""
    rows = make_rows(count)
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        with (
            Gateway(journal, kill_after=count // 2) as gateway,
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as workers,
            Client(workers) as cluster,
        ):
            check("first run", ask(cluster, rows, journal), gateway, count)
            asked = gateway.answers.total()
            check("second run", ask(cluster, rows, journal), gateway, count)
            print(f"paid again: {gateway.answers.total() - asked}")
            assert gateway.answers.total() == asked


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
