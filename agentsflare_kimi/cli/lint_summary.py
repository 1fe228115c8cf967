"""The summary of `agentsflare-kimi lint`."""

from __future__ import annotations

from collections import Counter

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.reporters import TEXT_FORMATS
from agentsflare_kimi.lint.reporters.places import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentsflare_kimi.cli.lint_options import Options
    from agentsflare_kimi.lint.findings import Finding

__all__ = ["Results", "statistics", "summary"]

# From this many on, a file is more likely a list of models than a program that calls one.
_LIKE_A_CATALOGUE = 10
# At most this many of those are named.
_MOST_CATALOGUES = 3
# By default, reasons are shown for at most this many unsafe fixes.
_MOST_REASONS = 10
# Formats that do not show why a fix is unsafe.
_SHORT = frozenset({"concise", "grouped", "pylint"})


class Results:
    """The results of a run.

    Attributes:
        findings: The remaining findings.
        fixed: The findings that were fixed, or would be.
        diffs: The diffs of the fixes, ready to print.
        failures: The number of files that could not be read or written.
        hidden: The number of findings that the baseline hides.
    """

    def __init__(self) -> None:
        """Start with no results."""
        self.findings: list[Finding] = []
        self.fixed: list[Finding] = []
        self.diffs: list[str] = []
        self.failures = 0
        self.hidden = 0


def statistics(findings: Iterable[Finding], name: str) -> str:
    """Count findings per rule.

    Args:
        findings: The findings.
        name: The output format.

    Returns:
        A table for people, or JSON for programs.
    """
    counts = Counter(finding.code for finding in findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if name in TEXT_FORMATS:
        from agentsflare_kimi.lint.rules.explaining import name_of  # noqa: PLC0415  # only for people

        return "\n".join(f"{count:>6} {code} {name_of(code)}" for code, count in rows)
    import json  # noqa: PLC0415  # only for programs

    return json.dumps([{"code": code, "count": count} for code, count in rows], indent=2)


def summary(results: Results, options: Options) -> Iterable[str]:
    """Summarize the number of findings, and how to fix them.

    Args:
        results: The results of the run.
        options: The command-line options.

    Yields:
        Lines for people.
    """
    done = "would be fixed" if options.diff else "fixed"
    if results.fixed:
        yield f"{len(results.fixed)} {done}."
        yield from _reasons(results.fixed, most=None if options.show_fixes else _MOST_REASONS)
    severities = Counter(finding.severity for finding in results.findings)
    if severities:
        shown = ", ".join(_counted(n, severity) for severity, n in sorted(severities.items()))
        yield f"{len(results.findings)} left ({shown})." if results.fixed else f"Found {shown}."
    elif not (results.fixed or results.failures):
        yield "Nothing new found." if results.hidden else "Nothing found."
    if results.hidden:
        yield f"{_counted(results.hidden, 'finding')} hidden by the baseline."
    safe = sum(1 for f in results.findings if f.fix and f.fix.is_safe)
    unsafe = sum(1 for f in results.findings if f.fix and not f.fix.is_safe)
    if safe and not (options.fix or options.diff):
        yield f"{safe} fixable with --fix."
    if unsafe and options.unsafe_fixes is None:
        why = (
            "--output-format full says why" if options.output_format in _SHORT else "reasons above"
        )
        yield f"{unsafe} fixable with --fix --unsafe-fixes ({why})."
    yield from _catalogues(results.findings)


def _counted(count: int, severity: str) -> str:
    return f"{count} {severity}{'' if count == 1 or severity == 'info' else 's'}"


def _reasons(fixed: Iterable[Finding], most: int | None) -> Iterable[str]:
    """Explain why the applied fixes are unsafe."""
    unsafe = [(finding, finding.fix) for finding in fixed if finding.fix and finding.fix.reason]
    for finding, fix in unsafe[:most]:
        place = f"{finding.filename}:{finding.line}"
        yield one_line(f"  {place}: {finding.code}: unsafe: {fix.reason}")
    if left := len(unsafe[most:]) if most else 0:
        yield f"  and {left} more unsafe fixes; --show-fixes lists them all."


def _catalogues(findings: Iterable[Finding]) -> Iterable[str]:
    """Name the files with most findings, which may be lists of models."""
    counts = Counter(finding.filename for finding in findings).most_common()
    catalogues = [(name, count) for name, count in counts if count > _LIKE_A_CATALOGUE]
    for name, count in catalogues[:_MOST_CATALOGUES]:
        yield one_line(
            f"{name} has {count} findings: if it is a list of models, per-file-ignores or "
            "--write-baseline keeps it quiet."
        )
    if left := len(catalogues[_MOST_CATALOGUES:]):
        yield f"and {left} more {'file' if left == 1 else 'files'}."
