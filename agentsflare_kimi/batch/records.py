"""The record of one row, in OpenAI's format of batch results with a few extra fields.

Every record has `custom_id`, `response` and `error`, as OpenAI's have; `error.code` is a cause of
`diagnose`. Source: https://platform.openai.com/docs/api-reference/batch/request-output
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NotRequired, TypedDict, cast

from openai import APIStatusError
from openai.types.chat import ChatCompletion
from pydantic_core import to_json

from agentsflare_kimi.batch.rows import BadRow
from agentsflare_kimi.printable import printable
from agentsflare_kimi.reading.diagnosis import diagnose
from agentsflare_kimi.reading.filters import FilterReport, extract_filter_results

__all__ = [
    "Record",
    "RecordedError",
    "RecordedResponse",
    "answer_record",
    "bad_row_record",
    "error_record",
    "line_of",
]

_LONGEST_MESSAGE: Final = 1_000


class RecordedResponse(TypedDict):
    """The gateway's response."""

    status_code: int
    request_id: str | None
    body: object


class RecordedError(TypedDict):
    """Why there is no valid answer: `code` is a cause of `diagnose`."""

    code: str
    message: str
    type: str


class Record(TypedDict):
    """The record of one row."""

    id: str
    custom_id: str
    response: RecordedResponse | None
    error: RecordedError | None
    digest: str
    attempts: int
    model_sent: str | None
    migrated_from: NotRequired[str]
    usage: dict[str, Any] | None
    filter: dict[str, object] | None
    parsed: NotRequired[object]
    is_repaired: NotRequired[bool]
    line: NotRequired[int]


def answer_record(custom_id: str, digest: str, answer: ChatCompletion) -> Record:
    """Make the record of an answer."""
    body = _as_received(answer)
    return {
        "id": f"{custom_id}-{digest}",
        "custom_id": custom_id,
        "response": {
            "status_code": 200,
            "request_id": getattr(answer, "_request_id", None),
            "body": body,
        },
        "error": None,
        "digest": digest,
        "attempts": 1,
        "model_sent": None,
        "usage": _usage(body),
        "filter": _verdict(extract_filter_results(body)),
    }


def _as_received(answer: ChatCompletion) -> dict[str, object]:
    # The SDK's models hold what came as it is; `model_dump` with its own rules takes longer.
    # Pydantic's warnings about unexpected types would show the answer's text.
    return answer.to_dict(warnings=False)


def error_record(
    custom_id: str, digest: str, error: Exception, rephrase: Callable[[str], str] = str
) -> Record:
    """Make the record of a row that failed.

    Args:
        custom_id: The row's id.
        digest: The digest of its request.
        error: What the last attempt raised.
        rephrase: Puts messages and explanations into the words of the caller's users.
    """
    found, refused = diagnose(error), _refused_answer(error)
    return {
        "id": f"{custom_id}-{digest}",
        "custom_id": custom_id,
        "response": _response_of(error) if refused is None else _response(refused),
        "error": {
            "code": found.cause,
            "message": rephrase(_message(error, f"{found.summary} {found.advice}")),
            "type": type(error).__name__,
        },
        "digest": digest,
        "attempts": 1,
        "model_sent": None,
        "usage": _usage(refused) if refused is not None else None,
        "filter": _verdict(extract_filter_results(error)),
    }


def bad_row_record(row: BadRow, reason: str | None = None) -> Record:
    """Make the record of a line that is not a valid row.

    Args:
        row: The line.
        reason: What is wrong with it, in other words than the row's own.
    """
    return {
        "id": row.custom_id,
        "custom_id": row.custom_id,
        "response": None,
        "error": {"code": "bad_line", "message": reason or row.reason, "type": "BatchError"},
        "digest": "",
        "attempts": 0,
        "model_sent": None,
        "usage": None,
        "filter": None,
        "line": row.line,
    }


def line_of(record: Mapping[str, object]) -> bytes:
    """Return *record* as one line of JSON, in UTF-8."""
    try:
        # A quarter of the time of `json.dumps`. NaN, which a gateway may send, is no JSON.
        return to_json(record, inf_nan_mode="null") + b"\n"
    except ValueError:  # a lone surrogate, which models do write, or deep nesting
        return json.dumps(record).encode() + b"\n"


def _message(error: Exception, explanation: str) -> str:
    own = " ".join(printable(str(error)).split())
    return f"{own} ({explanation})"[:_LONGEST_MESSAGE] if own else explanation


def _refused_answer(error: Exception) -> dict[str, object] | None:
    """Return an answer that was received and paid for, but that a setting does not accept."""
    answer = getattr(error, "completion", None)
    return _as_received(answer) if isinstance(answer, ChatCompletion) else None


def _usage(body: Mapping[str, object]) -> dict[str, Any] | None:
    usage = body.get("usage")
    return cast("dict[str, Any]", usage) if isinstance(usage, dict) else None


def _response(body: object) -> RecordedResponse:
    return {"status_code": 200, "request_id": None, "body": body}


def _response_of(error: Exception) -> RecordedResponse | None:
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        return None
    request_id = error.request_id if isinstance(error, APIStatusError) else None
    body = getattr(error, "body", None)
    if body is None:
        body = getattr(error, "excerpt", None)
    return {"status_code": status, "request_id": request_id, "body": _as_json(body)}


def _as_json(body: object) -> object:
    try:
        json.dumps(body)
    except (TypeError, ValueError, RecursionError):
        return printable(str(type(body)))
    return body


def _verdict(report: FilterReport) -> dict[str, object]:
    return {
        "is_filtered": report.is_filtered,
        "is_flagged": report.is_flagged,
        "annotations_present": report.annotations_present,
        "blocked_categories": list(report.blocked_categories),
        "flagged_categories": list(report.flagged_categories),
    }
