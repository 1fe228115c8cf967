"""JUnit XML, which most CI systems show as failed tests."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from xml.sax.saxutils import quoteattr  # writes XML, reads none

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.reporters.places import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from agentsflare_kimi.lint.findings import Finding
    from agentsflare_kimi.lint.reporters import Reported

__all__ = ["junit"]

# XML cannot represent these two at all.
_NOT_XML: Final = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def junit(reported: Reported) -> Iterator[str]:
    """Write a test suite for each file, with a failed test for each finding."""
    counts = Counter(finding.filename for finding in reported.findings)
    attributes = {"name": "agentsflare-kimi", **_counts(counts.total())}
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{_shown(attributes)}>'
    if not counts:
        yield f"\n<testsuite{_shown({'name': 'agentsflare-kimi', **_counts(0)})}/>"
    groups = groupby(reported.findings, key=lambda finding: finding.filename)
    for name, findings in groups:
        yield f"\n<testsuite{_shown({'name': name, **_counts(counts[name])})}>"
        yield from (f"\n{_case(name, finding)}" for finding in findings)
        yield "\n</testsuite>"
    yield "\n</testsuites>"


def _case(name: str, finding: Finding) -> str:
    place = f"line {finding.line}, column {finding.column}"
    attributes = {
        "name": f"{finding.code} ({place})",
        "classname": name,
        "file": name,
        "line": str(finding.line),
    }
    failure = _shown({"type": finding.severity, "message": finding.message})
    return f"<testcase{_shown(attributes)}>\n<failure{failure}/>\n</testcase>"


def _counts(failures: int) -> dict[str, str]:
    return {"tests": str(failures), "failures": str(failures), "errors": "0", "skipped": "0"}


def _shown(attributes: dict[str, str]) -> str:
    return "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())


def _quoted(text: str) -> str:
    return quoteattr(one_line(text).translate(_NOT_XML))
