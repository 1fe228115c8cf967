"""Rows under headings, aligned, for people; programs use `--json`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from textwrap import fill, wrap
from typing import Final

from agentsflare_kimi.printable import printable

__all__ = ["fold", "render_table", "terminal_width"]

_WIDEST: Final = 64
_GAP: Final = "  "


def terminal_width() -> int | None:
    """Tell how wide stdout is; None where it is no terminal, and lines may have any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def fold(text: str, width: int, *, first: str = "", then: str = "") -> str:
    """Break a paragraph into lines of at most *width*; a word, such as a URL, stays whole.

    Args:
        text: The paragraph.
        width: How many characters a line may have.
        first: What the first line begins with.
        then: What the others begin with.

    Returns:
        The lines, without a line end after the last.
    """
    return fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def render_table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, widest: int | None = _WIDEST
) -> str:
    """Align *rows* under *header*; a cell that is too wide goes on in the line below.

    Args:
        header: The headings.
        rows: As many cells each; None shows as a dash.
        widest: How many characters a cell may have in a line; None for any number. A word that
            is longer, such as a URL, stays whole.

    Returns:
        The lines, without a line end after the last.
    """
    cells = [[_lines(cell, widest) for cell in row] for row in (header, *rows)]
    widths = [
        max(len(line) for lines in column for line in lines) for column in zip(*cells, strict=True)
    ]
    rule = [["-" * width] for width in widths]
    return "\n".join(
        line for row in (cells[0], rule, *cells[1:]) for line in _render_row(row, widths)
    )


def _lines(cell: object, widest: int | None) -> list[str]:
    text = "-" if cell is None else printable(str(cell))
    if widest is None:
        return [" ".join(text.split())]
    return wrap(text, widest, break_on_hyphens=False, break_long_words=False) or [""]


def _render_row(row: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterable[str]:
    for index in range(max(map(len, row))):
        cells = [lines[index] if index < len(lines) else "" for lines in row]
        yield _GAP.join(map(str.ljust, cells, widths)).rstrip()
