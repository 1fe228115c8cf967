"""JUnit's XML, which most CI systems show as tests that failed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr  # writes XML, reads none

from agentsflare_kimi.lint.reporters.places import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentsflare_kimi.lint.findings import Finding
    from agentsflare_kimi.lint.reporters import Reported

__all__ = ["junit"]

# XML has no way at all to write these two.
_NOT_XML: Final = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def junit(reported: Reported) -> str:
    """Write a test suite for each file, and a failed test for each finding."""
    groups = groupby(reported.findings, key=lambda finding: finding.filename)
    suites = [_suite(name, list(findings)) for name, findings in groups]
    return _element(
        "testsuites",
        {"name": "agentsflare-kimi", **_counts(len(reported.findings))},
        suites or [_suite("agentsflare-kimi", [])],
        head='<?xml version="1.0" encoding="UTF-8"?>\n',
    )


def _suite(name: str, findings: list[Finding]) -> str:
    cases = [_case(name, finding) for finding in findings]
    return _element("testsuite", {"name": name, **_counts(len(findings))}, cases)


def _case(name: str, finding: Finding) -> str:
    place = f"line {finding.line}, column {finding.column}"
    failure = _element("failure", {"type": finding.severity, "message": finding.message}, ())
    attributes = {
        "name": f"{finding.code} ({place})",
        "classname": name,
        "file": name,
        "line": str(finding.line),
    }
    return _element("testcase", attributes, [failure])


def _counts(failures: int) -> dict[str, str]:
    return {"tests": str(failures), "failures": str(failures), "errors": "0", "skipped": "0"}


def _element(
    name: str, attributes: dict[str, str], children: Iterable[str], *, head: str = ""
) -> str:
    shown = "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())
    body = "".join(f"\n{child}" for child in children)
    return f"{head}<{name}{shown}>{body}\n</{name}>" if body else f"{head}<{name}{shown}/>"


def _quoted(text: str) -> str:
    return quoteattr(one_line(text).translate(_NOT_XML))
