"""HTTP clients that survive a fork and a second event loop, and sockets that notice a dead peer.

Only public names of the HTTP library are used, through the classes that `openai` exports, so
that both generations (httpx, httpx2) work. Source: facts/reliability.md section 4.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.request import getproxies
from weakref import WeakKeyDictionary

from openai import DEFAULT_CONNECTION_LIMITS, DefaultAsyncHttpxClient, DefaultHttpxClient

from agentsflare_kimi.calling.deadlines import at_most
from agentsflare_kimi.errors import ConfigurationError, UnsafeBaseUrlError
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from httpx2 import URL  # noqa: TID251  # for type checkers alone

__all__ = [
    "AsyncSteadyClient",
    "SteadyClient",
    "async_trace",
    "certificates",
    "check_origin",
    "is_steady",
    "trace",
]

# Seconds. The SDK's 5 make interactive use connect anew for each question; the edge allows 300.
_KEEPALIVE_EXPIRY: Final = 45.0
_LIMITS: Final = type(DEFAULT_CONNECTION_LIMITS)(
    max_connections=DEFAULT_CONNECTION_LIMITS.max_connections,
    max_keepalive_connections=DEFAULT_CONNECTION_LIMITS.max_keepalive_connections,
    keepalive_expiry=_KEEPALIVE_EXPIRY,
)
# Seconds; sockets count milliseconds in 32 bits, and raise OverflowError beyond.
_LONGEST_TIMEOUT: Final = 2_000_000
_DEFAULTS: Final[dict[str, Any]] = {
    "limits": _LIMITS,
    # A redirect would send the prompt to wherever it points.
    "follow_redirects": False,
}
# Plain http is allowed to this machine alone, so HTTP_PROXY must not see it.
_PAST_PROXIES: Final[dict[str, Any]] = {
    "mounts": dict.fromkeys(
        ("all://localhost", "all://*.localhost", "all://127.0.0.1", "all://[::1]")
    ),
}
# Seconds of silence until the first probe, between probes, and how many go unanswered.
_PROBES: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5))
_TOO_MANY_REQUESTS: Final = 429
_CONNECTED: Final = ("connect_tcp.complete", "start_tls.complete")
_SENDING: Final = "send_request_headers.started"
_TUNNEL: Final = b"CONNECT"


def _defaults() -> dict[str, Any]:
    # Each pattern costs a comparison a request.
    return _DEFAULTS | _PAST_PROXIES if getproxies() else _DEFAULTS


class SteadyClient(DefaultHttpxClient):
    """The SDK's HTTP client; a process forked from ours gets connections of its own."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of httpx.Client
        """Take the options of `openai.DefaultHttpxClient`."""
        super().__init__(**(options := _defaults() | options))
        self._options = options
        self._owner = os.getpid()
        self._of_process: dict[int, DefaultHttpxClient] = {}

    def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401  # as in httpx.Client
        """Send *request* over connections of this process."""
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        for name, seconds in limits.items():
            if seconds is not None and seconds > _LONGEST_TIMEOUT:
                limits[name] = None
        process = os.getpid()
        if process == self._owner:
            return super().send(request, **options)
        if process not in self._of_process:
            # What the parent uses is left untouched: closing it takes a lock that a thread of
            # the parent may have held at the fork.
            self._of_process = {process: DefaultHttpxClient(**self._options)}
        return self._of_process[process].send(request, **options)

    def __del__(self) -> None:
        if getattr(self, "_owner", None) == os.getpid() and not self.is_closed:
            self.close()


