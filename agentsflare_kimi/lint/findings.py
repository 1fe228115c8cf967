"""What the linter finds: a place, a rule, and perhaps the edits that mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Edit", "Finding", "Fix", "FixResult", "LintReport", "Severity"]

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace the code points `start` to `end` (0-based, end exclusive) of a text."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FixResult:
    """A text after its fixes: what was mended, and what is left."""

    text: str
    fixed: tuple[Finding, ...] = ()
    remaining: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """What was found in a tree, how many files were read, and which were not, and why."""

    findings: tuple[Finding, ...] = ()
    files_checked: int = 0
    skipped: tuple[tuple[str, str], ...] = field(default=())
