"""Tables with aligned columns for people; programs use `--json`."""

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
    """Return the width of stdout; None if it is not a terminal, so lines may have any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def fold(text: str, width: int, *, first: str = "", then: str = "") -> str:
    """Wrap a paragraph to *width*, without breaking words such as URLs.

    Args:
        text: The paragraph.
        width: The most characters in a line.
        first: The prefix of the first line.
        then: The prefix of the other lines.

    Returns:
        The lines, joined, without a final line end.
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
    """Align *rows* under *header*, and wrap cells that are too wide.

    Args:
        header: The headings.
        rows: The rows, each with as many cells; None is shown as a dash.
        widest: The most characters in a cell's line; None for no limit. Longer words, such
            as URLs, are not broken.

    Returns:
        The lines, joined, without a final line end.
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
