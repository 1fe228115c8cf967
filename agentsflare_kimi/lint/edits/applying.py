"""Applies fixes to a text: each fix as a whole or not at all, and none that breaks the text."""

from __future__ import annotations

import sys
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Sequence

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.soundness import is_sound
from agentsflare_kimi.lint.findings import Edit, Finding, FixResult
from agentsflare_kimi.lint.line_starts import line_starts

if TYPE_CHECKING:
    from typing import Final

__all__ = ["apply_chosen", "apply_edits", "apply_fixes"]

# A fix may give rise to another; ten rounds are plenty. Source: facts/lint.md section 5.
_MOST_ROUNDS: Final = 10

# At most this many checks to find the fixes that break a text.
_MOST_LOOKS: Final = 64

Lint = Callable[[str], Sequence[Finding]]
# Called with a finding, and the text before and after its fix.
Choose = Callable[[Finding, str, str], bool]


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Apply *edits*, which are in order and do not overlap."""
    pieces: list[str] = []
    last = 0
    for edit in edits:
        pieces += (text[last : edit.start], edit.replacement)
        last = edit.end
    return "".join([*pieces, text[last:]])


def apply_fixes(text: str, lint: Lint, language: str, *, unsafe: bool) -> FixResult:
    """Fix a text until nothing more can be fixed.

    Args:
        text: The text.
        lint: Finds the problems in a text.
        language: Its language, in which it is checked after each round.
        unsafe: Whether to apply unsafe fixes as well.

    Returns:
        The fixed text, the fixed findings, and the remaining ones.
    """
    fixed: list[Finding] = []
    findings = lint(text)
    for _ in range(_MOST_ROUNDS):
        text, mended = _one_round(text, findings, language, unsafe=unsafe)
        if not mended:
            break
        fixed += mended
        findings = lint(text)
    return FixResult(text=text, fixed=tuple(fixed), remaining=tuple(findings))


def apply_chosen(text: str, lint: Lint, language: str, choose: Choose) -> FixResult:
    """Apply the fixes that `choose` accepts, one finding at a time.

    After each fix the text is linted again, so that what follows from it is asked about, too.

    Args:
        text: The text.
        lint: Finds the problems in a text.
        language: Its language, in which it is checked after each fix.
        choose: Decides on each finding that has a fix, in the order of the text.

    Returns:
        The fixed text, the fixed findings, and the remaining ones.
    """
    fixed: list[Finding] = []
    declined: set[tuple[str, int]] = set()
    seen = {text}
    findings = lint(text)
    is_open = True
    while is_open:
        is_open = False
        for finding, offset in _placed(text, findings):
            if (finding.code, offset) in declined:
                continue
            after = _applied(text, [finding])
            is_new = after not in seen and _is_sound(text, after, language, [finding])
            if is_new and choose(finding, text, after):
                declined = {(code, _moved(start, finding)) for code, start in declined}
                text, is_open = after, True
                seen.add(text)
                fixed.append(finding)
                findings = lint(text)
                break
            declined.add((finding.code, offset))
    return FixResult(text=text, fixed=tuple(fixed), remaining=tuple(findings))


def _placed(text: str, findings: Sequence[Finding]) -> Iterator[tuple[Finding, int]]:
    """List the findings that have a fix, and where they begin."""
    starts = line_starts(text)
    for finding in findings:
        if finding.fix:
            yield finding, starts[finding.line - 1] + finding.column - 1


def _moved(offset: int, finding: Finding) -> int:
    """Return where a place is after a fix."""
    edits = finding.fix.edits if finding.fix else ()
    before = (edit for edit in edits if edit.end <= offset)
    return offset + sum(len(edit.replacement) - (edit.end - edit.start) for edit in before)


def _one_round(
    text: str, findings: Sequence[Finding], language: str, *, unsafe: bool
) -> tuple[str, list[Finding]]:
    chosen = _compatible([f for f in findings if f.fix and (unsafe or f.fix.is_safe)])
    after = _applied(text, chosen)
    if chosen and not _is_sound(text, after, language, chosen):
        # At least one fix breaks the text: apply the others.
        chosen = _sound_ones(text, chosen, language)
        after = _applied(text, chosen)
        if not _is_sound(text, after, language, chosen):
            return text, []
    return after, chosen


def _sound_ones(text: str, findings: Sequence[Finding], language: str) -> list[Finding]:
    """Find the fixes that break nothing, by bisection, since each check parses the whole text."""
    sound: list[Finding] = []
    pending = [findings]
    for _ in range(_MOST_LOOKS):
        if not pending:
            break
        group = pending.pop()
        if _is_sound(text, _applied(text, group), language, group):
            sound += group
        elif len(group) > 1:
            half = len(group) // 2
            pending += [group[half:], group[:half]]
    return sound


def _is_sound(before: str, after: str, language: str, findings: Sequence[Finding]) -> bool:
    is_strict = all(finding.fix is None or finding.fix.is_safe for finding in findings)
    return is_sound(before, after, language, is_strict=is_strict)


def _applied(text: str, findings: Sequence[Finding]) -> str:
    # A set, because several fixes may add the same import.
    edits = {edit for finding in findings if finding.fix for edit in finding.fix.edits}
    return apply_edits(text, sorted(edits, key=lambda edit: (edit.start, edit.end)))


def _compatible(findings: Sequence[Finding]) -> list[Finding]:
    """Pick findings, earlier ones first, whose edits are equal to or apart from the others'."""
    taken: list[tuple[int, int]] = []
    made: set[Edit] = set()
    chosen: list[Finding] = []
    for finding in findings:
        edits = [edit for edit in finding.fix.edits if edit not in made] if finding.fix else []
        if not any(_is_touched(edit, taken) for edit in edits):
            chosen.append(finding)
            made.update(edits)
            for edit in edits:
                insort(taken, (edit.start, edit.end))
    return chosen


def _is_touched(edit: Edit, taken: Sequence[tuple[int, int]]) -> bool:
    """Tell whether *edit* touches a span in *taken*, which are in order and apart."""
    index = bisect_right(taken, (edit.end, sys.maxsize))
    return index > 0 and taken[index - 1][1] >= edit.start
