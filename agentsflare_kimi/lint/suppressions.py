"""Markers in comments that silence findings, and what to say of those that do not.

One form in the comments of every language:

    agentsflare: ignore[AFK001, AFK101]                 this line
    agentsflare: ignore-next-line[AFK001]               the next line
    agentsflare: ignore-file[AFK001]                    the whole file
    agentsflare: ignore[AFK001] until=2026-12-31        this line, up to and including that day

Without codes a marker stands for every rule.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from agentsflare_kimi.lint.findings import Finding
from agentsflare_kimi.lint.lines import line_starts
from agentsflare_kimi.lint.rules.ended_suppression import RULE as ENDED
from agentsflare_kimi.lint.rules.malformed_suppression import RULE as MALFORMED
from agentsflare_kimi.lint.rules.unused_suppression import RULE as UNUSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["apply_suppressions"]

_MARKER = re.compile(
    r"\bagentsflare:[ \t]*(?P<kind>ignore[\w-]*)"
    r"(?P<codes>[ \t]*\[[^\]\r\n]*\])?"
    r"(?P<until>[ \t]+until[ \t]*=[ \t]*[^\s*<#}-][^\s*<#}]*)?"
)
# What opens a comment in some language must stand before a marker on its line; so far back.
_OPENER = re.compile(r"\#|//|/\*|<!--|--|;|%|\bREM\b|^[ \t]*\*", re.IGNORECASE)
_OPENER_REACH = 1000
_CODE = re.compile(r"AFK\d{1,3}")
_KINDS = ("ignore", "ignore-next-line", "ignore-file")


class _Marker(NamedTuple):
    start: int
    end: int
    line: int
    kind: str
    codes: tuple[str, ...]
    until: date | None
    error: str

    def names(self, code: str) -> bool:
        return not self.codes or code.startswith(self.codes)

    def has_ended(self, today: date) -> bool:
        return self.until is not None and self.until < today


def apply_suppressions(
    text: str, filename: str, findings: Sequence[Finding], config: LintConfig
) -> list[Finding]:
    """Take out the findings that markers in the text silence; report markers that are wrong.

    Args:
        text: The text that was linted.
        filename: Its name.
        findings: What was found in it.
        config: Which rules apply, and what day it is.

    Returns:
        The findings that are left, and one for each marker that silences nothing, has ended,
        or cannot be read.
    """
    lines = _Lines(text)
    markers = list(_find_markers(text, lines))
    today = config.today or date.today()  # noqa: DTZ011  # the user's own day
    at = _by_line(m for m in markers if not m.error and not m.has_ended(today))
    silencing = {id(f): _silencing(f, at) for f in findings}
    used = {marker.start for several in silencing.values() for marker in several}
    wrong = [
        _report(marker, rule, message, filename, lines)
        for marker in markers
        for rule, message in _complaints(marker, today, is_used=marker.start in used)
        if rule is not UNUSED or _is_judged(marker, config)
    ]
    kept = [finding for finding in findings if not silencing[id(finding)]]
    return kept + [finding for finding in wrong if config.is_selected(finding.code)]


def _by_line(markers: Iterable[_Marker]) -> Mapping[int, list[_Marker]]:
    """Markers by the line that they speak of; 0 stands for the whole file."""
    at: dict[int, list[_Marker]] = {}
    for marker in markers:
        line = marker.line + (marker.kind == "ignore-next-line")
        at.setdefault(0 if marker.kind == "ignore-file" else line, []).append(marker)
    return at


def _silencing(finding: Finding, at: Mapping[int, list[_Marker]]) -> list[_Marker]:
    lines = (0, *range(finding.line, finding.end_line + 1))
    return [marker for n in lines for marker in at.get(n, ()) if marker.names(finding.code)]


def _is_judged(marker: _Marker, config: LintConfig) -> bool:
    """Whether all rules that the marker speaks of were applied, so that it could be of use."""
    if marker.codes:
        return all(config.is_selected(code) for code in marker.codes)
    return not config.select and not config.ignore


def _complaints(marker: _Marker, today: date, *, is_used: bool) -> Iterator[tuple[Rule, str]]:
    if marker.error:
        yield MALFORMED, marker.error
    elif marker.has_ended(today):
        yield ENDED, f"this suppression ended on {marker.until}; mend what it hid, or remove it"
    elif not is_used:
        what = ", ".join(marker.codes) or "any rule"
        yield UNUSED, f"nothing here for this suppression of {what} to silence; remove it"


def _report(marker: _Marker, rule: Rule, message: str, filename: str, lines: _Lines) -> Finding:
    line, column = lines.place(marker.start)
    end_line, end_column = lines.place(marker.end)
    return Finding(
        code=rule.code,
        message=message,
        filename=filename,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        severity=rule.severity,
        url=rule.url,
    )


class _Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self._starts = line_starts(text)

    def place(self, position: int) -> tuple[int, int]:
        """Line and column, both from 1 on."""
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1


def _find_markers(text: str, lines: _Lines) -> Iterator[_Marker]:
    for found in _MARKER.finditer(text):
        start = found.start()
        line, column = lines.place(start)
        if _OPENER.search(text[max(start - column + 1, start - _OPENER_REACH) : start]):
            yield _read_marker(found, line)


def _read_marker(found: re.Match[str], line: int) -> _Marker:
    kind = found["kind"].lower()
    inside = (found["codes"] or "").strip(" \t[]")
    codes = tuple(code.strip() for code in inside.split(",") if code.strip())
    until, error = _read_day(found["until"])
    unknown = [code for code in codes if not _CODE.fullmatch(code)]
    if kind not in _KINDS:
        error = f"unknown suppression {kind!r}; there are: {', '.join(_KINDS)}"
    elif unknown:
        error = f"unknown rule {unknown[0]!r} in this suppression; rules look like AFK001"
    elif found["codes"] and not codes:
        error = "this suppression names no rule; name one, or leave the brackets out"
    return _Marker(
        start=found.start(),
        end=found.end(),
        line=line,
        kind=kind,
        codes=codes,
        until=until,
        error=error,
    )


def _read_day(until: str | None) -> tuple[date | None, str]:
    if until is None:
        return None, ""
    day = until.partition("=")[2].strip()
    try:
        return date.fromisoformat(day), ""
    except ValueError:
        return None, f"{day!r} is no day; until takes one such as 2026-12-31"
