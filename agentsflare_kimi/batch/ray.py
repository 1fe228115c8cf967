"""An actor class for Ray Data's `Dataset.map_batches`.

Does not import ray. Rows have the columns `custom_id` and `body` (JSON text); records are
returned as `custom_id`, `record` (JSON text) and `is_error`.

>>> def ask(dataset, journal):
...     return dataset.map_batches(
...         AskRows, fn_constructor_kwargs={"journal": journal}, batch_size=200, concurrency=2
...     )
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agentsflare_kimi.batch.rows import Row
from agentsflare_kimi.batch.workers import RowsAsker

__all__ = ["AskRows"]


class AskRows:
    """An actor that asks blocks of rows.

    Args:
        journal: A directory that all actors share. If Ray reruns a block after an actor died,
            finished rows are read from there, and not paid for again.
        options: Those of `agentsflare_kimi.batch.workers.RowsAsker`.
    """

    def __init__(self, journal: str, **options: Any) -> None:  # noqa: ANN401  # as there
        """Join the journal."""
        self._ask = RowsAsker(journal, **options)

    def __call__(self, block: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Ask a block.

        Args:
            block: Columns `custom_id` and `body`.

        Returns:
            Columns `custom_id`, `record` and `is_error`.
        """
        pairs = zip(block["custom_id"], block["body"], strict=True)
        rows = [Row(custom_id=str(name), body=json.loads(text)) for name, text in pairs]
        records = self._ask(rows)
        return {
            "custom_id": [record["custom_id"] for record in records],
            "record": [json.dumps(record) for record in records],
            "is_error": [record["error"] is not None for record in records],
        }
