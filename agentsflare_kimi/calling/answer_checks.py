"""Tells completions from what gateways and proxies send instead with status 200.

Source: facts/reliability.md section 3 ("body"), facts/kimi.md section 2.2.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from openai import BaseModel, OpenAIError
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.calling.failures import (
    as_openai_error,
    embedded_failure,
    explain,
    stated_failure,
    unreadable_response,
)
from agentsflare_kimi.calling.redaction import redact
from agentsflare_kimi.errors import ContentFilteredError
from agentsflare_kimi.printable import printable, without_account_ids
from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.content import extract_content
from agentsflare_kimi.reading.filters import extract_filter_results
from agentsflare_kimi.reading.wire_errors import (
    FAILED_FINISH,
    WireError,
    error_message,
    find_error,
    states_error,
    states_failure,
)

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = [
    "check_parsed",
    "checked_data",
    "failure_message",
    "reading",
    "refuse_blocked",
]

_CHUNKS: Final = (ChatCompletionChunk, Completion)
_WITH_CHOICES: Final = (ChatCompletion, *_CHUNKS)
# A body without choices is still a completion if it has one of these: a block, or bare usage.
_MARKS: Final = frozenset({"prompt_filter_results", "prompt_annotations", "usage"})
_MAX_MESSAGE: Final = 500
_RECEIVED: Final = "agentsflare_kimi_received"


def checked_data(data: object, cast_to: object, response: Response) -> object:
    """Return *data* if it can be read as *cast_to*, with `choices` a list of mappings.

    Args:
        data: A body, or the data of an event.
        cast_to: The type that the SDK will construct from it.
        response: The HTTP response it came with.

    Raises:
        UnreadableResponseError: It cannot be read as that type.
        openai.APIError: It is an error sent inside a stream, or holds one beside its choices
            or inside a choice; `partial` has the text that came with it.
    """
    if _is_usual(data):
        return data
    if not _is_model(cast_to) or (data is None and cast_to is ChatCompletionChunk):
        return data
    if not isinstance(data, Mapping):
        raise unreadable_response("it is not a JSON object", response, data)
    fields = cast("Mapping[str, object]", data)
    if issubclass(cast_to, _WITH_CHOICES):
        return _with_choices(fields, cast_to, response)
    unexpected = fields.keys() - cast_to.model_fields.keys()
    if ("error" in unexpected and states_error(fields["error"])) or (
        "statusCode" in unexpected and states_failure(fields)
    ):
        raise _failure(fields, cast_to, response)
    return fields


def refuse_blocked(data: object, cast_to: object, response: Response) -> None:
    """Raise if a content filter blocked the answer: for the setting `on_filtered="error"`.

    Args:
        data: A body, or the data of an event.
        cast_to: The type that the SDK will construct from it.
        response: The HTTP response it came with; it accumulates the chunks of a stream.

    Raises:
        ContentFilteredError: It was blocked; the error has the report and the answer so far.
    """
    if not _is_model(cast_to) or not isinstance(data, Mapping):
        return
    fields = cast("dict[str, object]", data)
    received: StreamAccumulator | None = None
    if cast_to in _CHUNKS:
        extensions = cast("dict[str, StreamAccumulator]", response.extensions)
        received = extensions.setdefault(_RECEIVED, StreamAccumulator())
        received.add(fields)
    if not extract_filter_results(fields).is_filtered:
        return
    answer = fields if received is None else received.completion()
    report, is_chat = extract_filter_results(answer), issubclass(cast_to, _WITH_CHOICES)
    error = ContentFilteredError(
        f"{report}; `.report` has the details, `.partial` the text until then",
        response.request,
        report=report,
        partial=extract_content(answer),
        completion=ChatCompletion.construct(**cast("dict[str, Any]", answer)) if is_chat else None,
    )
    if received is not None:
        vars(error)["chunk"] = fields
    raise error


def _is_usual(data: object) -> bool:
    # A fast check, because every chunk of every stream passes here.
    if type(data) is not dict:
        return False
    fields = cast("dict[str, object]", data)
    choices = fields.get("choices")
    if type(choices) is not list or fields.get("error") or "statusCode" in fields:
        return False
    entries = cast("list[object]", choices)
    if len(entries) != 1 or type(entries[0]) is not dict:
        return False
    choice = cast("dict[str, object]", entries[0])
    return not choice.get("error") and choice.get("finish_reason") != FAILED_FINISH


def _with_choices(
    fields: Mapping[str, object], cast_to: type[BaseModel], response: Response
) -> Mapping[str, object]:
    choices = fields.get("choices")
    if not isinstance(choices, list | None):
        raise unreadable_response("its choices are not a list", response, dict(fields))
    found = find_error(fields)
    if choices and found is not None:
        raise _partial_failure(found, fields, cast_to, response)
    if found is not None or (choices is None and not _is_marked(fields)):
        raise _failure(fields, cast_to, response)
    entries = cast("list[object]", choices or [])
    if choices is not None and all(isinstance(entry, Mapping) for entry in entries):
        return fields
    whole: list[object] = [entry for entry in entries if isinstance(entry, Mapping)]
    return {**fields, "choices": whole}


def _is_marked(fields: Mapping[str, object]) -> bool:
    return str(fields.get("object")).startswith("chat.completion") or not _MARKS.isdisjoint(fields)


def _failure(fields: Mapping[str, object], cast_to: type, response: Response) -> OpenAIError:
    """Make the error for an answer without choices."""
    failure = embedded_failure(fields, is_failure=True)
    if failure is None:
        return unreadable_response("it has no choices", response, dict(fields))
    if cast_to in _CHUNKS:
        failure.request = response.request
        return failure
    return unreadable_response(f"the gateway answered: {failure.message}", response, failure.body)


def _partial_failure(
    found: WireError, fields: Mapping[str, object], cast_to: type[BaseModel], response: Response
) -> OpenAIError:
    """Make the error for an answer that reports its own failure."""
    failure = stated_failure(found, cast_to.construct(**cast("dict[str, Any]", fields)))
    failure.request = response.request
    if cast_to not in _CHUNKS:
        vars(failure)["completion"] = vars(failure).pop("chunk")
    return failure


def failure_message(message: str, body: object) -> str:
    """Shorten the *message* of a status error, and add what the gateway said.

    Args:
        message: The SDK's message for the answer.
        body: The answer's body.

    Returns:
        The message, safe to print and without ids of the account.
    """
    message, said = printable(without_account_ids(message)), error_message(body)
    if said and said not in message:
        message = f"{message} - {said}"
    return message if len(message) <= _MAX_MESSAGE else f"{message[:_MAX_MESSAGE]}…"


@contextmanager
def reading(response: Response) -> Generator[None]:
    """Convert exceptions raised while *response* is read to `openai` errors."""
    try:
        yield
    except Exception as error:
        found = as_openai_error(error, response.request, response)
        redact(error)
        if found is None:
            raise
        explain(found, response)
        if found is error:
            raise
        redact(found)
        raise found from error


def check_parsed(answer: object, cast_to: object, response: Response) -> None:
    """Refuse *answer* if the SDK returned the text of *response* instead of an object.

    The SDK returns the text if the content type is not JSON.

    Args:
        answer: What the SDK returned.
        cast_to: What it was asked to return.
        response: The HTTP response.

    Raises:
        UnreadableResponseError: The SDK returned text, and it is not JSON.
    """
    if isinstance(answer, str) and _is_model(cast_to) and not _is_json(response.content):
        raise unreadable_response("it is not JSON", response)


def _is_json(content: bytes) -> bool:
    # `parse(to=str)` returns the text of a valid answer. Bytes that are not UTF-8 are not JSON,
    # although the text, in which they are replaced, may be.
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _is_model(cast_to: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(cast_to, type) and issubclass(cast_to, BaseModel)
