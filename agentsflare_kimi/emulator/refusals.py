"""Refuses invalid requests before a model answers, in the upstream's words.

Sources of the texts: facts/kimi.md sections 3.2, 3.5 and 3.6; of those on tools and messages,
https://github.com/MoonshotAI/kimi-cli/issues/2531, https://github.com/MoonshotAI/kimi-code/issues/269
and https://github.com/abhigyanpatwari/GitNexus/issues/2703.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Final

from agentsflare_kimi.emulator.schemas import schema_faults
from agentsflare_kimi.emulator.tokens import count_prompt
from agentsflare_kimi.emulator.wire import Reply, json_reply, moonshot_error
from agentsflare_kimi.models.catalog import KimiModel
from agentsflare_kimi.models.rules import find_rejections
from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string

__all__ = ["find_refusal", "without_empty_reasoning"]

_MOST_CHOICES: Final = 5
_MOST_STOPS: Final = 5
_LONGEST_STOP: Final = 32
# `developer` is refused by the model's rules, which the client can repair.
_ROLES: Final = frozenset({"system", "user", "assistant", "tool", "developer"})
_PARTS: Final = frozenset({"text", "image_url", "video_url"})
# The reference asks for three characters or more; no report shows a shorter name refused.
_TOOL_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}")
_NOT_MFJS: Final = "is not a valid moonshot flavored json schema, details: "


def find_refusal(
    body: Mapping[str, object], model: KimiModel | None, *, strict: bool
) -> Reply | None:
    """Find the 400 that the upstream answers *body* with.

    Args:
        body: A chat-completions body whose model the gateway knows.
        model: The catalog's entry; None for a name that the emulator's user added.
        strict: Whether to refuse what some gateways accept: parameters that the model
            rejects, tools and messages that break the upstream's rules.

    Returns:
        The reply, or None if nothing is wrong.
    """
    rejected = (item.message for item in find_rejections(body, model)) if model else ()
    strictly = chain(rejected, *(check(body) for check in _STRICT)) if strict and model else ()
    always = chain.from_iterable(check(body) for check in _CHECKS)
    message = next(chain(strictly, always, _too_long(body, model)), None)
    if message is None:
        return None
    return json_reply(400, moonshot_error("invalid_request_error", message))


def without_empty_reasoning(body: Mapping[str, object]) -> dict[str, object]:
    """Copy *body* without each `reasoning_content` that is empty."""
    messages = [
        {key: value for key, value in message.items() if (key, value) != ("reasoning_content", "")}
        for _, message in _messages(body)
    ]
    return {**body, "messages": messages}


def _messages(body: Mapping[str, object]) -> Iterator[tuple[int, Mapping[str, object]]]:
    yield from enumerate(map(as_mapping, as_list(body.get("messages"))))


def _malformed(body: Mapping[str, object]) -> Iterator[str]:
    if not as_list(body.get("messages")):
        yield "Invalid request: messages must not be empty"
    for index, message in _messages(body):
        is_assistant = message.get("role") == "assistant"
        if is_assistant and not any(message.get(key) for key in ("content", "tool_calls")):
            yield f"the message at position {index} with role 'assistant' must not be empty"


def _roles(body: Mapping[str, object]) -> Iterator[str]:
    for _, message in _messages(body):
        role = message.get("role")
        if role not in _ROLES:
            yield f"role '{role}' is not allowed"


def _content(body: Mapping[str, object]) -> Iterator[str]:
    for index, message in _messages(body):
        role = as_string(message.get("role"))
        if role in {"system", "user"} and message.get("content") in ("", []):
            yield f"the message at position {index} with role '{role}' must not be empty"
        for part in map(as_mapping, as_list(message.get("content"))):
            kind = part.get("type")
            if kind not in _PARTS:
                yield (
                    f"the message at position {index} with role '{role}' contains an invalid "
                    f"part type: {kind}"
                )
            if kind == "text" and not part.get("text"):
                yield "text content is empty"


def _call_ids(message: Mapping[str, object]) -> list[str]:
    calls = map(as_mapping, as_list(message.get("tool_calls")))
    return [as_string(call.get("id")) for call in calls]


def _orphan_results(body: Mapping[str, object]) -> Iterator[str]:
    known: set[str] = set()
    for _, message in _messages(body):
        known.update(_call_ids(message))
        call_id = as_string(message.get("tool_call_id"))
        if message.get("role") == "tool" and call_id not in known:
            yield f"tool_call_id {call_id} is not found"


def _unanswered_calls(body: Mapping[str, object]) -> Iterator[str]:
    open_ids: list[str] = []
    for _, message in _messages(body):
        if message.get("role") == "tool":
            open_ids = [one for one in open_ids if one != message.get("tool_call_id")]
            continue
        yield from _without_results(open_ids)
        open_ids = _call_ids(message)
    yield from _without_results(open_ids)


def _without_results(call_ids: list[str]) -> Iterator[str]:
    if call_ids:
        yield (
            "an assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            f"{', '.join(call_ids)}"
        )


def _tools(body: Mapping[str, object]) -> Iterator[str]:
    for tool in map(as_mapping, as_list(body.get("tools"))):
        # The upstream's own `builtin_function` tools have names that begin with a dollar sign.
        if tool.get("type", "function") != "function":
            continue
        function = as_mapping(tool.get("function"))
        if not _TOOL_NAME.fullmatch(as_string(function.get("name"))):
            yield (
                "Invalid request: function name is invalid, must start with a letter and can "
                "contain letters, numbers, underscores, and dashes"
            )
        schema = as_mapping(function.get("parameters"))
        for fault in schema_faults(schema):
            yield f"tools.function.parameters {_NOT_MFJS}{fault}"
        if schema and schema.get("type") != "object" and "$ref" not in schema:
            yield 'tools.function.parameters.type is required and must be "object"'


def _response_format(body: Mapping[str, object]) -> Iterator[str]:
    wanted = as_mapping(as_mapping(body.get("response_format")).get("json_schema"))
    for fault in schema_faults(wanted.get("schema"), "$schema"):
        yield f"Invalid request: response_format.json_schema {_NOT_MFJS}{fault}"


def _stops(body: Mapping[str, object]) -> Iterator[str]:
    # The limits are documented (facts/kimi.md section 3.6); the words are ours.
    given = body.get("stop")
    stops = [given] if isinstance(given, str) else as_list(given)
    if len(stops) > _MOST_STOPS:
        yield f"invalid stop: at most {_MOST_STOPS} stop sequences are allowed"
    if any(len(as_string(stop).encode(errors="replace")) > _LONGEST_STOP for stop in stops):
        yield f"invalid stop: a stop sequence must not be longer than {_LONGEST_STOP} bytes"


def _too_many_choices(body: Mapping[str, object]) -> Iterator[str]:
    count = body.get("n")
    if isinstance(count, int) and count not in range(1, _MOST_CHOICES + 1):
        # The limit is documented (facts/kimi.md section 3.2); the words are ours.
        yield f"invalid n: only 1-{_MOST_CHOICES} is allowed for this model"


def _unreachable_images(body: Mapping[str, object]) -> Iterator[str]:
    for _, message in _messages(body):
        for part in as_list(message.get("content")):
            url = _image_url(as_mapping(part).get("image_url"))
            if url.startswith(("http://", "https://")):
                yield f"Invalid request: unsupported image url: {url}"


def _image_url(value: object) -> str:
    return as_string(value) or as_string(as_mapping(value).get("url"))


def _too_long(body: Mapping[str, object], model: KimiModel | None) -> Iterator[str]:
    window = model.context_window if model else None
    budget = body.get("max_completion_tokens") or body.get("max_tokens")
    wanted = count_prompt(body) + (budget if isinstance(budget, int) else 0)
    if window is not None and wanted > window:
        yield f"Your request exceeded model token limit : {window}"


_Check = Callable[[Mapping[str, object]], Iterator[str]]
_CHECKS: Final[tuple[_Check, ...]] = (_malformed, _unreachable_images, _too_many_choices)
_STRICT: Final[tuple[_Check, ...]] = (
    _roles,
    _content,
    _orphan_results,
    _unanswered_calls,
    _tools,
    _response_format,
    _stops,
)
