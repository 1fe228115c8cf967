"""Reports the assistant messages of an answer: at once, or when the caller has read it.

The answer itself is unchanged. A stream is reported when a finish reason or `[DONE]` comes; a
response that the caller reads by other means is parsed as its bytes arrive.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from openai import BaseModel, OpenAIError

from agentsflare_kimi.calling.bodies import observe_body
from agentsflare_kimi.calling.sse import EventDecoder
from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.content import assistant_message, choices_of
from agentsflare_kimi.reading.lenient import as_list, field

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["listen"]

_Hear = Callable[[Mapping[str, object]], None]

# Completions start with these; event streams do not.
_OBJECT: Final = (b"{", b"\xef\xbb\xbf{")


def listen(answer: Any, hear: _Hear) -> None:  # noqa: ANN401  # whatever the SDK returns
    """Call *hear* with each assistant message of *answer*, now or once it has arrived.

    Args:
        answer: What the SDK's `request()` returned: a completion, its text, a stream, a raw
            response, or an HTTP response.
        hear: Receives each message, as `assistant_message` builds it.
    """
    if isinstance(answer, str | bytes):
        _hear_body(answer.encode(errors="replace") if isinstance(answer, str) else answer, hear)
    elif isinstance(answer, BaseModel):  # whose fields may have any name
        _hear_all(answer, hear)
    elif (watch := getattr(answer, "watch", None)) is not None:
        watch.observers.append(_StreamEar(hear))
    elif (response := _response_of(answer)) is not None:
        _hear_response(response, hear)
    else:
        _hear_all(answer, hear)


def _response_of(answer: Any) -> Response | None:  # noqa: ANN401  # one of many classes
    # A raw response has the first, a stream of the caller's own class the second.
    response = getattr(answer, "http_response", None) or getattr(answer, "response", answer)
    return response if hasattr(response, "is_stream_consumed") else None


def _hear_response(response: Response, hear: _Hear) -> None:
    if not response.is_stream_consumed:
        observe_body(response, _BodyEar(hear))
        return
    try:
        body = response.content
    except RuntimeError:
        # The caller's own class consumed it piece by piece, and nothing was kept.
        return
    _hear_body(body, hear)


class _StreamEar:
    """Accumulates a stream's chunks, alongside the reader."""

    def __init__(self, hear: _Hear) -> None:
        """Begin with nothing heard."""
        self._hear = hear
        self._received = StreamAccumulator()

    def hear(self, chunk: object) -> None:
        """Add one chunk; after a finish reason, the messages are complete."""
        self._received.add(chunk)
        choices = as_list(field(chunk, "choices"))
        if any(field(choice, "finish_reason") for choice in choices):
            self._tell()

    def end(self) -> None:
        """Note the end of the stream; some gateways send no finish reason."""
        if any(choice.finish_reason is None for choice in self._received.choices.values()):
            self._tell()

    def _tell(self) -> None:
        _hear_all(self._received.completion(), self._hear)


class _BodyEar:
    """Parses a body as it arrives: events one by one, anything else when it is complete."""

    def __init__(self, hear: _Hear) -> None:
        """Begin with nothing heard."""
        self._hear = hear
        self._body = bytearray()
        self._events: EventDecoder | None = None
        self._stream = _StreamEar(hear)
        self._is_over = False

    def feed(self, piece: bytes) -> None:
        """Add the next bytes."""
        if self._is_over:  # what was read whole may be read again
            return
        if self._events is None and not self._body:
            piece = piece.lstrip()
            if piece and not piece.startswith(_OBJECT):
                self._events = EventDecoder()
        if self._events is None:
            self._body += piece
        else:
            self._hear_events(self._events, piece)

    def end(self) -> None:
        """Note the end of the body."""
        if self._is_over:
            return
        if self._events is None:
            _hear_completion(self._body, self._hear)
        else:
            self._hear_events(self._events, None)
        self._is_over, self._body = True, bytearray()

    def _hear_events(self, events: EventDecoder, piece: bytes | None) -> None:
        try:
            for event in events.finish() if piece is None else events.feed(piece):
                if events.is_done:
                    self._stream.end()
                    break
                self._stream.hear(event.json())
        except OpenAIError:
            # The reader of the same bytes raises the error.
            self._is_over = True
        self._is_over = self._is_over or events.is_done


def _hear_all(completion: object, hear: _Hear) -> None:
    for index, _ in choices_of(completion):
        hear(assistant_message(completion, index))


def _hear_body(body: bytes, hear: _Hear) -> None:
    ear = _BodyEar(hear)
    ear.feed(body)
    ear.end()


def _hear_completion(body: bytearray, hear: _Hear) -> None:
    # Most answers call no tool; do not parse those twice.
    if b'"tool_calls"' not in body:
        return
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError):
        # The caller gets the same bytes, and the SDK's own error.
        return
    _hear_all(completion, hear)
