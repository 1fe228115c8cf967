"""Writes the records of a finished batch in the order of its rows, atomically."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from agentsflare_kimi.batch.journal import Entry

__all__ = ["read_lines", "write_whole"]


def read_lines(places: Iterable[Entry | bytes]) -> Iterator[bytes]:
    """Read the lines at *places*; a place that is bytes already is yielded unchanged."""
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {}
        for place in places:
            if isinstance(place, bytes):
                yield place
                continue
            if place.path not in files:
                files[place.path] = stack.enter_context(Path(place.path).open("rb"))
            file = files[place.path]
            file.seek(place.offset)
            yield file.readline()


def write_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file atomically.

    Args:
        path: The file; if it is a symbolic link, its target is replaced.
        lines: The content.

    Raises:
        OSError: It cannot be written; an existing file stays unchanged.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  # it is open already
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_usual_mode())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _usual_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_directory(path: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
