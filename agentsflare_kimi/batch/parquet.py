"""Reads Parquet with duckdb, which is less than half the size of pyarrow, and as fast."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from agentsflare_kimi.errors import BatchError

__all__ = ["read_parquet"]

_AT_A_TIME: Final = 1_000


def read_parquet(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Read the rows of a Parquet file, in their order.

    Args:
        path: The file.

    Returns:
        The number of each row, from 1, and its columns.

    Raises:
        BatchError: duckdb is not installed, or the file cannot be read.
    """
    try:
        duckdb: Any = importlib.import_module("duckdb")
    except ImportError as error:
        raise BatchError("Parquet needs duckdb: pip install 'agentsflare-kimi[parquet]'") from error
    number = 0
    with duckdb.connect() as connection:
        try:
            found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [column[0] for column in found.description]
            while rows := found.fetchmany(_AT_A_TIME):
                for row in rows:
                    number += 1
                    yield number, dict(zip(names, row, strict=True))
        except duckdb.Error as error:
            raise BatchError(f"{path}: {error}") from error
