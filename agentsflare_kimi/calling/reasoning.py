"""Remembers the reasoning behind tool calls, and puts it back where a caller dropped it.

Kimi answers 400 when an assistant message with tool calls comes back without its
`reasoning_content`, and most frameworks drop that field (facts/ecosystem.md section 3).
Call ids repeat across conversations, so an answer is known by a digest of everything that was
said before it, together with its calls: one user's reasoning never reaches another's request.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple, cast

from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.rules import ABSENT, lacks_reasoning

__all__ = ["ReasoningMemory"]

_Message = Mapping[str, object]

# Several times what an agent keeps open at once, and a tool loop that pauses longer than an
# hour is rare. Source: facts/ecosystem.md section 3.3.
_MOST_ENTRIES: Final = 1_024
_MOST_BYTES: Final = 8 * 1_048_576
_OLDEST_SECONDS: Final = 3_600.0


class _Entry(NamedTuple):
    reasoning: str
    size: int
    since: float


class ReasoningMemory:
    """The reasoning of a client's recent tool calls; bounded, never logged, safe for threads."""

    def __init__(
        self,
        *,
        most_entries: int = _MOST_ENTRIES,
        most_bytes: int = _MOST_BYTES,
        oldest_seconds: float = _OLDEST_SECONDS,
    ) -> None:
        """Begin with nothing remembered, within the given bounds."""
        self._bounds = (most_entries, most_bytes, oldest_seconds)
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Bytes of reasoning remembered."""
        return self._bytes

    def remember(self, messages: Sequence[object], answer: _Message) -> None:
        """Keep the reasoning of *answer*, an assistant message that followed *messages*.

        Args:
            messages: The conversation that was sent, as the caller will send it again.
            answer: A message with `tool_calls` and `reasoning_content`; others are passed over.
        """
        reasoning = answer.get("reasoning_content")
        if isinstance(reasoning, str) and answer.get("tool_calls"):
            *_, before = _prefixes(messages)
            self._store(_key(before, answer), reasoning)

    def restore(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """Put back the reasoning that assistant messages in *body* have lost.

        Args:
            body: A chat-completions body; never changed.

        Returns:
            A body with what is remembered put back, or *body* itself where there is nothing;
            a message whose reasoning is not known stays as it is.
        """
        messages = body.get("messages")
        if not self._entries or not isinstance(messages, Sequence):
            return body
        history = cast("Sequence[object]", messages)
        if not any(map(lacks_reasoning, history)):
            return body
        changes = tuple(self._missing(history))
        return apply_changes(body, changes) if changes else body

    def _missing(self, messages: Sequence[object]) -> Iterator[Change]:
        for index, (message, before) in enumerate(zip(messages, _prefixes(messages), strict=False)):
            if lacks_reasoning(message):
                reasoning = self._recall(_key(before, cast("_Message", message)))
                if reasoning is not None:
                    yield Change(
                        parameter=f"messages[{index}].reasoning_content",
                        before=ABSENT,
                        after=reasoning,
                        reason="the caller dropped it",
                    )

    def _store(self, key: bytes, reasoning: str) -> None:
        most_entries, most_bytes, oldest_seconds = self._bounds
        size = len(key) + len(reasoning.encode("utf-8", "replace"))
        now = time.monotonic()
        if size > most_bytes:
            return
        with self._lock:
            self._forget(key)
            self._entries[key] = _Entry(reasoning, size, now)
            self._bytes += size
            while (
                len(self._entries) > most_entries
                or self._bytes > most_bytes
                or next(iter(self._entries.values())).since < now - oldest_seconds
            ):
                self._forget(next(iter(self._entries)))

    def _recall(self, key: bytes) -> str | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.since < time.monotonic() - self._bounds[2]:
                return None
            return entry.reasoning

    def _forget(self, key: bytes) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size


def _prefixes(messages: Sequence[object]) -> Iterator[blake2b]:
    """Yield the digest of what stands before each message, and last that of them all."""
    digest = blake2b(digest_size=32)
    for message in messages:
        yield digest.copy()
        digest.update(_canonical(message))
    yield digest


def _key(before: blake2b, answer: _Message) -> bytes:
    digest = before.copy()
    digest.update(_dump(["calls", _calls(answer.get("tool_calls"))]))
    return digest.digest()


def _canonical(message: object) -> bytes:
    # Frameworks rebuild messages: only what carries meaning counts, and reasoning_content does
    # not, because the caller may or may not have kept it.
    if not isinstance(message, Mapping):
        return _dump(message)
    fields = cast("_Message", message)
    return _dump(
        [
            fields.get("role"),
            fields.get("name"),
            fields.get("tool_call_id"),
            _content(fields.get("content")),
            _calls(fields.get("tool_calls")),
        ]
    )


def _content(content: object) -> object:
    if isinstance(content, list):
        parts = cast("list[object]", content)
        texts = [_text(part) for part in parts]
        return "".join(cast("list[str]", texts)) if None not in texts else parts
    return content or ""


def _text(part: object) -> object:
    if isinstance(part, Mapping):
        fields = cast("_Message", part)
        if fields.get("type") == "text" and isinstance(fields.get("text"), str):
            return fields["text"]
    return None


def _calls(calls: object) -> list[object]:
    return [_call(call) for call in cast("list[object]", calls)] if isinstance(calls, list) else []


def _call(call: object) -> object:
    if not isinstance(call, Mapping):
        return call
    fields = cast("_Message", call)
    function = fields.get("function")
    if not isinstance(function, Mapping):
        return fields
    named = cast("_Message", function)
    return [fields.get("id"), named.get("name"), _arguments(named.get("arguments"))]


def _arguments(arguments: object) -> object:
    # Frameworks parse and print the JSON again, with other blanks and key order.
    if not isinstance(arguments, str):
        return arguments
    if not arguments.strip():
        return {}
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments


def _dump(value: Any) -> bytes:  # noqa: ANN401  # anything a caller may send
    return json.dumps(value, sort_keys=True, default=repr, separators=(",", ":")).encode() + b"\n"
