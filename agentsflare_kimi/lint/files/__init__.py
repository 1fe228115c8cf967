"""Finding, reading and writing files."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import AnyStr

__all__ = ["upwards"]


def upwards(directory: AnyStr) -> Iterator[AnyStr]:
    """Go from a directory up to the root, without recursion: a path may be deeper than the stack.

    Args:
        directory: An absolute path.

    Yields:
        The directory, its parent, and so on.
    """
    parent = os.path.dirname(directory)
    yield directory
    while parent != directory:
        directory, parent = parent, os.path.dirname(parent)
        yield directory
