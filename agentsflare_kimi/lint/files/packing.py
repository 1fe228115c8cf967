"""Converts findings to and from plain tuples, which `marshal` can send between processes."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any
from agentsflare_kimi.lint.findings import Edit, Finding, Fix

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["pack", "unpack"]

_FIELDS = tuple(name for name in Finding._fields if name != "fix")


def pack(findings: Iterable[Finding]) -> list[tuple[Any, ...]]:
    """Convert findings to plain tuples.

    Args:
        findings: The findings.

    Returns:
        One tuple per finding.
    """
    return [
        (_pack_fix(finding.fix), *(getattr(finding, name) for name in _FIELDS))
        for finding in findings
    ]


def unpack(packed: Iterable[tuple[Any, ...]]) -> list[Finding]:
    """Convert tuples from `pack` back to findings.

    Args:
        packed: The tuples.

    Returns:
        The findings.
    """
    return [
        Finding(fix=_unpack_fix(fix), **dict(zip(_FIELDS, values, strict=True)))
        for fix, *values in packed
    ]


def _pack_fix(fix: Fix | None) -> tuple[Any, ...] | None:
    if fix is None:
        return None
    edits = [(edit.start, edit.end, edit.replacement) for edit in fix.edits]
    return fix.is_safe, fix.reason, fix.description, edits


def _unpack_fix(packed: tuple[Any, ...] | None) -> Fix | None:
    if packed is None:
        return None
    is_safe, reason, description, edits = packed
    return Fix(
        edits=tuple(Edit(start=start, end=end, replacement=text) for start, end, text in edits),
        is_safe=is_safe,
        reason=reason,
        description=description,
    )
