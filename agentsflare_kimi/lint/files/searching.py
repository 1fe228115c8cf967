"""Searches a buffer with the C library's `memmem`, three to five times as fast as `find`.

Worth importing from a few thousand files on. Source: facts/lint.md section 3.
"""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False  # `typing` is slow to load
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["finder"]


def finder(buffer: bytearray) -> Callable[[bytes, int, int], int]:
    """Return the fastest search that the system offers.

    Args:
        buffer: What to search; its size must not change while the search is in use.

    Returns:
        A function of needle, start and end, like `bytearray.find`.
    """
    try:
        memmem = ctypes.CDLL(None).memmem
    except (OSError, AttributeError, TypeError):
        # Windows has no `memmem`.
        return buffer.find
    memmem.restype = ctypes.c_void_p
    memmem.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    whole = (ctypes.c_char * len(buffer)).from_buffer(buffer)
    base = ctypes.addressof(whole)

    def find(needle: bytes, start: int, end: int, _alive: object = whole) -> int:
        found = memmem(base + start, max(end - start, 0), needle, len(needle))
        return -1 if found is None else found - base

    return find
