"""Hears the assistant messages of an answer: at once, or when the caller has read it.

Whatever the SDK returns is passed on as it is; a raw answer is heard when its body is read,
a stream when a finish reason comes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from agentsflare_kimi.accumulator import StreamAccumulator
from agentsflare_kimi.content import assistant_message, choices_of

__all__ = ["EAR", "StreamEar", "listen"]

_Hear = Callable[[Mapping[str, object]], None]

EAR: Final = "agentsflare_kimi.ear"
"""Where a request's public `extensions` hold what listens to the chunks of its answer."""


def listen(answer: Any, hear: _Hear) -> None:  # noqa: ANN401  # whatever the SDK returns
    """Call *hear* with each assistant message of *answer*, now or once it has arrived.

    Args:
        answer: What the SDK's `request()` returned: a completion, a stream, a raw response.
        hear: Takes a message as `assistant_message` builds it.
    """
    watch = getattr(answer, "watch", None)
    raw = getattr(answer, "http_response", None)
    if watch is not None:
        watch.observers.append(StreamEar(hear))
    elif raw is None:
        _hear_all(answer, hear)
    else:
        raw.request.extensions[EAR] = StreamEar(hear)
        if raw.is_stream_consumed:
            _hear_body(raw.content, hear)
        else:
            _hear_when_read(raw, hear)


class StreamEar:
    """Puts a stream's chunks together, beside whoever reads them."""

    def __init__(self, hear: _Hear) -> None:
        """Begin with nothing heard."""
        self._hear = hear
        self._received = StreamAccumulator()

    def __call__(self, chunk: Any) -> None:  # noqa: ANN401  # of either SDK generation
        """Take in one chunk; after a finish reason, the messages are complete."""
        self._received.add(chunk)
        if any(getattr(choice, "finish_reason", None) for choice in chunk.choices or ()):
            _hear_all(self._received.completion(), self._hear)


def _hear_all(completion: object, hear: _Hear) -> None:
    for index, _ in choices_of(completion):
        hear(assistant_message(completion, index))


def _hear_body(body: bytes, hear: _Hear) -> None:
    # Most answers call no tool, and parsing twice is paid by all of them.
    if b'"tool_calls"' not in body:
        return
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError):
        # The caller gets the same bytes, and with them the SDK's own error.
        return
    _hear_all(completion, hear)


def _hear_when_read(response: Any, hear: _Hear) -> None:  # noqa: ANN401  # of httpx or httpx2
    read, aread = response.read, response.aread

    @wraps(read)
    def heard_read() -> bytes:
        body: bytes = read()
        _hear_body(body, hear)
        return body

    @wraps(aread)
    async def heard_aread() -> bytes:
        body: bytes = await aread()
        _hear_body(body, hear)
        return body

    response.read, response.aread = heard_read, heard_aread
