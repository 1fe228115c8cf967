"""Splits a text into lines at line feeds, or at carriage returns if it has no line feeds."""

from __future__ import annotations

from itertools import accumulate, count
from operator import add

__all__ = ["line_starts", "split_lines"]


def line_starts(text: str) -> list[int]:
    """Find where each line begins.

    Args:
        text: The text.

    Returns:
        The offset of each line's first code point.
    """
    *lines, _ = text.split(_line_end(text))
    # Not line by line, because a long text has very many.
    return [0, *map(add, accumulate(map(len, lines)), count(1))]


def split_lines(text: str) -> tuple[str, ...]:
    """Split a text into lines, without line ends.

    Args:
        text: The text.

    Returns:
        The lines; the last one is empty if the text ends with a line end.
    """
    return tuple(line.removesuffix("\r") for line in text.split(_line_end(text)))


def _line_end(text: str) -> str:
    return "\n" if "\n" in text else "\r"
