"""JSON for programs: our own format, GitLab's and reviewdog's."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.reporters import separated
from agentsflare_kimi.lint.reporters.json_pieces import HERE, document_with
from agentsflare_kimi.lint.reporters.places import (
    encodable,
    in_bytes,
    line_of,
    place_of,
    relative_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from agentsflare_kimi.lint.findings import Edit, Finding, Fix
    from agentsflare_kimi.lint.reporters import Reported

__all__ = ["fingerprints", "gitlab", "json_lines", "json_list", "rdjson"]

_GITLAB_LEVELS: Final = {"error": "major", "warning": "minor", "info": "info"}
_RDJSON_LEVELS: Final = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}
_HOME: Final = "https://github.com/agentsflare/agentsflare-kimi"


def json_list(reported: Reported) -> Iterator[str]:
    """Write one JSON list of findings."""
    return document_with(_finding(finding) for finding in reported.findings)


def json_lines(reported: Reported) -> Iterator[str]:
    """Write each finding as a JSON object on its own line."""
    return separated("\n", (json.dumps(_finding(finding)) for finding in reported.findings))


def gitlab(reported: Reported) -> Iterator[str]:
    """Write a Code Quality report.

    Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    return document_with(
        {
            "description": f"{finding.code}: {encodable(finding.message)}",
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": _GITLAB_LEVELS[finding.severity],
            "location": {
                "path": encodable(relative_name(finding.filename, reported.root)),
                "positions": {
                    "begin": {"line": finding.line, "column": finding.column},
                    "end": {"line": finding.end_line, "column": finding.end_column},
                },
            },
        }
        for finding, fingerprint in zip(reported.findings, fingerprints(reported), strict=True)
    )


def rdjson(reported: Reported) -> Iterator[str]:
    """Write reviewdog's diagnostics, with columns in UTF-8 bytes.

    Source: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
    """
    document = {
        "source": {"name": "agentsflare-kimi", "url": _HOME},
        "severity": "WARNING",
        "diagnostics": HERE,
    }
    entries = (_diagnostic(finding, reported) for finding in reported.findings)
    return document_with(entries, document, depth=1)


def fingerprints(reported: Reported) -> Iterator[str]:
    """Make fingerprints that survive moved lines, from rule, file and line text.

    Args:
        reported: The findings, and the texts they are in.

    Yields:
        A digest for each finding, in order; equal lines are numbered.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in reported.findings:
        line = line_of(reported.source_of(finding.filename), finding.line).strip()
        key = (finding.code, relative_name(finding.filename, reported.root), line)
        content = "\0".join((*key, str(seen[key]))).encode("utf-8", "backslashreplace")
        yield hashlib.sha256(content).hexdigest()[:32]
        seen[key] += 1


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "message": encodable(finding.message),
        "filename": encodable(finding.filename),
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "severity": finding.severity,
        "fix": _fix(finding.fix) if finding.fix else None,
        "model": finding.model,
        "replacement": finding.replacement,
        "url": finding.url,
    }


def _fix(fix: Fix) -> dict[str, object]:
    edits = [
        {"start": edit.start, "end": edit.end, "replacement": encodable(edit.replacement)}
        for edit in fix.edits
    ]
    return {"is_safe": fix.is_safe, "reason": encodable(fix.reason), "edits": edits}


def _diagnostic(finding: Finding, reported: Reported) -> dict[str, object]:
    text = reported.source_of(finding.filename)
    diagnostic: dict[str, object] = {
        "message": encodable(finding.message),
        "location": {
            "path": encodable(relative_name(finding.filename, reported.root)),
            "range": {
                "start": _position(text, finding.line, finding.column),
                "end": _position(text, finding.end_line, finding.end_column),
            },
        },
        "severity": _RDJSON_LEVELS[finding.severity],
        "code": {"value": finding.code, "url": finding.url or _HOME},
    }
    if finding.fix and text is not None:
        diagnostic["suggestions"] = [_suggestion(edit, text) for edit in finding.fix.edits]
    return diagnostic


def _suggestion(edit: Edit, text: str) -> dict[str, object]:
    start = _position(text, *place_of(text, edit.start))
    end = _position(text, *place_of(text, edit.end))
    return {"range": {"start": start, "end": end}, "text": encodable(edit.replacement)}


def _position(text: str | None, line: int, column: int) -> dict[str, int]:
    return {"line": line, "column": in_bytes(line_of(text, line), column)}
