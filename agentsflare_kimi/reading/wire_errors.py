"""Decides what is an error on the wire, and what it says; nothing else does.

Gateways put an error where OpenAI does (`error`), beside choices or inside one, or send only a
status (`{"statusCode": 404, "message": ...}`). An empty `error`, such as `{}` or
`{"code": "", "message": ""}`, is not an error: some gateways send one with every answer.
Source: facts/kimi.md section 2.2, facts/content-filters.md section 4.

>>> find_error({"statusCode": 404, "message": "Key not found"}).message
'Key not found'
>>> find_error({"error": {}, "choices": [{"delta": {"content": "Hi"}}]}) is None
True
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from agentsflare_kimi.printable import printable, without_account_ids
from agentsflare_kimi.reading.lenient import (
    as_integer,
    as_list,
    as_mapping,
    as_text,
    field,
    is_list,
    is_mapping,
    plain,
)

__all__ = [
    "FAILED_FINISH",
    "WireError",
    "error_message",
    "find_choice_error",
    "find_error",
    "states_error",
    "states_failure",
]

# The finish reason of a choice whose host failed while generating it.
FAILED_FINISH: Final = "error"
_FIRST_FAILED_STATUS: Final = 400
_MAX_DUMP: Final = 200
_UNNAMED: Final = "the gateway sent an error without a message"
_FAILED_CHOICE: Final = f"the gateway ended the answer with finish_reason {FAILED_FINISH!r}"
# Where gateways and proxies write what went wrong, the likeliest first.
_MESSAGES: Final = ("message", "msg", "detail", "error_message", "errorMessage")


class WireError(NamedTuple):
    """An error sent in place of an answer, or with one.

    Attributes:
        message: What it says, safe to print and without account ids.
        body: The error as sent: what `openai.APIError.body` holds.
    """

    message: str
    body: object


def find_error(body: object, *, is_failure: bool = False) -> WireError | None:
    """Return the error that *body* is or holds.

    Args:
        body: An answer, a chunk, an error body or an event's data, as JSON or an SDK object.
        is_failure: Whether something else, such as the event's name, already marks it as an
            error; then any message in it counts.

    Returns:
        The error; None if there is none.
    """
    error = field(body, "error")
    if states_error(error):
        return WireError(error_message(body) or _UNNAMED, error)
    if states_failure(body) or (is_failure and error_message(body)):
        return WireError(error_message(body) or _UNNAMED, body)
    choices = (find_choice_error(choice) for choice in as_list(field(body, "choices")))
    return next((found for found in choices if found is not None), None)


def find_choice_error(choice: object) -> WireError | None:
    """Return the error that ended a choice of an answer or chunk; None if there is none."""
    error = field(choice, "error")
    if states_error(error):
        return WireError(error_message({"error": error}) or _UNNAMED, error)
    if field(choice, "finish_reason") == FAILED_FINISH:
        return WireError(_FAILED_CHOICE, choice)
    return None


def states_error(error: object) -> bool:
    """Whether the value of a field `error` says anything.

    Null, false, 0, "" and empty lists and objects say nothing; nor does a list or object that
    holds nothing else.
    """
    if is_mapping(error):
        return any(map(_says, as_mapping(error).values()))
    return any(map(_says, as_list(error))) if is_list(error) else _says(error)


def states_failure(body: object) -> bool:
    """Whether *body* marks itself as an error by its status.

    >>> states_failure({"statusCode": 404, "message": "Key not found"})
    True
    """
    status = as_integer(field(body, "statusCode"))
    return status is not None and status >= _FIRST_FAILED_STATUS


def error_message(body: object) -> str | None:
    """Return the message of an error body, wherever it stands; None if there is none.

    Args:
        body: A body with an error in it, or one that is an error.
    """
    text = next(_texts(body), None)
    return None if text is None else printable(without_account_ids(text))


def _texts(body: object) -> Iterator[str]:
    if not is_mapping(body) and field(body, "error") is None:
        return
    error = field(body, "error")
    values = [field(error, name) for name in _MESSAGES] if not isinstance(error, str) else []
    values += [field(body, name) for name in _MESSAGES]
    entries = as_list(error)
    values += [field(entry, name) for entry in entries for name in _MESSAGES]
    for value in (*values, error, *entries):
        text = as_text(value)
        if text and text.strip():
            yield text
    if is_mapping(error) and states_error(error):
        yield str(plain(error))[:_MAX_DUMP]


def _says(value: object) -> bool:
    return bool(value) if isinstance(value, str | int | float) or value is None else _has(value)


def _has(value: object) -> bool:
    return bool(as_mapping(value)) if is_mapping(value) else bool(as_list(value))
