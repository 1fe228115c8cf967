"""Runs all rules over one text; reading files, selecting rules and suppressions come elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.files.origins import is_left_out, why_not_edited
from agentsflare_kimi.lint.findings import Edit, Finding, Fix
from agentsflare_kimi.lint.languages import language_of
from agentsflare_kimi.lint.line_starts import line_starts
from agentsflare_kimi.lint.rules import rules_for
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule
from agentsflare_kimi.lint.rules.doubts import with_doubts
from agentsflare_kimi.lint.sources import read
from agentsflare_kimi.lint.sources.documents import Embedded

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Judged", "find"]

_DEEPEST: Final = 3
_AT_GATEWAY: Final = frozenset({"AFK001", "AFK002", "AFK003", "AFK004", "AFK005"})
_AT_HOST: Final = "AFK006"
_SAMPLE: Final = "a sample in a text, which may be about this very name"
_EXPECTED: Final = "what is expected or came back, rather than what is sent"


class Judged(NamedTuple):
    """A finding, and whether it is in a comment or prose, where rules must be selected by name."""

    finding: Finding
    in_prose: bool


class _Found(NamedTuple):
    rule: Rule
    problem: Problem


def find(
    text: str,
    filename: str,
    *,
    today: date | None = None,
    migrate_to: str | None = None,
    is_tracked: bool = False,
) -> list[Judged]:
    """Find every violation of a rule in a text.

    Args:
        text: The text.
        filename: Tells the language, and whether it is a test or generated; it is not opened.
        today: The day to judge by; today by default.
        migrate_to: The model to move every older one to, if any.
        is_tracked: Whether git tracks the file.

    Returns:
        The findings in the order of the text, including those in comments and prose.
    """
    if is_left_out(filename, text):
        return []
    document = read(text, language_of(filename, text))
    day = today or date.today()  # noqa: DTZ011  # the user's own day
    reading = Reading(document, day, migrate_to=migrate_to, is_tracked=is_tracked)
    found = _told_once(list(_find(reading)))
    if not found:
        return []
    lines = line_starts(text)
    reason = why_not_edited(filename, text)
    problems = with_doubts([item.problem for item in found], document, lines)
    found = [
        _weighed(_Found(item.rule, problem), reason)
        for item, problem in zip(found, problems, strict=True)
    ]
    found.sort(key=lambda item: (item.problem.start, item.rule.code))
    return [_judged(item, filename, lines) for item in found]


def _find(reading: Reading, depth: int = 0) -> Iterator[_Found]:
    rules = rules_for(reading.document.text, is_moving=reading.migrate_to is not None)
    if not rules:
        return
    for rule in rules:
        for problem in rule.check(reading):
            yield _Found(rule, problem)
    for text in reading.embedded if depth < _DEEPEST else ():
        for found in _find(_inside(text, reading), depth + 1):
            yield found._replace(problem=_moved(found, text))


def _inside(text: Embedded, around: Reading) -> Reading:
    document = read(text.text, text.language)
    return Reading(document, around.today, around, around.migrate_to)


def _told_once(found: list[_Found]) -> list[_Found]:
    """Drop findings on a name at the gateway if its retirement at another host is reported."""
    ended = [item.problem for item in found if item.rule.code == _AT_HOST]
    return [
        item
        for item in found
        if not ended
        or item.rule.code not in _AT_GATEWAY
        or not any(end.start < item.problem.end and item.problem.start < end.end for end in ended)
    ]


def _moved(found: _Found, text: Embedded) -> Problem:
    """Map a problem in an embedded text to the outer text."""
    problem = found.problem
    severity = problem.severity or found.rule.severity
    fix = problem.fix and problem.fix._replace(
        edits=tuple(_moved_edit(edit, text) for edit in problem.fix.edits)
    )
    if text.is_expected and severity == "error":
        severity, fix = "warning", _unsafe(fix, _EXPECTED)
    if text.is_sample:
        fix = _unsafe(fix, _SAMPLE)
    fix = _unsafe(fix, text.doubt)
    start, end = text.offsets[problem.start], text.offsets[problem.end]
    request = problem.request and (
        text.offsets[problem.request[0]],
        text.offsets[problem.request[1]],
    )
    return problem._replace(start=start, end=end, severity=severity, fix=fix, request=request)


def _moved_edit(edit: Edit, text: Embedded) -> Edit:
    start, end = text.offsets[edit.start], text.offsets[edit.end]
    return Edit(start=start, end=end, replacement=text.escape(edit.replacement))


def _weighed(found: _Found, reason: str) -> _Found:
    fix = found.problem.fix
    return found._replace(problem=found.problem._replace(fix=_unsafe(fix, reason)))


def _unsafe(fix: Fix | None, reason: str) -> Fix | None:
    if not (fix and reason):
        return fix
    reasons = filter(None, (f"this is {reason}", fix.reason))
    return fix._replace(is_safe=False, reason="; ".join(reasons))


def _judged(found: _Found, filename: str, lines: Sequence[int]) -> Judged:
    problem, rule = found.problem, found.rule
    line, column = _place(problem.start, lines)
    end_line, end_column = _place(problem.end, lines)
    finding = Finding(
        code=rule.code,
        message=problem.message,
        filename=filename,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        severity=problem.severity or rule.severity,
        fix=problem.fix,
        model=problem.model,
        replacement=problem.replacement,
        url=rule.url,
    )
    return Judged(finding, problem.in_prose)


def _place(offset: int, lines: Sequence[int]) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1
