"""Reads a regular file as a whole, and notices if it changes meanwhile."""

from __future__ import annotations

import os
import stat

from agentsflare_kimi.lint.files.scanning import READ_FLAGS

__all__ = ["NotWrittenError", "read_regular_file", "state_of"]


class NotWrittenError(Exception):
    """A file was left unchanged; the message says why."""


def read_regular_file(path: bytes) -> tuple[bytes, os.stat_result]:
    """Read a file that is about to be replaced.

    Args:
        path: The file; not a symbolic link.

    Returns:
        Its content, and its `stat` result, which was the same before and after reading.

    Raises:
        NotWrittenError: It is not a regular file, or changed while it was read.
        OSError: It cannot be read.
    """
    descriptor = os.open(path, READ_FLAGS)
    with open(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise NotWrittenError("not a regular file")
        content = file.read()
        if state_of(os.fstat(descriptor)) != state_of(before) or len(content) != before.st_size:
            raise NotWrittenError("changed while it was read; run again")
    return content, before


def state_of(state: os.stat_result) -> tuple[int, int, int, int]:
    """Return what changes with a file: its place, its size, and when it was written."""
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
