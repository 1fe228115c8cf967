"""The content filter's annotations of prompt and answer, in every form that was seen.

Source: facts/content-filters.md sections 1 to 3.
"""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.emulator.scenarios import Scenario
from agentsflare_kimi.emulator.wire import SEVERITIES, Json, safe_choice, safe_prompt

__all__ = ["choice_annotations", "last_chunk_annotations", "prompt_annotations", "text_annotations"]

_NOTHING: Final[Json] = {}
_DOWN: Final[Json] = {
    "content_filter_result": {
        "error": {"code": "content_filter_error", "message": "The filter did not run."}
    }
}
_VERDICT: Final[Json] = {
    "content_filter_result": {
        "error": {"code": "content_filter", "message": "Blocked by the safety system."}
    }
}
_VIOLENCE: Final[Json] = {"violence": {"filtered": True, "severity": "high"}}
_PROTECTED: Final[Json] = {"protected_material_text": {"filtered": True, "detected": True}}
_FLAGGED: Final[Json] = {
    "protected_material_code": {
        "filtered": False,
        "detected": True,
        "citation": {"URL": "https://example.com/code", "license": "MIT"},
    },
    "violence": {"filtered": False, "severity": "low"},
}


def prompt_annotations(scenario: Scenario) -> dict[str, object]:
    """Return the annotations of the prompt, which stand beside `choices`."""
    if scenario.annotations in {"none", "down"}:
        return {}
    name = "prompt_filter_results"
    if scenario.annotations == "old-names":
        name = "prompt_annotations"
    return {name: [{"prompt_index": 0, "content_filter_results": safe_prompt()}]}


def choice_annotations(scenario: Scenario) -> dict[str, object]:
    """Return the annotations of a whole answer, which stand in its choice."""
    if special := _special(scenario):
        return special
    if scenario.annotations == "none":
        return {}
    return {"content_filter_results": {**safe_choice(), **_findings(scenario)}}


def text_annotations(scenario: Scenario) -> dict[str, object]:
    """Return the annotations of a piece of text, which stand in its chunk."""
    if scenario.annotations == "down":
        return dict(_DOWN)
    if scenario.annotations in {"none", "async"}:
        return {}
    safe = safe_choice()
    found = _FLAGGED if scenario.annotations == "flagged" else _NOTHING
    return {"content_filter_results": {name: safe[name] for name in SEVERITIES} | dict(found)}


def last_chunk_annotations(scenario: Scenario) -> dict[str, object]:
    """Return the annotations of the chunk with the finish reason."""
    if special := _special(scenario):
        return special
    if scenario.annotations in {"none", "async"}:
        return {}
    found = _findings(scenario) if scenario.block != "no" else _NOTHING
    return {"content_filter_results": dict(found)}


def _special(scenario: Scenario) -> dict[str, object]:
    if scenario.block == "verdict":
        return dict(_VERDICT)
    return dict(_DOWN) if scenario.annotations == "down" else {}


def _findings(scenario: Scenario) -> Json:
    match scenario.block:
        case "output":
            return _VIOLENCE
        case "late":
            return _PROTECTED
        case _:
            return _FLAGGED if scenario.annotations == "flagged" else {}
