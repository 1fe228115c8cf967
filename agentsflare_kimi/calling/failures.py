"""Converts every failure of a call to an error of `openai`'s tree.

Source: facts/reliability.md section 3.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from openai import APIConnectionError, APIError, APITimeoutError, OpenAIError
from pydantic import ValidationError

from agentsflare_kimi.calling.deadlines import DeadlineExceeded
from agentsflare_kimi.calling.redaction import hide_account_ids
from agentsflare_kimi.errors import (
    ConfigurationError,
    KimiWarning,
    UnreadableResponseError,
)
from agentsflare_kimi.pickling import keep_picklable
from agentsflare_kimi.printable import printable, without_account_ids
from agentsflare_kimi.reading.content import extract_content
from agentsflare_kimi.reading.diagnosis import diagnose
from agentsflare_kimi.reading.wire_errors import WireError, find_error

if TYPE_CHECKING:
    from httpx2 import Request, Response  # noqa: TID251  # for type checkers alone

__all__ = [
    "as_openai_error",
    "embedded_failure",
    "explain",
    "stated_failure",
    "unreadable",
    "unreadable_response",
]

_EXCERPT: Final = 200
_NOTE: Final = "agentsflare-kimi: "
# What support asks for. Source: facts/catalog-2026-11.md section 1.
_REQUEST_IDS: Final = ("x-request-id", "msh-request-id", "x-msh-trace-id", "cf-ray")
_ID: Final = re.compile(r"[\w.:=+/-]{1,100}")
# By name: importing them would tie the package to one SDK generation.
_NETWORK_LIBRARIES: Final = frozenset({"anyio", "h11", "h2", "hpack", "ssl"})
_NETWORK_PREFIX: Final = "http"


def unreadable(
    problem: str,
    text: str,
    *,
    status_code: int | None = None,
    content_type: str | None = None,
    body: object = None,
) -> UnreadableResponseError:
    """Make the error for an answer that is not a completion.

    Args:
        problem: What is wrong with it, in a few words.
        text: The answer, or the part of it that is wrong; its first characters are shown.
        status_code: The HTTP status.
        content_type: The content type that the gateway gave.
        body: The parsed answer, if it is JSON.

    Returns:
        The error; a caller that knows the request sets its `request`.
    """
    excerpt = printable(without_account_ids(text[:_EXCERPT]))
    return UnreadableResponseError(
        problem,
        status_code=status_code,
        content_type=content_type,
        excerpt=excerpt,
        body=excerpt if body is None else hide_account_ids(body),
    )


def unreadable_response(
    problem: str, response: Response, body: object = None
) -> UnreadableResponseError:
    """Make the error for *response*, which is not a completion.

    Args:
        problem: What is wrong with it, in a few words.
        response: The HTTP response.
        body: The parsed body, if it is JSON.

    Returns:
        The error.
    """
    try:
        text = response.content[: 4 * _EXCERPT].decode(errors="replace")
    except Exception:  # noqa: BLE001  # not read yet, or broken while being decoded
        text = ""
    error = unreadable(
        problem,
        text,
        status_code=response.status_code,
        content_type=response.headers.get("content-type"),
        body=body,
    )
    error.request, error.response = response.request, response
    return error


def embedded_failure(
    body: object, *, is_failure: bool = False, chunk: object = None
) -> APIError | None:
    """Make the exception for an error sent inside an answer or a stream.

    Args:
        body: An answer, a chunk or the data of an event.
        is_failure: Whether it is known to be an error, so that any message in it counts.
        chunk: The answer or chunk that held the error, if it has part of the answer; kept as
            the exception's `chunk`, with its text as `partial`.

    Returns:
        The exception that the SDK would make, but always with the message; None if *body* has
        no error.
    """
    found = find_error(body, is_failure=is_failure)
    return None if found is None else stated_failure(found, chunk)


def stated_failure(found: WireError, chunk: object = None) -> APIError:
    """Make the exception for an error that the gateway reported; see `embedded_failure`."""
    failure = APIError(found.message, cast("Any", None), body=hide_account_ids(found.body))
    if chunk is not None:
        vars(failure).update(chunk=chunk, partial=extract_content(chunk))
    return failure


# Except for the first, mistakes of the caller, such as a type that cannot be parsed.
_NOT_OF_THE_ANSWER: Final = (KimiWarning, TypeError, AssertionError, ValidationError)


def as_openai_error(  # noqa: PLR0911  # a table
    error: Exception, request: Request | None, response: Response | None = None
) -> OpenAIError | None:
    """Find the error of `openai`'s tree for any exception.

    Args:
        error: What was raised.
        request: The request that was under way, if any.
        response: The response that was being read, if any.

    Returns:
        *error* itself if it is in the tree; None for mistakes of the caller, such as a body that
        is not JSON-serialisable, and for our warnings that a filter turned into errors.
    """
    if isinstance(error, OpenAIError):
        return error
    if isinstance(error, UnicodeEncodeError) and response is None:
        return ConfigurationError(
            "a header of the request has characters that cannot be sent (its value is not shown "
            "because it may be the API key)"
        )
    if isinstance(error, TimeoutError | DeadlineExceeded) or _is_network(error, "Timeout"):
        return APITimeoutError(cast("Request", request))
    if isinstance(error, zlib.error) or _is_network(error, "DecodingError"):
        return unreadable_response("its compression is broken", response) if response else None
    if _is_network(error, "StreamError"):
        return None  # a mistake of the caller's: a body read twice, or after it was closed
    if isinstance(error, OSError) or _is_network(error):
        return APIConnectionError(
            message=f"Connection error: {_cause(error)}.", request=cast("Request", request)
        )
    if response is None or isinstance(error, _NOT_OF_THE_ANSWER):
        return None
    return unreadable_response(f"reading it failed with {type(error).__name__}", response)


def explain(error: BaseException, response: Response | None = None) -> None:
    """Add the diagnosis to *error* as a note, once; a traceback shows it below the message.

    The note also has the request ids that the gateway's support asks for.

    Args:
        error: An error on its way to the caller.
        response: The response that it came with, if *error* does not have it.
    """
    if isinstance(error, OpenAIError):
        keep_picklable(error)
    if isinstance(error, KimiWarning):  # which explains itself
        return
    if any(note.startswith(_NOTE) for note in getattr(error, "__notes__", ())):
        return
    source: Any = getattr(error, "response", None) or response
    headers: Mapping[str, str] = getattr(source, "headers", None) or {}
    error.add_note(f"{_NOTE}{diagnose(error)}{_request_ids(headers)}")


def _request_ids(headers: Mapping[str, str]) -> str:
    told = {name: headers.get(name) for name in _REQUEST_IDS}
    shown = [f"{name}: {told}" for name, told in told.items() if told and _ID.fullmatch(told)]
    return f" ({', '.join(shown)})" if shown else ""


def _is_network(error: Exception, name: str = "") -> bool:
    kinds = type(error).__mro__
    roots = (kind.__module__.partition(".")[0] for kind in kinds)
    return any(
        root in _NETWORK_LIBRARIES or root.startswith(_NETWORK_PREFIX) for root in roots
    ) and any(name in kind.__name__ for kind in kinds)


def _cause(error: Exception) -> str:
    # The HTTP library's errors may quote headers; the system's do not.
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
