"""Extracts the text, the reasoning and the message of an answer in any form.

>>> extract_content({"choices": [{"message": {"content": "Hello"}}]})
'Hello'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from agentsflare_kimi.reading.error_bodies import bodies, chain, nested
from agentsflare_kimi.reading.lenient import (
    as_integer,
    as_list,
    attribute,
    field,
    fields,
    is_list,
    plain,
    text_parts,
    whole_text,
)
from agentsflare_kimi.reading.tool_calls import arguments_text

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionAssistantMessageParam

__all__ = [
    "REASONING_FIELDS",
    "assistant_message",
    "choices_of",
    "extract_content",
    "extract_reasoning",
    "message_of",
    "reasoning_of",
]

# Some gateways rename it to the second. Source: facts/kimi.md section 3.3.
REASONING_FIELDS: Final = ("reasoning_content", "reasoning")
# OpenRouter's form: a list of parts, each with its text under one of these names.
_REASONING_PARTS: Final = "reasoning_details"
_PART_TEXTS: Final = ("text", "summary")
# Fields that a tool call has in a response but must not have in a request: its index in a
# stream, and the arguments that `parse()` parsed.
_NOT_SENT_BACK: Final = frozenset({"index", "parsed_arguments"})


def extract_content(source: object, index: int = 0) -> str:
    """Return the text of one choice; never raises on odd data.

    Args:
        source: A completion, parsed completion or chunk, a plain dict of one, a
            `StreamReader`, or an exception that carries an answer or a part of one.
        index: Which choice.

    Returns:
        Its text, list-form content joined; "" where there is none.
    """
    text = text_parts(field(_message(source, index), "content"))
    if text is None and index == 0 and isinstance(source, BaseException):
        text = _partial(source)
    return whole_text(text or "")


def extract_reasoning(source: object, index: int = 0) -> str:
    """Return the reasoning of one choice; never raises on odd data.

    Some gateways rename `reasoning_content` to `reasoning` or `reasoning_details`; those are
    read too.

    Args:
        source: As for `extract_content`.
        index: Which choice.

    Returns:
        Its reasoning; "" where there is none.
    """
    return reasoning_of(_message(source, index)) or ""


def assistant_message(source: object, index: int = 0) -> ChatCompletionAssistantMessageParam:
    """Return the message to append to `messages` before the next request.

    Kimi answers 400 when a message with tool calls comes back without its
    `reasoning_content`, and accepts an empty one; so it is kept, "" included. Fields that only
    responses have (`annotations`, `refusal`, `parsed`, ...) are left out, and a tool call
    without arguments gets `"{}"`, because the API requires JSON there.

    Args:
        source: As for `extract_content`.
        index: Which choice.

    Returns:
        The message, ready to be sent; one with empty content where there is no answer.

    Source: facts/kimi.md section 3.4.
    """
    message = _message(source, index)
    content, refusal = text_parts(field(message, "content")), field(message, "refusal")
    calls = [_tool_call(call) for call in as_list(field(message, "tool_calls")) if call is not None]
    if content is None:
        content = refusal if isinstance(refusal, str) else None if calls else ""
    text = content if content is None else whole_text(content)
    answer: dict[str, object] = {"role": "assistant", "content": text}
    if calls:
        answer["tool_calls"] = calls
    reasoning = reasoning_of(message)
    if reasoning is not None:
        answer["reasoning_content"] = reasoning
    return cast("ChatCompletionAssistantMessageParam", cast("object", answer))


def choices_of(source: object) -> list[tuple[int, object]]:
    """Return the choices with their indexes; a missing index defaults to the position."""
    choices: list[tuple[int, object]] = []
    for position, choice in enumerate(as_list(field(source, "choices"))):
        if choice is not None and not isinstance(choice, str | int | float | list | tuple):
            index = as_integer(field(choice, "index"))
            choices.append((position if index is None else index, choice))
    return choices


def message_of(choice: object) -> object:
    """Return a choice's message, or the delta that a stream sends instead."""
    message = field(choice, "message")
    return field(choice, "delta") if message is None else message


def _message(source: object, index: int) -> object:
    for body in _answers(source):
        for place, choice in choices_of(body):
            if place == index:
                return message_of(choice)
    return None


def _answers(source: object) -> list[object]:
    """Return what may be a completion: *source*, or what it carries."""
    if isinstance(source, BaseException):
        found = [body for link in chain(source) for body in bodies(link)]
        return [value for body in found for value in nested(body)]
    if field(source, "choices") is not None:
        return [source]
    return [field(source, "completion")]


def _partial(exc: BaseException) -> str:
    partials = (attribute(link, "partial") for link in chain(exc))
    return next((partial for partial in partials if isinstance(partial, str)), "")


def reasoning_of(message: object) -> str | None:
    """Return the reasoning in a message or delta; None if it has none, "" if it is empty."""
    values = [field(message, name) for name in REASONING_FIELDS]
    texts = [value for value in values if isinstance(value, str)]
    if not any(texts):
        texts += _part_texts(field(message, _REASONING_PARTS))
    text = next((text for text in texts if text), texts[0] if texts else None)
    return text if text is None else whole_text(text)


def _part_texts(parts: object) -> list[str]:
    """Return the text of `reasoning_details`, if there are any; encrypted parts have none."""
    if not is_list(parts):
        return [parts] if isinstance(parts, str) else []
    texts = [field(part, name) for part in as_list(parts) for name in _PART_TEXTS]
    return ["".join(text for text in texts if isinstance(text, str))] if texts else []


def _tool_call(call: object) -> object:
    sent: dict[str, object] = {}
    for name, value in fields(call).items():
        if value is not None and name not in _NOT_SENT_BACK:
            sent[name] = _called(value, name) if name in {"function", "custom"} else plain(value)
    if not sent.get("type"):
        sent["type"] = "custom" if "custom" in sent else "function"
    return sent


def _called(body: object, kind: str) -> dict[str, object]:
    """Return the function or custom tool of a call, with arguments that can be sent."""
    told = fields(body)
    sent = {
        name: plain(value)
        for name, value in told.items()
        if value is not None and name not in _NOT_SENT_BACK
    }
    if kind == "function":
        sent["arguments"] = whole_text(arguments_text(told.get("arguments")))
    return sent
