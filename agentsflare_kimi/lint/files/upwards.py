"""Lists the directories above one, without recursion: a path may be deeper than Python's stack."""

from __future__ import annotations

import os

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import AnyStr

__all__ = ["upwards"]


def upwards(directory: AnyStr) -> Iterator[AnyStr]:
    """Go from a directory up to the root.

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
