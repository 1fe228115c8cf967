"""Turns answers into the wire format: one body, or the events of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agentsflare_kimi.emulator.annotations import (
    choice_annotations,
    last_chunk_annotations,
    prompt_annotations,
    text_annotations,
)
from agentsflare_kimi.emulator.answers import Answer
from agentsflare_kimi.emulator.faults import fault_chunks, fault_completion
from agentsflare_kimi.emulator.scenarios import Scenario
from agentsflare_kimi.emulator.tokens import count_completion, count_prompt, split_tokens
from agentsflare_kimi.emulator.wire import (
    CREATED,
    SEVERITIES,
    fingerprint,
    safe_choice,
    usage,
)
from agentsflare_kimi.reading.lenient import as_mapping

__all__ = ["Exchange", "completion", "events"]

_TEXT_TOKENS: Final = 2
_REASONING_TOKENS: Final = 8
_ARGUMENT_CHARACTERS: Final = 8
_SEVERITIES: Final = {name: safe_choice()[name] for name in SEVERITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One successful request, and its answers."""

    id: str
    model: str
    body: Mapping[str, object]
    answers: Sequence[Answer]
    scenario: Scenario

    @property
    def usage(self) -> dict[str, object]:
        """The token counts of prompt and answers."""
        reasoning = sum(len(split_tokens(answer.reasoning or "")) for answer in self.answers)
        completion = sum(count_completion(*_texts(answer)) for answer in self.answers)
        return usage(count_prompt(self.body), completion, reasoning)


def _texts(answer: Answer) -> list[str]:
    return [answer.reasoning or "", answer.content, *(call.arguments for call in answer.tool_calls)]


def completion(exchange: Exchange) -> dict[str, object]:
    """Build the body of a completion, with the fields of the page's sample in its order."""
    body: dict[str, object] = {
        "choices": [_choice(exchange, index) for index in range(len(exchange.answers))],
        "created": CREATED,
        "id": exchange.id,
        "model": exchange.model,
        "object": "chat.completion",
        **prompt_annotations(exchange.scenario),
        "system_fingerprint": fingerprint(exchange.model),
        "usage": exchange.usage,
    }
    return fault_completion(body, exchange.scenario.fault)


def _choice(exchange: Exchange, index: int) -> dict[str, object]:
    answer = exchange.answers[index]
    return {
        **choice_annotations(exchange.scenario),
        "finish_reason": answer.finish_reason,
        "index": index,
        "logprobs": None,
        "message": _message(answer),
    }


def _message(answer: Answer) -> dict[str, object]:
    message: dict[str, object] = {
        "annotations": [],
        "content": answer.content,
        "refusal": None,
        "role": "assistant",
    }
    if answer.reasoning is not None:
        message["reasoning_content"] = answer.reasoning
    if answer.tool_calls:
        message["tool_calls"] = [
            _call(call.id, call.name, call.arguments) for call in answer.tool_calls
        ]
    return message


def _call(call_id: str, name: str, arguments: str) -> dict[str, object]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def events(exchange: Exchange) -> Iterator[dict[str, object]]:
    """Yield the events of a stream in the order of the wire.

    Source: facts/content-filters.md section 3; facts/kimi.md section 5.3.
    """
    yield from fault_chunks(_good_events(exchange), exchange.scenario.fault)


def _good_events(exchange: Exchange) -> Iterator[dict[str, object]]:
    scenario, wants_usage = exchange.scenario, _wants_usage(exchange.body)
    if prompt := prompt_annotations(scenario):
        yield _prompt_event(exchange) | prompt
    for index, answer in enumerate(exchange.answers):
        for choice in _choice_events(exchange, index, answer):
            yield _chunk(exchange, [choice]) | ({"usage": None} if wants_usage else {})
        if scenario.annotations == "async":
            yield _late_annotation(exchange, index)
    if wants_usage:
        yield _chunk(exchange, []) | {"usage": exchange.usage}


def _wants_usage(body: Mapping[str, object]) -> bool:
    return as_mapping(body.get("stream_options")).get("include_usage") is True


def _prompt_event(exchange: Exchange) -> dict[str, object]:
    # Azure leaves `object` empty here. Filled in, the chunk passes the SDK's strict validation;
    # the asynchronous mode keeps it empty, as its other chunks without an object do.
    is_async = exchange.scenario.annotations == "async"
    kind = "" if is_async else "chat.completion.chunk"
    return {"choices": [], "created": 0, "id": "", "model": "", "object": kind}


def _chunk(exchange: Exchange, choices: list[dict[str, object]]) -> dict[str, object]:
    return {
        "choices": choices,
        "created": CREATED,
        "id": exchange.id,
        "model": exchange.model,
        "object": "chat.completion.chunk",
        "system_fingerprint": fingerprint(exchange.model),
    }


def _choice_events(exchange: Exchange, index: int, answer: Answer) -> Iterator[dict[str, object]]:
    scenario = exchange.scenario
    unchecked = scenario.annotations in {"none", "async"}
    nothing: dict[str, object] = {} if unchecked else {"content_filter_results": {}}
    checked = text_annotations(scenario)
    yield _delta(index, {"content": "", "role": "assistant"}) | nothing
    for text in _pieces(answer.reasoning or "", _REASONING_TOKENS):
        yield _delta(index, {"reasoning_content": text}) | nothing
    for text in _pieces(answer.content, _TEXT_TOKENS):
        yield _delta(index, {"content": text}) | checked
    for delta in _call_deltas(answer):
        yield _delta(index, delta) | nothing
    last = _delta(index, {}, answer.finish_reason) | last_chunk_annotations(scenario)
    yield last | ({"usage": exchange.usage} if scenario.usage_in_choice else {})


def _delta(
    index: int, delta: dict[str, object], finish_reason: str | None = None
) -> dict[str, object]:
    return {"delta": delta, "finish_reason": finish_reason, "index": index, "logprobs": None}


def _pieces(text: str, tokens_each: int) -> Iterator[str]:
    tokens = split_tokens(text)
    for start in range(0, len(tokens), tokens_each):
        yield "".join(tokens[start : start + tokens_each])


def _call_deltas(answer: Answer) -> Iterator[dict[str, object]]:
    for index, call in enumerate(answer.tool_calls):
        yield {"tool_calls": [{"index": index} | _call(call.id, call.name, "")]}
        for start in range(0, len(call.arguments), _ARGUMENT_CHARACTERS):
            piece = call.arguments[start : start + _ARGUMENT_CHARACTERS]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _late_annotation(exchange: Exchange, index: int) -> dict[str, object]:
    # Offsets count from the start of the prompt; they are coarse on purpose.
    start = count_prompt(exchange.body)
    is_blocked = exchange.scenario.block == "late"
    results = (
        choice_annotations(exchange.scenario)
        if is_blocked
        else {"content_filter_results": _SEVERITIES}
    )
    offsets = {"check_offset": start, "start_offset": start, "end_offset": start + 1000}
    choice = {
        "content_filter_offsets": offsets,
        "finish_reason": "content_filter" if is_blocked else None,
        "index": index,
        **results,
    }
    return {
        "choices": [choice],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "usage": None,
    }
