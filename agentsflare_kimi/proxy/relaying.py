"""Relays answers: streams event by event, each checked before the caller gets it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, cast

import anyio.lowlevel

from agentsflare_kimi.calling.answer_checks import checked_data
from agentsflare_kimi.calling.sdk import AsyncGuardedStream
from agentsflare_kimi.calling.sse import Event
from agentsflare_kimi.proxy.exchange import Exchange
from agentsflare_kimi.proxy.replies import Reply, passed_on
from agentsflare_kimi.reading.lenient import field

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["readable", "relay_bytes", "relay_events"]

_KEEP_ALIVE: Final = b": keep-alive\n\n"
_DONE: Final = b"data: [DONE]\n\n"


_Before = Callable[[], Awaitable[None]]


async def relay_events(
    stream: AsyncGuardedStream[Any],
    cast_to: type,
    exchange: Exchange,
    reply: Reply,
    *,
    before: _Before | None = None,
) -> None:
    """Relay a stream: the data of each event unchanged, after the client has checked it.

    The answer starts with the first event, so that an earlier failure becomes an error with a
    status. Comments, with which gateways keep connections alive, are relayed too.

    Args:
        stream: The client's stream.
        cast_to: The type of its chunks.
        exchange: Records the usage and the finish reason.
        reply: The reply to write to.
        before: Awaited before each piece is sent to the caller.

    Raises:
        openai.OpenAIError: The stream failed; the caller has everything before that.
    """
    relay = _Relay(stream.response, reply, before)
    try:
        while (chunk := await anext(stream, None)) is not None:
            exchange.take(chunk)
            relay.waiting.append(_framed(stream.latest_event, chunk, cast_to, stream.response))
        relay.waiting.append(_DONE)
    finally:
        await relay.flush()
        await stream.response.aclose()
    await reply.end()


async def relay_bytes(response: Response, reply: Reply) -> None:
    """Relay any other answer, byte by byte.

    Raises:
        openai.OpenAIError: The answer broke off.
    """
    try:
        await reply.begin(response.status_code, passed_on(response.headers))
        async for piece in response.aiter_bytes():
            await reply.write(piece)
            await anyio.lowlevel.checkpoint()  # as in `_Relay`
        await reply.end()
    finally:
        await response.aclose()


def readable(body: bytes, cast_to: type, response: Response) -> bytes:
    """Return *body* unchanged, or with `choices` made a list of objects.

    Args:
        body: A completion or a chunk that the client accepted.
        cast_to: The type of *body*.
        response: The response that it came with.
    """
    value: object = json.loads(body)
    checked = checked_data(value, cast_to, response)
    return body if checked is value else json.dumps(checked).encode()


class _Relay:
    """Writes to the caller once all data received so far is checked: once for each piece."""

    def __init__(self, response: Response, reply: Reply, before: _Before | None) -> None:
        self.waiting: list[bytes] = []
        self._before = before
        self._response = response
        self._reply = reply
        read = response.aiter_bytes

        @wraps(read)
        async def heard(*args: int | None, **options: int | None) -> AsyncGenerator[bytes, None]:
            async with aclosing(read(*args, **options)) as pieces:
                async for piece in pieces:
                    if piece.startswith(b":"):
                        self.waiting.append(_KEEP_ALIVE)
                    yield piece
                    # The decoder has processed the last piece, and asks for the next.
                    await self.flush()
                    # A gateway that is faster than we are always has data: without this, nobody
                    # else had a turn, and a caller that went away was not noticed.
                    await anyio.lowlevel.checkpoint()

        response.aiter_bytes = heard

    async def flush(self) -> None:
        if not self.waiting:
            return
        piece, self.waiting = b"".join(self.waiting), []
        if self._before is not None:
            await self._before()
        if not self._reply.has_begun:
            headers = passed_on(self._response.headers)
            await self._reply.begin(200, {**headers, "cache-control": "no-cache"})
        await self._reply.write(piece)


def _framed(event: Event, chunk: object, cast_to: type, response: Response) -> bytes:
    data = event.data.encode()
    if not cast("list[object]", field(chunk, "choices")):  # seldom: usage, or annotations alone
        data = readable(data, cast_to, response)
    data = data.replace(b"\n", b"\ndata: ") if b"\n" in data else data
    named = f"event: {event.event}\n".encode() if event.event else b""
    return b"%bdata: %b\n\n" % (named, data)
