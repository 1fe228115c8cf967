"""The gateway without a socket: a transport for the HTTP library that `openai` uses.

openai 1 and 2 use httpx, openai 3 uses httpx2. The SDK's public `DefaultHttpxClient` tells which
one is in use when a transport is made.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator
from functools import cache
from itertools import takewhile
from typing import Any

from agentsflare_kimi.emulator.server import Application, Finished
from agentsflare_kimi.emulator.wire import Cut, Part, Reply, Request, Wait

__all__ = ["create_transport"]


def create_transport(application: Application) -> Any:  # noqa: ANN401  # of httpx or httpx2
    """Make a transport that connects sync and async clients to *application*.

    Args:
        application: Answers the requests.

    Returns:
        An object that is `BaseTransport` and `AsyncBaseTransport` of the installed library.
    """
    library = _http_library()
    bases = _Transport, library.BaseTransport, library.AsyncBaseTransport
    return type("EmulatorTransport", bases, {})(library, application)


@cache
def _http_library() -> Any:  # noqa: ANN401  # the module httpx or httpx2
    from openai import DefaultHttpxClient  # noqa: PLC0415  # loads the SDK

    client = next(base for base in DefaultHttpxClient.__mro__ if base.__name__ == "Client")
    return sys.modules[client.__module__.partition(".")[0]]


class _Transport:
    def __init__(self, library: Any, application: Application) -> None:  # noqa: ANN401  # as above
        self._library = library
        self._application = application
        bases = _Stream, library.SyncByteStream, library.AsyncByteStream
        self._stream = type("EmulatorStream", bases, {})

    def handle_request(self, request: Any) -> Any:  # noqa: ANN401  # as above
        stream, response = self._answer(request, request.read())
        stream.wait_for_head()
        return response

    async def handle_async_request(self, request: Any) -> Any:  # noqa: ANN401  # as above
        stream, response = self._answer(request, await request.aread())
        await stream.wait_for_head_async()
        return response

    def _answer(self, request: Any, body: bytes) -> tuple[_Stream, Any]:  # noqa: ANN401  # as above
        reply, finished = self._application(_read(request, body))
        timeout = request.extensions.get("timeout", {}).get("read")
        stream = self._stream(self._library, reply, finished, timeout)
        headers = dict(reply.headers)
        return stream, self._library.Response(reply.status, headers=headers, stream=stream)


class _Stream:
    def __init__(
        self,
        library: Any,  # noqa: ANN401  # as above
        reply: Reply,
        finished: Finished,
        timeout: float | None,
    ) -> None:
        self._library = library
        parts = tuple(reply.parts)
        waits = len([*takewhile(_is_wait, parts)])
        self._head, self._parts = parts[:waits], parts[waits:]
        self._finished = finished
        self._timeout = timeout
        if not self._parts:
            finished("sent")

    def wait_for_head(self) -> None:
        for wait in self._head:
            self._wait(wait)

    async def wait_for_head_async(self) -> None:
        for wait in self._head:
            await self._wait_async(wait)

    def __iter__(self) -> Iterator[bytes]:
        for number, part in enumerate(self._parts, start=1):
            if isinstance(part, Wait):
                self._wait(part)
            else:
                yield self._data(part, number)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, part in enumerate(self._parts, start=1):
            if isinstance(part, Wait):
                await self._wait_async(part)
            else:
                yield self._data(part, number)

    def close(self) -> None:
        self._finished("client_closed")

    async def aclose(self) -> None:
        self._finished("client_closed")

    def _wait(self, wait: Part) -> None:
        seconds, is_timeout = self._patience(wait)
        time.sleep(seconds)
        if is_timeout:
            raise self._give_up()

    async def _wait_async(self, wait: Part) -> None:
        from anyio import sleep  # noqa: PLC0415  # the linter and the demo do without

        seconds, is_timeout = self._patience(wait)
        await sleep(seconds)
        if is_timeout:
            raise self._give_up()

    def _patience(self, wait: Part) -> tuple[float, bool]:
        seconds = wait.seconds if isinstance(wait, Wait) else 0.0
        if self._timeout is None or seconds < self._timeout:
            return seconds, False
        return self._timeout, True

    def _give_up(self) -> Exception:
        self._finished("client_closed")
        return self._library.ReadTimeout("the emulator let the client wait, as it was asked to")

    def _data(self, part: bytes | Cut, number: int) -> bytes:
        if isinstance(part, bytes):
            if number == len(self._parts):
                # Clients stop reading at `[DONE]`.
                self._finished("sent")
            return part
        self._finished("cut")
        name = "ReadError" if part.is_reset else "RemoteProtocolError"
        raise getattr(self._library, name)("the emulator cut the connection, as it was asked to")


def _read(request: Any, body: bytes) -> Request:  # noqa: ANN401  # of httpx or httpx2
    return Request(
        method=request.method,
        path=request.url.raw_path.decode("ascii"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _is_wait(part: Part) -> bool:
    return isinstance(part, Wait)
