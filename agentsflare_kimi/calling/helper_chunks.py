"""Normalises chunks, so that the SDK's stream helper can accumulate them.

The helper behind `.stream()` accumulates chunks by index: it fails if an index is missing, and
duplicates what a gateway repeats. So it gets new chunks, made from what `reading` accumulates,
which handles both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.arguments import is_json_object
from agentsflare_kimi.reading.choice_accumulator import ChoiceAccumulator
from agentsflare_kimi.reading.content import REASONING_FIELDS
from agentsflare_kimi.reading.lenient import (
    as_integer,
    as_list,
    as_text,
    field,
    fields,
    is_list,
    is_mapping,
    plain,
    split_half,
    text_parts,
    whole_text,
)

__all__ = ["HelperChunks"]

_CHUNK: Final = "chat.completion.chunk"
_TEXT_FIELDS: Final = frozenset({"content", "refusal", *REASONING_FIELDS})
_BODY_FIELDS: Final = ("name", "arguments", "input")
# More choices than any API returns; a larger index is not a choice's.
_MAX_CHOICES: Final = 128


class HelperChunks:
    """Normalises the chunks of one stream for the SDK's helper.

    Attributes:
        received: The accumulated chunks.
    """

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.received: StreamAccumulator = StreamAccumulator()
        self._choices: dict[int, _Choice] = {}

    def take(self, chunk: object, snapshot: object) -> list[ChatCompletionChunk]:
        """Convert one chunk.

        Args:
            chunk: The next chunk.
            snapshot: What the helper has accumulated so far. If the gateway replaces text that
                it sent, the old text is removed from it.

        Returns:
            The chunks for the helper: none for an annotation; two if a tool call comes with the
            finish reason, which the helper would apply to the previous call.
        """
        self.received.add(chunk)
        told = fields(chunk)
        entries = [entry for entry in map(fields, as_list(told.get("choices"))) if entry]
        if told.get("object") != _CHUNK and not any(map(_says_something, entries)):
            return []
        choices = [each for entry in entries for each in self._told(entry, snapshot)]
        rest = {name: plain(value) for name, value in told.items() if name != "choices"}
        ended = [choice for choice in choices if choice["finish_reason"]]
        if not any(choice["delta"].get("tool_calls") for choice in ended):
            return [_chunk(rest, choices)]
        open_ones = [{**choice, "finish_reason": None} for choice in choices]
        return [
            _chunk({**rest, "usage": None}, open_ones),
            _chunk(rest, [{**choice, "delta": {}} for choice in ended]),
        ]

    def rest(self) -> list[ChatCompletionChunk]:
        """Return what is left when the stream ends: halves of UTF-16 pairs, as U+FFFD."""
        choices: list[dict[str, Any]] = [
            {"index": index, "delta": delta, "finish_reason": None, "logprobs": None}
            for index, choice in self._choices.items()
            if (delta := choice.rest())
        ]
        return [_chunk({}, choices)] if choices else []

    def completion(self) -> ChatCompletion:
        """Return the completion that the chunks so far add up to."""
        return ChatCompletion.construct(**cast("dict[str, Any]", self.received.completion()))

    def _told(self, entry: dict[str, object], snapshot: object) -> Iterator[dict[str, Any]]:
        index = as_integer(entry.get("index")) or 0
        if 0 <= index < _MAX_CHOICES:  # the helper numbers choices in the order of arrival
            for missing in range(index):
                if missing not in self._choices:
                    self._choices[missing] = _Choice()
                    yield {"index": missing, "delta": {}, "finish_reason": None}
        choice = self._choices.setdefault(index, _Choice())
        so_far = self.received.choices[index]
        rest = {
            name: plain(value)
            for name, value in entry.items()
            if name not in {"delta", "message", "usage"}
        }
        rest["logprobs"] = plain(fields(entry.get("logprobs"))) or None
        finish = so_far.finish_reason if entry.get("finish_reason") else None
        delta = choice.delta(entry, so_far, _snapshot_calls(snapshot, index))
        yield {**rest, "index": index, "delta": delta, "finish_reason": finish}


class _Choice:
    """What the helper has received for one choice."""

    def __init__(self) -> None:
        self._has_role = False
        self._halves: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._calls: list[dict[str, str]] = []

    def delta(
        self, entry: dict[str, object], so_far: ChoiceAccumulator, known: list[object]
    ) -> dict[str, object]:
        """Return what is new in *entry*."""
        told = fields(entry.get("delta")) or fields(entry.get("message"))
        new: dict[str, object] = {}
        for name, value in told.items():
            if value is None or name == "tool_calls":
                continue
            if name == "role":  # many gateways repeat it, and the helper would join them
                if value and not self._has_role:
                    new[name], self._has_role = value, True
            elif name in _TEXT_FIELDS:
                new[name] = self._text(name, text_parts(value) or "")
            else:
                new[name] = self._numbered(name, value) if is_list(value) else plain(value)
        is_over = so_far.finish_reason is not None
        if is_over:
            for name, half in self.rest().items():
                new[name] = f"{new.get(name) or ''}{half}"
        if calls := self._fragments(so_far.tool_calls_as_they_came, known, is_over=is_over):
            new["tool_calls"] = calls
        return new

    def rest(self) -> dict[str, object]:
        """Return the halves of UTF-16 pairs that nothing completed, each as U+FFFD."""
        rest: dict[str, object] = {name: whole_text(half) for name, half in self._halves.items()}
        self._halves.clear()
        return rest

    def _text(self, name: str, text: str) -> str:
        whole, half = split_half(self._halves.pop(name, "") + text)
        if half:
            self._halves[name] = half
        return whole

    def _numbered(self, name: str, values: object) -> list[object]:
        """Return entries with the indexes that the helper requires, numbered on if missing."""
        entries = [plain(value) for value in as_list(values)]
        if not all(map(is_mapping, entries)):
            return entries
        numbered: list[object] = []
        for entry in map(fields, entries):
            index = as_integer(entry.get("index"))
            place = self._counts.get(name, 0) if index is None else index
            self._counts[name] = max(self._counts.get(name, 0), place + 1)
            numbered.append({**entry, "index": place})
        return numbered

    def _fragments(
        self, calls: list[dict[str, object]], known: list[object], *, is_over: bool
    ) -> list[dict[str, object]]:
        fragments: list[dict[str, object]] = []
        for place, call in enumerate(calls):
            so_far = known[place] if place < len(known) else None
            fragment = self._fragment(place, call, so_far, is_over=is_over)
            if fragment is not None:
                fragments.append(fragment)
            # The helper takes the first fragment of a call for the end of the previous one.
            if not is_over and not is_json_object(self._calls[place].get("arguments", "{}")):
                break
        return fragments

    def _fragment(
        self, place: int, call: dict[str, object], known: object, *, is_over: bool
    ) -> dict[str, object] | None:
        kind = "custom" if "custom" in call else "function"
        body = fields(call.get(kind))
        is_new = place == len(self._calls)
        if is_new:
            self._calls.append({"name": "", "id": ""})
        said = self._calls[place]
        new: dict[str, str] = {}
        for name in _BODY_FIELDS:
            received = as_text(body.get(name)) or ""
            text = whole_text(received) if is_over else split_half(received)[0]
            before = said.get(name, "")
            if not text.startswith(before):
                _forget(field(known, kind), name)
                before = ""
            if name in body or is_new:
                said[name] = text
            if text != before:
                new[name] = text[len(before) :]
        identity = as_text(call.get("id")) or ""
        if not is_new and not new and identity == said["id"]:
            return None
        fragment: dict[str, object] = {"index": place, "type": kind}
        if is_new:
            new = ({"name": "", "arguments": ""} if kind == "function" else {}) | new
            rest = {name: value for name, value in call.items() if name != kind}
            fragment |= {**rest, "id": identity or None}
        elif identity != said["id"]:
            fragment["id"] = identity
        said["id"] = identity
        return {**fragment, kind: new}


def _chunk(rest: dict[str, object], choices: list[dict[str, Any]]) -> ChatCompletionChunk:
    told: dict[str, Any] = {**rest, "object": _CHUNK, "choices": choices}
    return ChatCompletionChunk.construct(**told)


def _says_something(entry: dict[str, object]) -> bool:
    delta = fields(entry.get("delta")) or fields(entry.get("message"))
    said = [entry.get("finish_reason"), delta.get("tool_calls"), *map(delta.get, _TEXT_FIELDS)]
    return any(said)


def _snapshot_calls(snapshot: object, index: int) -> list[object]:
    choices = as_list(field(snapshot, "choices"))
    message = field(choices[index], "message") if 0 <= index < len(choices) else None
    return [*as_list(field(message, "tool_calls"))]


def _forget(body: object, name: str) -> None:
    if body is not None:
        setattr(body, name, "")
