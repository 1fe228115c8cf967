"""Text for people: with excerpts, one line each, grouped by file, or in pylint's format."""

from __future__ import annotations

from itertools import groupby, pairwise

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.masking import hide
from agentsflare_kimi.lint.reporters import separated
from agentsflare_kimi.lint.reporters.places import harmless, keys_in, line_of, one_line, start_of
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from agentsflare_kimi.lint.findings import Finding, Fix
    from agentsflare_kimi.lint.reporters import Reported

__all__ = ["concise", "full", "grouped", "pylint"]

_RESET: Final = "\x1b[0m"
_COLOURS: Final = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}
_FAINT: Final = "\x1b[1;34m"
_BOLD: Final = "\x1b[1m"
_WIDEST: Final = 160
_LEAD: Final = 60


def full(reported: Reported) -> Iterator[str]:
    """Show each finding with its line and its fix."""
    return separated("\n\n", (_with_excerpt(finding, reported) for finding in reported.findings))


def concise(reported: Reported) -> Iterator[str]:
    """Show each finding on one line."""
    lines = (
        f"{_paint(one_line(f.filename), _BOLD, reported)}:{_short(f, reported, ': ')}"
        for f in reported.findings
    )
    return separated("\n", lines)


def grouped(reported: Reported) -> Iterator[str]:
    """Show findings below the name of their file."""
    before = ""
    for name, findings in groupby(reported.findings, key=lambda finding: finding.filename):
        yield f"{before}{one_line(name)}:"
        yield from (f"\n  {_short(finding, reported, ' ')}" for finding in findings)
        before = "\n\n"


def pylint(reported: Reported) -> Iterator[str]:
    """Show each finding on one line, in pylint's format."""
    lines = (
        f"{one_line(f.filename)}:{f.line}: [{f.code}] {one_line(f.message)}"
        for f in reported.findings
    )
    return separated("\n", lines)


def _short(finding: Finding, reported: Reported, separator: str) -> str:
    place = f"{finding.line}:{finding.column}{separator}"
    return f"{place}{_code(finding, reported)} {one_line(finding.message)}"


def _code(finding: Finding, reported: Reported) -> str:
    mark = " [*]" if finding.fix and (finding.fix.is_safe or reported.unsafe) else ""
    return _paint(finding.code, _COLOURS[finding.severity], reported) + mark


def _paint(text: str, colour: str, reported: Reported) -> str:
    return f"{colour}{text}{_RESET}" if reported.is_coloured else text


def _with_excerpt(finding: Finding, reported: Reported) -> str:
    margin = " " * len(str(finding.line))
    arrow = _paint("-->", _FAINT, reported)
    place = f"{one_line(finding.filename)}:{finding.line}:{finding.column}"
    parts = [
        f"{_code(finding, reported)} {one_line(finding.message)}",
        f"{margin}{arrow} {place}",
        *_excerpt(finding, margin, reported),
    ]
    if finding.fix:
        parts.append(f"{_paint('help:', _FAINT, reported)} {_advice(finding.fix)}")
    return "\n".join(parts)


def _advice(fix: Fix) -> str:
    what = f" ({one_line(fix.description)})" if fix.description else ""
    if fix.is_safe:
        return f"fixed by `--fix`{what}"
    reason = f": {one_line(fix.reason)}" if fix.reason else ""
    return f"fixed by `--fix --unsafe-fixes`{what}, which needs a look{reason}"


def _excerpt(finding: Finding, margin: str, reported: Reported) -> list[str]:
    text = reported.source_of(finding.filename)
    line = line_of(text, finding.line)
    if text is None or not line:
        return []
    end = finding.end_column if finding.end_line == finding.line else len(line) + 1
    first, last = _clip(len(line), finding.column - 1)
    marks = (first, *(max(first, min(at - 1, last)) for at in (finding.column, end)), last)
    head, marked, tail = _parts(text, [start_of(text, finding.line) + at for at in marks])
    head, tail = "..." * bool(first) + head, tail + "..." * (last < len(line))
    bar = _paint("|", _FAINT, reported)
    carets = _paint("^" * max(_width(marked), 1), _COLOURS[finding.severity], reported)
    return [
        f"{margin} {bar}",
        f"{_paint(str(finding.line), _FAINT, reported)} {bar} {harmless(head + marked + tail)}",
        f"{margin} {bar} {' ' * _width(head)}{carets}",
        f"{margin} {bar}",
    ]


def _clip(length: int, marked: int) -> tuple[int, int]:
    """Choose the part of a long line to show, around the mark."""
    if length <= _WIDEST:
        return 0, length
    first = max(0, marked - _LEAD)
    return first, min(first + _WIDEST, length)


def _parts(text: str, places: list[int]) -> Iterator[str]:
    """Yield the parts between places, with keys masked; the whole text is used to find them."""
    spans = keys_in(text)
    return (_show(hide(text, start, end, spans)) for start, end in pairwise(places))


def _show(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415  # rarely needed

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
