"""Rows under headings, aligned, for people; programs use `--json`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final

from agentsflare_kimi.printable import printable

__all__ = ["render_table"]

_WIDEST: Final = 64


def render_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Align *rows* under *header*; a cell that is too wide goes on in the line below.

    Args:
        header: The headings.
        rows: As many cells each; None shows as a dash.

    Returns:
        The lines, without a line end after the last.
    """
    cells = [[_lines(cell) for cell in row] for row in (header, *rows)]
    widths = [
        max(len(line) for lines in column for line in lines) for column in zip(*cells, strict=True)
    ]
    rule = [["-" * width] for width in widths]
    return "\n".join(
        line for row in (cells[0], rule, *cells[1:]) for line in _render_row(row, widths)
    )


def _lines(cell: object) -> list[str]:
    text = "-" if cell is None else printable(str(cell))
    return wrap(text, _WIDEST, break_on_hyphens=False) or [""]


def _render_row(row: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterable[str]:
    for index in range(max(map(len, row))):
        cells = [lines[index] if index < len(lines) else "" for lines in row]
        yield "  ".join(map(str.ljust, cells, widths)).rstrip()
