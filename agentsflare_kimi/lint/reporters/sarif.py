"""SARIF 2.1.0, for code scanning.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; paths as required in
facts/reliability.md section 2c, T26; stable identity as in facts/lint.md section 6.1.
"""

from __future__ import annotations

from agentsflare_kimi import __version__
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.reporters.data import fingerprints
from agentsflare_kimi.lint.reporters.json_pieces import HERE, document_with
from agentsflare_kimi.lint.reporters.places import (
    encodable,
    in_utf_16,
    line_of,
    place_of,
    relative_name,
    uri_of,
)
from agentsflare_kimi.lint.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from agentsflare_kimi.lint.findings import Edit, Finding, Fix
    from agentsflare_kimi.lint.reporters import Reported
    from agentsflare_kimi.lint.rules.base import Rule

__all__ = ["sarif"]

_HOME: Final = "https://github.com/agentsflare/agentsflare-kimi"
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
_BASE: Final = "%SRCROOT%"
_INDEXES: Final = {rule.code: index for index, rule in enumerate(RULES)}


def sarif(reported: Reported) -> Iterator[str]:
    """Write one run with its rules and results."""
    driver = {
        "name": "agentsflare-kimi",
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rule) for rule in RULES],
    }
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": HERE}
    results = (
        _result(finding, identity, reported)
        for finding, identity in zip(reported.findings, fingerprints(reported), strict=True)
    )
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return document_with(results, document, depth=3)


def _rule(rule: Rule) -> dict[str, object]:
    explanation, safety = rule.explanation.strip(), rule.fix_safety.strip()
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": explanation},
        "help": {
            "text": f"{explanation}\n\n{safety}",
            "markdown": f"{explanation}\n\n**Fix safety:** {safety}",
        },
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, identity: str, reported: Reported) -> dict[str, object]:
    text = reported.source_of(finding.filename)
    name = relative_name(finding.filename, reported.root)
    artifact = {"uri": uri_of(name), "uriBaseId": _BASE}
    start, end = (finding.line, finding.column), (finding.end_line, finding.end_column)
    place = {"artifactLocation": artifact, "region": _region(text, start, end)}
    result: dict[str, object] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": encodable(finding.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"lineText/v1": identity},
    }
    if finding.code in _INDEXES:
        result["ruleIndex"] = _INDEXES[finding.code]
    if finding.fix and text is not None:
        result["fixes"] = [_fix(finding.fix, artifact, text)]
    return result


def _fix(fix: Fix, artifact: dict[str, str], text: str) -> dict[str, object]:
    said = "Safe fix" if fix.is_safe else f"Unsafe fix: {fix.reason or 'needs a look'}"
    replacements = [_replacement(edit, text) for edit in fix.edits]
    return {
        "description": {"text": encodable(said)},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _replacement(edit: Edit, text: str) -> dict[str, object]:
    region = _region(text, place_of(text, edit.start), place_of(text, edit.end))
    return {"deletedRegion": region, "insertedContent": {"text": encodable(edit.replacement)}}


def _region(text: str | None, start: tuple[int, int], end: tuple[int, int]) -> dict[str, int]:
    return {
        "startLine": start[0],
        "startColumn": in_utf_16(line_of(text, start[0]), start[1]),
        "endLine": end[0],
        "endColumn": in_utf_16(line_of(text, end[0]), end[1]),
    }
