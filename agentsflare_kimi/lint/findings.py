"""The linter's results: findings, fixes and edits."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple

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
    """Edits that are applied together or not at all.

    Attributes:
        edits: The edits, in order and without overlaps.
        is_safe: Whether the program keeps its behaviour.
        reason: Why the fix is unsafe; empty for a safe fix.
        description: What it changes besides the name; empty if nothing.
    """

    edits: tuple[Edit, ...]
    is_safe: bool
    reason: str = ""
    description: str = ""


def doubted(fix: Fix, reasons: Sequence[str]) -> Fix:
    """Make a fix unsafe for additional *reasons*; unchanged if there are none."""
    if not reasons:
        return fix
    return fix._replace(is_safe=False, reason="; ".join(filter(None, [*reasons, fix.reason])))


class Finding(NamedTuple):
    """One violation of a rule; lines and columns are 1-based, columns in code points."""

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
    """A text after its fixes, with the fixed and the remaining findings."""

    text: str
    fixed: tuple[Finding, ...] = ()
    remaining: tuple[Finding, ...] = ()


class LintReport(NamedTuple):
    """The findings, the number of files read, and the files not read, with reasons."""

    findings: tuple[Finding, ...] = ()
    files_checked: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
