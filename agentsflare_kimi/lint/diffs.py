"""Shows what a fix changes."""

from __future__ import annotations

from agentsflare_kimi.lint.lines import split_lines
from agentsflare_kimi.lint.masking import mask_keys
from agentsflare_kimi.lint.reporters.places import one_line
from agentsflare_kimi.lint.reporters.text import harmless
from agentsflare_kimi.printable import printable

__all__ = ["show_diff"]

_COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m"}
_RESET = "\x1b[0m"


def show_diff(filename: str, before: str, after: str, *, is_coloured: bool = False) -> list[str]:
    """Show a change as a unified diff, safe to print and without keys.

    Args:
        filename: The file.
        before: Its text.
        after: Its text after the fixes.
        is_coloured: Whether to use terminal colours.

    Returns:
        The diff's lines without their ends.
    """
    name = one_line(filename)
    from difflib import unified_diff  # noqa: PLC0415  # slow to load

    # Keys are masked in the whole, for a line does not tell whether its start was one.
    lines = unified_diff(
        split_lines(mask_keys(before)), split_lines(mask_keys(after)), name, name, lineterm=""
    )
    shown = [harmless(printable(line)) for line in lines]
    if not is_coloured:
        return shown
    return [
        f"{_COLOURS[line[0]]}{line}{_RESET}" if line[:1] in _COLOURS else line for line in shown
    ]
