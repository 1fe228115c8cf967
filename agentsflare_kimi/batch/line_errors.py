"""What is wrong with one line of the input."""

from __future__ import annotations

__all__ = ["LineError"]


class LineError(Exception):
    """One line is not a valid row; the reader of the file knows its number."""
