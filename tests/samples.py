"""Wire samples of `tests/wire/` and what is expected of each.

`cNN`, `eNN` and `sNN` have a file of their own and one beside it with what is expected;
`own_*.json` hold samples for the rules that none of those shows.
"""

from __future__ import annotations

import json
from pathlib import Path

WIRE = Path(__file__).parent / "wire"


def shared(prefix):
    """Return (name, bytes, expected) of every sample with a file of its own."""
    found = []
    for path in sorted(WIRE.glob(f"{prefix}[0-9]*.expected.json")):
        sample = json.loads(path.read_text())
        found.append(
            (sample["fixture"], (WIRE / sample["fixture"]).read_bytes(), sample["expected"])
        )
    return found


def own(kind):
    """Return (name, body, expected) of every sample of our own."""
    samples = json.loads((WIRE / f"own_{kind}.json").read_text())
    return [(name, sample["body"], sample["expected"]) for name, sample in samples.items()]


def names(samples):
    return [sample[0] for sample in samples]


def told(report):
    """Return a report in the form of the expectations."""
    return {
        "is_filtered": report.is_filtered,
        "blocked_categories": list(report.blocked_categories),
        "flagged_categories": list(report.flagged_categories),
        "annotations_present": report.annotations_present,
        "filter_error": _note(report.filter_error),
        "block_verdict": _note(report.block_verdict),
        "categories": _categories(report.categories),
        "prompt": [
            {"prompt_index": entry.prompt_index, "categories": _categories(entry.categories)}
            for entry in report.prompt
        ],
        "choices": [
            {
                "index": choice.index,
                "content": choice.content,
                "refusal": choice.refusal,
                "finish_reason": choice.finish_reason,
                "categories": _categories(choice.categories),
                "has_tool_calls": choice.has_tool_calls,
            }
            for choice in report.choices
        ],
    }


def check(report, expected):
    """Compare a report with what is expected, severities and codes as text."""
    got = told(report)
    if expected.get("match") == "subset":
        listed = expected["categories"]
        assert {name: got["categories"][name] for name in listed} == listed
        expected = {key: expected[key] for key in ("is_filtered", "annotations_present")}
    wanted = json.loads(json.dumps({key: expected[key] for key in got if key in expected}))
    for note in (wanted.get("filter_error"), wanted.get("block_verdict")):
        if note:
            note["code"] = str(note["code"])
    assert {key: got[key] for key in wanted} == wanted


def _note(note):
    return note and {"code": note.code, "message": note.message}


def _categories(categories):
    return {
        name: {
            "severity": result.severity,
            "filtered": result.filtered,
            "detected": result.detected,
        }
        for name, result in categories.items()
    }