class AsyncSteadyClient(DefaultAsyncHttpxClient):
    """The SDK's async HTTP client; each event loop gets connections of its own."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of httpx.AsyncClient
        """Take the options of `openai.DefaultAsyncHttpxClient`."""
        super().__init__(**(options := _defaults() | options))
        self._options = options
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    async def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401  # as in httpx.AsyncClient
        """Send *request* over connections of the running loop."""
        client = self._of_this_loop()
        if client is None:
            response = await super().send(request, **options)
        else:
            response = await client.send(request, **options)
        if response.status_code == _TOO_MANY_REQUESTS:
            # The SDK asks without awaiting whether to try again, and the body has the answer.
            await response.aread()
        return response

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        client = self._of_this_loop() if self._of_loop else None
        if client is None:
            await super().aclose()
            return
        await client.aclose()
        with suppress(RuntimeError):  # the first loop is gone, and its connections with it
            await super().aclose()

    def __del__(self) -> None:
        # As the SDK does with the HTTP clients that it makes.
        with suppress(Exception):
            if not self.is_closed:
                self._closing = asyncio.get_running_loop().create_task(self.aclose())

    def _of_this_loop(self) -> DefaultAsyncHttpxClient | None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # not asyncio
            return None
        if loop not in self._of_loop:
            is_first = not self._of_loop
            self._of_loop[loop] = None if is_first else DefaultAsyncHttpxClient(**self._options)
        return self._of_loop[loop]


@contextmanager
def certificates() -> Generator[None]:
    """Name the variables that are to blame if certificates cannot be read in the block.

    Raises:
        ConfigurationError: In place of the error of the file system.
    """
    try:
        yield
    except OSError as error:
        named = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        raise ConfigurationError(
            f"cannot read the trusted certificates ({error.strerror}): see "
            f"{' and '.join(named) or 'those of the system'}"
        ) from error


def is_steady(client: object) -> bool:
    """Tell whether *client* is one of ours, which follow no redirects."""
    return isinstance(client, SteadyClient | AsyncSteadyClient)


def check_origin(url: URL, *trusted: URL) -> URL:
    """Return *url* if it has the origin of a *trusted* one: the key goes nowhere else.

    A WebSocket (`wss`) counts as what it is opened with (`https`).

    Raises:
        UnsafeBaseUrlError: It has another one.
    """
    if _origin(url) not in [_origin(each) for each in trusted]:
        raise UnsafeBaseUrlError(
            f"refusing to send the API key to {printable(url.host)!r}: this client talks to "
            f"{trusted[0].host!r} only. Make a client with that `base_url` if you trust it."
        )
    return url


def _origin(url: URL) -> tuple[str, str, int | None]:
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    return scheme, url.host, url.port or {"http": 80, "https": 443}.get(scheme)


def trace(event: str, info: Mapping[str, Any]) -> None:
    """Prepare a connection when it is made: the `trace` extension of a request.

    Args:
        event: What the HTTP library does.
        info: What it does it with.
    """
    if event.endswith(_CONNECTED):
        stream = info["return_value"]
        _keep_alive(stream)
        stream.read = _bounded(stream.read)
        stream.write = _bounded(stream.write)
    elif event.endswith(_SENDING):
        _leave(info)


async def async_trace(event: str, info: Mapping[str, Any]) -> None:
    """Prepare a connection when it is made: as `trace`, where cancelling bounds the time."""
    if event.endswith(_CONNECTED):
        stream = info["return_value"]
        _keep_alive(stream)
        _ask_cheaply(stream)
    elif event.endswith(_SENDING):
        _leave(info)


def _leave(info: Mapping[str, Any]) -> None:
    # The connection is there; to be told of every further step would only cost time. Behind a
    # request for a tunnel a connection is still to come.
    request = info["request"]
    if request.method != _TUNNEL:
        request.extensions.pop("trace", None)


def _keep_alive(stream: Any) -> None:  # noqa: ANN401  # httpcore's or httpcore2's NetworkStream
    connection = stream.get_extra_info("socket")
    if connection is None or connection.family == getattr(socket, "AF_UNIX", None):
        return
    with suppress(OSError):  # the peer may have gone already; reading will say so
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _PROBES:
            if hasattr(socket, name):  # not everywhere
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _ask_cheaply(stream: Any) -> None:  # noqa: ANN401  # as above
    # The pool asks each idle connection at each request whether the server has closed it, and
    # the HTTP library looks the peer's address up to answer. With 100 connections that is a
    # third of the time.
    connection = stream.get_extra_info("socket")
    if connection is None or not hasattr(select, "poll"):
        return
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    ask = stream.get_extra_info

    def get_extra_info(name: str) -> Any:  # noqa: ANN401  # as in the library
        if name != "is_readable":
            return ask(name)
        return connection.fileno() < 0 or bool(poll.poll(0))

    stream.get_extra_info = get_extra_info


def _bounded(transfer: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(data: Any, timeout: float | None = None) -> Any:  # noqa: ANN401  # a size or bytes
        return transfer(data, timeout=at_most(timeout))

    return bounded
