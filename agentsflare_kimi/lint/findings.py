"""What the linter finds: a place, a rule, and perhaps the edits that mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Edit", "Finding", "Fix", "FixResult", "LintReport", "Severity", "doubted"]

Severity = Literal["error", "warning", "info"]


class Edit(NamedTuple):
    """Replace the code points `start` to `end` (0-based, end exclusive) of a text."""

    start: int
    end: int
    replacement: str


class Fix(NamedTuple):
    """Edits that belong together: all of them are applied, or none.

    Attributes:
        edits: In order, not overlapping.
        is_safe: Whether the program behaves as before.
        reason: Why the fix is unsafe; empty where it is safe.
        description: What it does beside the rename; empty where that is all.
    """

    edits: tuple[Edit, ...]
    is_safe: bool
    reason: str = ""
    description: str = ""


def doubted(fix: Fix, reasons: Sequence[str]) -> Fix:
    """Make a fix unsafe for further reasons; without any it stays what it is."""
    if not reasons:
        return fix
    return fix._replace(is_safe=False, reason="; ".join(filter(None, [*reasons, fix.reason])))


class Finding(NamedTuple):
    """One place that a rule speaks of; lines and columns are 1-based, columns in code points."""

    code: str
    message: str
    filename: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    fix: Fix | None = None
    model: str | None = None
    replacement: str | None = None
    url: str | None = None


class FixResult(NamedTuple):
    """A text after its fixes: what was mended, and what is left."""

    text: str
    fixed: tuple[Finding, ...] = ()
    remaining: tuple[Finding, ...] = ()


class LintReport(NamedTuple):
    """What was found in a tree, how many files were read, and which were not, and why."""

    findings: tuple[Finding, ...] = ()
    files_checked: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
