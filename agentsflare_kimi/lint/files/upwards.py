"""The directories above one, by a loop: a path may have more steps than Python has stack."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import AnyStr

__all__ = ["upwards"]


def upwards(directory: AnyStr) -> Iterator[AnyStr]:
    """Go from a directory to the top.

    Args:
        directory: An absolute path.

    Yields:
        The directory, the one that it lies in, and so on.
    """
    parent = os.path.dirname(directory)
    yield directory
    while parent != directory:
        directory, parent = parent, os.path.dirname(parent)
        yield directory
