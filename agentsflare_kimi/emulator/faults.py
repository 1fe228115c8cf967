"""Puts a fault seen at other gateways into an otherwise good answer, whole or streamed.

Sources: facts/kimi.md section 5.3; facts/reliability.md section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentsflare_kimi.emulator.scenarios import Fault
from agentsflare_kimi.emulator.wire import usage
from agentsflare_kimi.reading.lenient import as_list, as_mapping

__all__ = ["fault_chunks", "fault_completion"]

Chunk = dict[str, object]
_ERROR: Final = {"message": "The upstream failed in the middle of the answer", "code": 502}


def fault_completion(body: Chunk, fault: Fault) -> Chunk:
    """Put *fault* into a completion; faults of streams leave it unchanged."""
    match fault:
        case "choice-error":
            return body | {"choices": [_failed(choice) for choice in as_list(body["choices"])]}
        case "error-beside":
            return body | {"error": _ERROR}
        case "zero-usage":
            return body | {"usage": usage(0, 0, 0)}
        case _:
            return body


def fault_chunks(chunks: Iterable[Chunk], fault: Fault) -> Iterator[Chunk]:
    """Put *fault* into the chunks of a stream."""
    calls: list[Mapping[str, object]] = []
    last: Chunk = {}
    for chunk in chunks:
        choices = [as_mapping(choice) for choice in as_list(chunk["choices"])]
        is_end = any(choice.get("finish_reason") for choice in choices)
        fragments = [call for choice in choices for call in _fragments(choice)]
        if is_end and fault == "whole-again" and calls:
            yield _with_fragments(chunk, _whole(calls))
        calls += fragments
        last = chunk
        if is_end and fault == "choice-error":
            yield chunk | {"choices": [_failed(choice) for choice in choices]}
        elif is_end and fault == "error-beside":
            yield chunk | {"error": _ERROR}
        elif fragments:
            yield from _with_odd_fragments(chunk, fragments, calls, fault)
        else:
            if is_end and fault == "late-ids" and calls:
                yield _with_fragments(chunk, [_only_id(call) for call in _whole(calls)])
            yield chunk
    if fault == "zero-usage":
        yield last | {"choices": [], "usage": usage(0, 0, 0)}


def _failed(choice: object) -> Chunk:
    return {**as_mapping(choice), "finish_reason": "error", "error": _ERROR}


def _fragments(choice: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [as_mapping(call) for call in as_list(as_mapping(choice.get("delta")).get("tool_calls"))]


def _with_fragments(chunk: Chunk, fragments: Iterable[Mapping[str, object]]) -> Chunk:
    first = as_mapping(as_list(chunk["choices"])[0])
    choice = {**first, "delta": {"tool_calls": list(fragments)}, "finish_reason": None}
    return chunk | {"choices": [choice]}


def _with_odd_fragments(
    chunk: Chunk,
    fragments: list[Mapping[str, object]],
    calls: list[Mapping[str, object]],
    fault: Fault,
) -> Iterator[Chunk]:
    match fault:
        case "no-index":
            odd = [_without(call, "index") for call in fragments]
        case "late-ids":
            odd = [_without(call, "id") for call in fragments]
        case "repeated-names":
            odd = [_named(call, _whole(calls)) for call in fragments]
        case _:
            odd = fragments
    yield _with_fragments(chunk, odd)


def _without(call: Mapping[str, object], name: str) -> Mapping[str, object]:
    return {key: value for key, value in call.items() if key != name}


def _named(
    fragment: Mapping[str, object], calls: list[Mapping[str, object]]
) -> Mapping[str, object]:
    call = next(each for each in calls if each["index"] == fragment["index"])
    arguments = as_mapping(fragment["function"]).get("arguments")
    name = as_mapping(call["function"]).get("name")
    return {**call, "function": {"name": name, "arguments": arguments}}


def _only_id(call: Mapping[str, object]) -> Mapping[str, object]:
    return {"index": call["index"], "id": call["id"], "type": "function"}


def _whole(fragments: list[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Join the fragments of each call."""
    joined: dict[object, Mapping[str, object]] = {}
    for each in fragments:
        known = joined.get(each["index"])
        function = as_mapping(each["function"])
        if known is None:
            joined[each["index"]] = each
            continue
        before = as_mapping(known["function"])
        arguments = f"{before['arguments']}{function.get('arguments', '')}"
        joined[each["index"]] = {**known, "function": {**before, "arguments": arguments}}
    return list(joined.values())
