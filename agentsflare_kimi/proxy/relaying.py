"""Passes answers through: streams event by event, each checked before the caller gets it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from agentsflare_kimi.calling.sdk import AsyncGuardedStream
from agentsflare_kimi.calling.sse import Event
from agentsflare_kimi.proxy.exchange import Exchange
from agentsflare_kimi.proxy.replies import Reply, passed_on

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["relay_bytes", "relay_events"]

_KEEP_ALIVE: Final = b": keep-alive\n\n"
_DONE: Final = b"data: [DONE]\n\n"


async def relay_events(stream: AsyncGuardedStream[Any], exchange: Exchange, reply: Reply) -> None:
    """Pass a stream on: the data of each event as it came, after the client has checked it.

    The answer begins with the first event, so that a failure before it is an error with a
    status. Comments, by which gateways keep a connection open, keep the caller's open too.

    Raises:
        openai.OpenAIError: The stream failed; what came before is with the caller.
    """

    async def begin() -> None:
        if not reply.has_begun:
            headers = passed_on(stream.response.headers)
            await reply.begin(200, {**headers, "cache-control": "no-cache"})

    async def keep_alive() -> None:
        await begin()
        await reply.write(_KEEP_ALIVE)

    _hear_comments(stream.response, keep_alive)
    try:
        while (chunk := await anext(stream, None)) is not None:
            await begin()
            exchange.take(chunk)
            await reply.write(_framed(stream.latest_event))
        await begin()
        await reply.write(_DONE)
        await reply.end()
    finally:
        await stream.response.aclose()


async def relay_bytes(response: Response, reply: Reply) -> None:
    """Pass any other answer on, byte by byte.

    Raises:
        openai.OpenAIError: The answer broke off.
    """
    try:
        await reply.begin(response.status_code, passed_on(response.headers))
        async for piece in response.aiter_bytes():
            await reply.write(piece)
        await reply.end()
    finally:
        await response.aclose()


def _framed(event: Event) -> bytes:
    lines = [f"event: {event.event}"] if event.event else []
    lines += [f"id: {event.id}"] if event.id is not None else []
    lines += [f"data: {line}" for line in event.data.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def _hear_comments(response: Response, hear: Callable[[], Awaitable[None]]) -> None:
    read = response.aiter_bytes

    @wraps(read)
    async def heard(*args: int | None, **options: int | None) -> AsyncGenerator[bytes, None]:
        async with aclosing(read(*args, **options)) as pieces:
            async for piece in pieces:
                if piece.startswith(b":"):
                    await hear()
                yield piece

    response.aiter_bytes = heard
