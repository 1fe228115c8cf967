"""Applies suppression comments to findings, and reports those that are wrong or unused.

The syntax is the same in the comments of every language:

    agentsflare: ignore[AFK001, AFK101]                 this line
    agentsflare: ignore-next-line[AFK001]               the next line
    agentsflare: ignore-file[AFK001]                    the whole file
    agentsflare: ignore[AFK001] until=2026-12-31        this line, up to and including that day

Without codes, a marker covers every rule. The next line is the line after the comment's end;
before a fenced block in Markdown, it is the whole block. Only the language's comments count:
not strings, prose or code spans.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.findings import Finding
from agentsflare_kimi.lint.languages import language_of
from agentsflare_kimi.lint.line_starts import line_starts
from agentsflare_kimi.lint.requests.mentions import is_inside
from agentsflare_kimi.lint.rules import CODES
from agentsflare_kimi.lint.rules.ended_suppression import RULE as ENDED
from agentsflare_kimi.lint.rules.malformed_suppression import RULE as MALFORMED
from agentsflare_kimi.lint.rules.unused_suppression import RULE as UNUSED
from agentsflare_kimi.lint.rules.wording import clipped, in_one_line
from agentsflare_kimi.lint.sources import read
from agentsflare_kimi.lint.sources.markdown import MarkdownDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.rules.base import Rule
    from agentsflare_kimi.lint.sources.documents import Document

__all__ = ["apply_suppressions"]

# `ignore`, and likely mistakes for it: its letters in another order, or another linter's word
# before a list of rules. Ordinary prose is not matched.
_MARKER = re.compile(
    r"\bagentsflare:[ \t]*(?P<kind>ignore[\w-]*"
    r"|(?:i[gnored]{4,6}|(?:disable|no-?qa|no-?lint|suppress|skip|allow)[\w-]*)(?![\w-])"
    r"(?=[ \t]*(?:[=:(]?[ \t]*AFK\d|\[|\r|\n|\Z)))"
    r"(?P<codes>[ \t]*\[[^\]\r\n]*\])?"
    r"(?P<until>[ \t]+until[ \t]*=[ \t]*[^\s*<#}-][^\s*<#}]*)?"
)
_LINE_END = re.compile(r"\r\n|\n|\r")
# Text that was meant as part of the marker, but is misplaced.
_UNCLOSED = re.compile(r"[ \t]*\[")
_STRAY_DAY = re.compile(r"[^\r\n]{0,200}?\buntil\b[^\w\r\n]*\d{4}", re.IGNORECASE)
_UNKNOWN_WORD = re.compile(r"[ \t]*[,;]?[ \t]*(?P<word>[A-Za-z][\w-]*)[ \t]*=(?!=)")
_BARE_CODE = re.compile(r"[ \t]*[:=(]?[ \t]*(?P<code>AFK\d{0,3})\b", re.IGNORECASE)
_CODE = re.compile(r"AFK\d{1,3}")
_DEEPEST = 3
_KINDS = ("ignore", "ignore-next-line", "ignore-file")


class _Marker(NamedTuple):
    start: int
    end: int
    line: int
    column: int
    covered: range
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
    """Remove the findings that markers in the text suppress; report markers that are wrong.

    Args:
        text: The text that was linted.
        filename: Its name.
        findings: The findings in it.
        config: The rules to apply, and the day to judge by.

    Returns:
        The remaining findings, and one for each marker that is unused, expired or malformed.
    """
    lines = _Lines(text)
    document = read(text, language_of(filename, text))
    markers = [_read_marker(place, lines) for place in _find_places(document)]
    markers.sort(key=lambda marker: marker.start)
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
    return kept + [
        finding
        for finding in wrong
        if config.is_selected(finding.code) and not _is_silenced(finding, at.get(0, ()))
    ]


def _is_silenced(complaint: Finding, for_file: Sequence[_Marker]) -> bool:
    """Tell whether a marker for the whole file suppresses a finding about another marker."""
    place = (complaint.line, complaint.column)
    return any(m.names(complaint.code) and (m.line, m.column) != place for m in for_file)


def _by_line(markers: Iterable[_Marker]) -> Mapping[int, list[_Marker]]:
    """Group markers by the line that they apply to; 0 means the whole file."""
    at: dict[int, list[_Marker]] = {}
    for marker in markers:
        for line in marker.covered:
            at.setdefault(line, []).append(marker)
    return at


def _silencing(finding: Finding, at: Mapping[int, list[_Marker]]) -> list[_Marker]:
    lines = (0, *range(finding.line, finding.end_line + 1))
    return [marker for n in lines for marker in at.get(n, ()) if marker.names(finding.code)]


def _is_judged(marker: _Marker, config: LintConfig) -> bool:
    """Tell whether all rules that a marker names were applied, so that it may count as unused."""
    if marker.codes:
        return all(config.is_selected(code) for code in marker.codes)
    return not config.select and not config.ignore


def _complaints(marker: _Marker, today: date, *, is_used: bool) -> Iterator[tuple[Rule, str]]:
    if marker.error:
        yield MALFORMED, marker.error
    elif marker.has_ended(today):
        yield ENDED, f"this suppression ended on {marker.until}; fix what it hid, or remove it"
    elif not is_used:
        what = ", ".join(marker.codes) or "any rule"
        yield UNUSED, in_one_line("nothing here to silence for this suppression", f" of {what}")


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
    """The line starts of a text."""

    def __init__(self, text: str) -> None:
        self._starts = line_starts(text)

    def place(self, position: int) -> tuple[int, int]:
        """Return the line and column, both 1-based."""
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1


class _Place(NamedTuple):
    """A marker in a comment, and the lines that follow the comment."""

    found: re.Match[str]
    start: int
    end: int
    following: tuple[int, int]


def _find_places(document: Document, depth: int = 0) -> Iterator[_Place]:
    embedded = document.embedded()
    for found in _MARKER.finditer(document.text):
        if not is_inside(found.start(), embedded):
            end = document.comment_end(found.start())
            if end is not None:
                yield _Place(found, found.start(), found.end(), _following(document, end))
    for text in embedded if depth < _DEEPEST else ():
        if "agentsflare:" in text.text:
            for place in _find_places(read(text.text, text.language), depth + 1):
                yield _moved(place, text.offsets)


def _following(document: Document, end: int) -> tuple[int, int]:
    """Return the lines after a comment's last line: the next line, or a whole fenced block."""
    block = document.block_after(end) if isinstance(document, MarkdownDocument) else None
    if block:
        return block
    line_end = _LINE_END.search(document.text, end)
    after = line_end.end() if line_end else len(document.text)
    return after, after


