"""What is wrong with one line of the input."""

from __future__ import annotations

__all__ = ["LineError"]


class LineError(Exception):
    """One line cannot be asked; whoever reads the file knows which."""
