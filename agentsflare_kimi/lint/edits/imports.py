"""Adds an import to a Python program."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.findings import Edit
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.sources.regions import Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["import_edit"]

_IMPORT: Final = re.compile(r"^(?:import|from)[ \t]+(?!__future__\b)", re.MULTILINE)
_FUTURE: Final = re.compile(r"^from[ \t]+__future__[^\r\n]*(?:\r\n|\n|\r)?", re.MULTILINE)
_HEAD: Final = re.compile(r"(?:#[^\r\n]*(?:\r\n|\n|\r)|[ \t]*(?:\r\n|\n|\r))*")


# Many findings in a file may need the same import.
@kept_with_first
def import_edit(source: Source, statement: str, present: str) -> tuple[Edit, ...]:
    """Add an import before the first one, unless it is already there.

    Args:
        source: A Python program.
        statement: The import.
        present: Pattern of a line that makes it unnecessary.

    Returns:
        One edit or none.
    """
    if re.search(present, source.masked, re.MULTILINE):
        return ()
    first = _IMPORT.search(source.masked)
    start = first.start() if first else _after_head(source)
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    return (Edit(start=start, end=start, replacement=f"{statement}{line_end}"),)


def _after_head(source: Source) -> int:
    """Return where the code begins: after comments, the docstring, and `__future__` imports."""
    head = _HEAD.match(source.text)
    start = head.end() if head else 0
    region = source.region_from(start)
    if region and region.kind == "string":
        line_end = source.text.find("\n", region.end)
        start = line_end + 1 if line_end >= 0 else len(source.text)
    for future in _FUTURE.finditer(source.masked):
        start = max(start, future.end())
    return start
