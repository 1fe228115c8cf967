"""Shows the changes of fixes as a diff."""

from __future__ import annotations

from agentsflare_kimi.lint.masking import mask_keys
from agentsflare_kimi.lint.reporters.places import harmless, one_line
from agentsflare_kimi.printable import printable

__all__ = ["show_diff"]

_COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m"}
_RESET = "\x1b[0m"
_NO_END = "\n"


def show_diff(filename: str, before: str, after: str, *, is_coloured: bool = False) -> list[str]:
    """Format a change as a unified diff, safe to print and without keys.

    Args:
        filename: The file.
        before: Its text.
        after: Its text after the fixes.
        is_coloured: Whether to use terminal colours.

    Returns:
        The diff's lines, without line ends.
    """
    from difflib import unified_diff  # noqa: PLC0415  # slow to load

    name = one_line(filename)
    # Mask keys in the whole text, since a key may begin on an earlier line.
    old, new = (mask_keys(text).split("\n") for text in (before, after))
    lines = unified_diff(_ended(old), _ended(new), name, name, lineterm="")
    shown = [part for line in lines for part in _shown(line)]
    if not is_coloured:
        return shown
    return [
        f"{_COLOURS[line[0]]}{line}{_RESET}" if line[:1] in _COLOURS else line for line in shown
    ]


def _ended(lines: list[str]) -> list[str]:
    """Mark a last line without a line end, as `diff` does."""
    *whole, last = lines
    return [*whole, last + _NO_END] if last else whole


def _shown(line: str) -> list[str]:
    # A patch must also match the carriage return of a line end.
    body = line.removesuffix(_NO_END)
    text = harmless(printable(body.removesuffix("\r")))
    text += "\r" if body.endswith("\r") else ""
    return [text] if body == line else [text, "\\ No newline at end of file"]
