"""Judges the client under test by what it requested and when.

What it looks for follows llmock's (facts/ecosystem.md section 1.4) and
facts/reliability.md section 3.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from agentsflare_kimi.emulator.log import RecordedRequest
from agentsflare_kimi.emulator.report import ClientReport, Observation
from agentsflare_kimi.emulator.wire import Reply
from agentsflare_kimi.models.catalog import Catalog
from agentsflare_kimi.printable import without_account_ids
from agentsflare_kimi.reading.lenient import (
    as_list,
    as_mapping,
    as_string,
    json_value,
    message_text,
)

__all__ = ["judge"]

_TOO_MANY: Final = 5
_TOO_SOON: Final = 0.1
# Clocks and threads may make a client that waited long enough seem slightly early.
_TOLERANCE: Final = 0.05
_SAME_CALL: Final = 60.0
_LONG: Final = 10.0
_RETRYABLE: Final = frozenset({408, 409, 425, 429})
_BALANCE: Final = re.compile(r"balance|quota|recharge", re.IGNORECASE)


def judge(entries: Sequence[RecordedRequest], models: Catalog) -> ClientReport:
    """Judge a client by its requests.

    Args:
        entries: The requests in the order of arrival.
        models: The models in force.
    """
    found = [item for check in _CHECKS for item in check(entries)]
    found += _ended_models(entries, models)
    return ClientReport(request_count=len(entries), observations=tuple(found))


def _retries(
    entries: Sequence[RecordedRequest],
) -> Iterator[tuple[RecordedRequest, RecordedRequest]]:
    """Pair each failed request with the one that repeats it."""
    last: dict[tuple[str, str], RecordedRequest] = {}
    for entry in entries:
        key = entry.path, entry.digest
        before = last.get(key)
        if before and _has_failed(before) and _is_retry(before, entry):
            yield before, entry
        last[key] = entry


def _has_failed(entry: RecordedRequest) -> bool:
    return entry.reply is not None and (_status(entry) >= 400 or entry.outcome == "cut")  # noqa: PLR2004  # HTTP


def _status(entry: RecordedRequest) -> int:
    return entry.status or 0


def _is_retry(before: RecordedRequest, entry: RecordedRequest) -> bool:
    # The SDKs count their own retries; a loop around a client starts at 0 each time.
    if entry.headers.get("x-stainless-retry-count", "0") != "0":
        return True
    return entry.received_at - before.received_at < _SAME_CALL


def _ended_at(entry: RecordedRequest) -> float:
    return entry.finished_at or entry.received_at


def _ignored_retry_after(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for failed, retry in _retries(entries):
        waited = retry.received_at - _ended_at(failed)
        wanted = failed.retry_after
        if wanted is not None and waited < wanted - _TOLERANCE:
            yield Observation(
                code="ignored_retry_after",
                summary=f"asked again after {waited:.1f} s, where Retry-After said {wanted:g} s",
                requests=(failed.index, retry.index),
            )


def _retried_in_vain(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for failed, retry in _retries(entries):
        if reason := _why_hopeless(failed):
            yield Observation(
                code="retried_in_vain",
                summary=f"asked again although {reason}",
                requests=(failed.index, retry.index),
            )


def _why_hopeless(entry: RecordedRequest) -> str:
    status = _status(entry)
    if status == 429 and entry.reply and _BALANCE.search(entry.reply.body.decode()):  # noqa: PLR2004  # HTTP
        return "the balance is used up"
    is_final = 400 <= status < 500 and status not in _RETRYABLE  # noqa: PLR2004  # HTTP
    return f"status {status} says that it cannot succeed" if is_final else ""


def _no_backoff(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for failed, retry in _retries(entries):
        waited = retry.received_at - _ended_at(failed)
        if failed.retry_after is None and waited < _TOO_SOON and not _why_hopeless(failed):
            yield Observation(
                code="no_backoff",
                summary=f"asked again {max(0, waited) * 1000:.0f} ms after a failure",
                requests=(failed.index, retry.index),
            )


def _retry_storm(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    attempts: dict[str, list[int]] = {}
    for failed, retry in _retries(entries):
        attempts.setdefault(failed.digest, [failed.index]).append(retry.index)
    for indexes in attempts.values():
        if len(indexes) > _TOO_MANY:
            yield Observation(
                code="retry_storm",
                summary=f"sent the same request {len(indexes)} times",
                requests=tuple(indexes),
            )


def _cut_streams(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for position, entry in enumerate(entries):
        if entry.reply is None or not entry.reply.is_stream or entry.outcome == "pending":
            continue
        text, is_complete = _read_stream(entry.reply)
        if is_complete:
            continue
        later = entries[position + 1 :]
        if user := next((other for other in later if text and _contains(other, text)), None):
            yield Observation(
                code="accepted_cut_stream",
                summary="took the text of a cut stream for the whole answer",
                requests=(entry.index, user.index),
            )
        elif not any(other.digest == entry.digest for other in later):
            yield Observation(
                code="cut_stream_not_repeated",
                summary="a stream was cut; nothing shows whether the client noticed",
                requests=(entry.index,),
                is_problem=False,
            )


def _read_stream(reply: Reply) -> tuple[str, bool]:
    """Return the text of choice 0, and whether the stream says that it is complete."""
    text, is_complete = "", b"data: [DONE]" in reply.body
    for line in reply.body.splitlines():
        chunk = as_mapping(json_value(line.removeprefix(b"data: ")))
        for choice in map(as_mapping, as_list(chunk.get("choices"))):
            is_complete = is_complete or choice.get("finish_reason") is not None
            if not choice.get("index"):
                text += as_string(as_mapping(choice.get("delta")).get("content"))
    return text, is_complete


def _contains(entry: RecordedRequest, text: str) -> bool:
    spoken = [m for m in map(as_mapping, entry.messages) if m.get("role") == "assistant"]
    return any(message_text(message).strip() == text.strip() for message in spoken)


def _still_waiting(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for entry in entries:
        waited = time.time() - entry.received_at
        if entry.outcome == "pending" and waited > _LONG:
            yield Observation(
                code="still_waiting",
                summary=f"still waits after {waited:.0f} s for a reply that stalled",
                requests=(entry.index,),
                is_problem=False,
            )


def _rejected(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for entry in entries:
        if entry.status != 400 or entry.reply is None or entry.scenario != "ok":  # noqa: PLR2004  # HTTP
            continue
        body = as_mapping(json_value(entry.reply.body))
        message = without_account_ids(as_string(as_mapping(body.get("error")).get("message")))
        if "reasoning_content is missing" in message:
            yield Observation(
                code="dropped_reasoning",
                summary="sent a tool call back without its reasoning_content",
                requests=(entry.index,),
            )
        elif message:
            yield Observation(
                code="rejected_request", summary=message, requests=(entry.index,), is_problem=False
            )


def _notices(entries: Sequence[RecordedRequest]) -> Iterator[Observation]:
    for entry in entries:
        if entry.notice:
            yield Observation(
                code=entry.notice.code,
                summary=entry.notice.summary,
                requests=(entry.index,),
                is_problem=entry.notice.code not in _HARMLESS,
            )


def _ended_models(entries: Sequence[RecordedRequest], models: Catalog) -> Iterator[Observation]:
    asked: dict[str, list[int]] = {}
    for entry in entries:
        asked.setdefault(entry.model, []).append(entry.index)
    for name, indexes in asked.items():
        model = models.find(name)
        if model and model.status == "retired":
            yield Observation(
                code="retired_model",
                summary=f"asked for {name}, which is retired; its successor is {model.successor}",
                requests=tuple(indexes),
                is_problem=False,
            )


# Documented behaviour, which a test may rely on.
_HARMLESS: Final = frozenset({"answers_ran_out"})
_CHECKS: Final[tuple[Callable[[Sequence[RecordedRequest]], Iterator[Observation]], ...]] = (
    _ignored_retry_after,
    _retried_in_vain,
    _no_backoff,
    _retry_storm,
    _cut_streams,
    _still_waiting,
    _rejected,
    _notices,
)
