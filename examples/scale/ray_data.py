"""Ray Data on two local workers, one of which is killed; run again, nothing is paid again.

Needs `pip install "ray[data]" "agentsflare-kimi[batch]"`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import ray
from rows import LIMIT, Gateway, check, make_rows

from agentsflare_kimi.batch.ray import AskRows


def ask(rows: list[dict[str, Any]], journal: Path) -> list[str]:
    """Ask all rows, and return the ids of their records."""
    items = [{"custom_id": row["custom_id"], "body": json.dumps(row["body"])} for row in rows]
    dataset = ray.data.from_items(items, override_num_blocks=20).map_batches(
        AskRows,
        fn_constructor_kwargs={"journal": str(journal), "max_concurrency": LIMIT},
        batch_size=250,
        concurrency=2,
    )
    return [row["custom_id"] for row in dataset.iter_rows()]


def main(count: int) -> None:
    """Run with a killed worker, then again."""
    rows = make_rows(count)
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        with Gateway(journal, kill_after=count // 2) as gateway:
            ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
            check("first run", ask(rows, journal), gateway, count)
            asked = gateway.answers.total()
            check("second run", ask(rows, journal), gateway, count)
            print(f"paid again: {gateway.answers.total() - asked}")
            assert gateway.answers.total() == asked
            ray.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