def _moved(place: _Place, offsets: Sequence[int]) -> _Place:
    first, last = place.following
    return place._replace(
        start=offsets[place.start],
        end=offsets[place.end],
        following=(offsets[first], offsets[last]),
    )


def _read_marker(place: _Place, lines: _Lines) -> _Marker:
    found = place.found
    line, column = lines.place(place.start)
    kind = found["kind"].lower()
    inside = (found["codes"] or "").strip(" \t[]")
    written = tuple(code.strip() for code in inside.split(",") if code.strip())
    until, error = _read_day(found["until"])
    error = _mistake(found, kind, written) or error
    first, last = (lines.place(offset)[0] for offset in place.following)
    covered = {"ignore-file": range(1), "ignore-next-line": range(first, last + 1)}
    return _Marker(
        start=place.start,
        end=place.end,
        line=line,
        column=column,
        covered=covered.get(kind, range(line, line + 1)),
        kind=kind,
        codes=tuple(code.upper() for code in written),
        until=until,
        error=error,
    )


def _mistake(found: re.Match[str], kind: str, written: Sequence[str]) -> str:  # noqa: PLR0911  # one case after the other
    """Say what is wrong with a marker, apart from its date; empty if nothing is."""
    text, end = found.string, found.end()
    unknown = [code for code in written if not _is_known(code.upper())]
    stray = None if found["until"] else _UNKNOWN_WORD.match(text, end)
    if kind not in _KINDS:
        return in_one_line(f"unknown suppression {kind!r}", f"; there are: {', '.join(_KINDS)}")
    if unknown:
        return in_one_line(
            f"unknown rule {clipped(unknown[0])!r} in this suppression",
            "; `lint --explain ALL` shows the rules",
        )
    if found["codes"] and not written:
        return "this suppression names no rule; name one, or leave the brackets out"
    if not found["codes"] and _UNCLOSED.match(text, end):
        return "the bracket of this suppression is not closed"
    if not found["codes"] and (code := _BARE_CODE.match(text, end)):
        return f"put the rules of this suppression in brackets: {kind}[{code['code'].upper()}]"
    if stray and stray["word"].lower() != "until":
        word = clipped(stray["word"])
        return f"unknown word {word!r} in this suppression; there is: until=2026-12-31"
    if not found["until"] and _STRAY_DAY.match(text, end):
        return "until is read right after the rules only: ignore[AFK001] until=2026-12-31"
    return ""


def _is_known(code: str) -> bool:
    """Tell whether a code is a rule's, or a prefix of one."""
    return bool(_CODE.fullmatch(code)) and any(known.startswith(code) for known in CODES)


def _read_day(until: str | None) -> tuple[date | None, str]:
    if until is None:
        return None, ""
    day = until.partition("=")[2].strip()
    try:
        return date.fromisoformat(day), ""
    except ValueError:
        return None, f"{clipped(day)!r} is not a date; until takes one, such as 2026-12-31"
