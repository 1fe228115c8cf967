"""The HTTP library of an async client: the SDK's own, or aiohttp.

aiohttp takes less than half the time for each request. `openai` has a transport for it, behind
its `DefaultAioHttpClient`; here it behaves like the default one.
Source: facts/batch.md section 2.
"""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

import openai

from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.calling.tracing import keep_alive
from agentsflare_kimi.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    from httpx2 import Limits, Proxy, Request, Response  # noqa: TID251  # for type checkers alone

__all__ = ["Backend", "transport_maker"]

Backend = Literal["default", "aiohttp", "auto"]

# Bytes of a header; aiohttp's own limit is 8,190, that of the SDK's library 100 KB.
_LONGEST_HEADER: Final = 100 * 1024


def transport_maker(backend: Backend) -> Callable[..., http.AsyncBaseTransport]:
    """Return the factory for an async client's transports.

    Args:
        backend: `default` for the SDK's own, `aiohttp`, or `auto` for aiohttp where it is
            installed.

    Returns:
        A function that takes `verify`, `limits` and `proxy` as `httpx.AsyncHTTPTransport` does.
        It falls back to the SDK's own library where aiohttp does not work: SOCKS proxies and,
        with `auto`, event loops other than asyncio's.

    Raises:
        ConfigurationError: aiohttp is asked for and cannot be used.
    """
    if backend == "default":
        return http.AsyncHTTPTransport
    kind = _aiohttp_transport()
    if kind is None:
        if backend == "auto":
            return http.AsyncHTTPTransport
        raise ConfigurationError(
            f"http_backend='aiohttp' needs aiohttp 3.12 or newer and its transport for openai "
            f'{openai.__version__}: pip install "agentsflare-kimi[aiohttp]"'
        )

    def make(*, proxy: Proxy | None = None, **options: Any) -> http.AsyncBaseTransport:  # noqa: ANN401  # those of the transport
        is_socks = proxy is not None and proxy.url.scheme.startswith("socks")
        if is_socks or (backend == "auto" and not _is_in_asyncio()):
            return http.AsyncHTTPTransport(proxy=proxy, **options)
        return _AiohttpTransport(kind, proxy=proxy, **options)

    return make


@cache
def _aiohttp_transport() -> type[Any] | None:
    """Return the transport behind `openai.DefaultAioHttpClient`; None if it cannot be used."""
    client: type | None = getattr(openai, "DefaultAioHttpClient", None)
    package = client.__mro__[1].__module__.rpartition(".")[0] if client else ""
    # Without aiohttp, the class is a client of the HTTP library whose constructor raises.
    if package.rpartition(".")[2] != "httpx_aiohttp":
        return None
    with suppress(ImportError):
        options = inspect.signature(import_module("aiohttp").TCPConnector).parameters
        if "socket_factory" in options:
            return getattr(import_module(f"{package}.transport"), "AiohttpTransport", None)
    return None


def _is_in_asyncio() -> bool:
    with suppress(RuntimeError):
        return asyncio.get_running_loop().is_running()
    return False


class _AiohttpTransport(http.AsyncBaseTransport):
    """The SDK's transport for aiohttp, with our own session.

    The session keeps no cookies, probes its connections, and accepts long headers. Errors are
    those that the HTTP library raises for the same fault: by itself the transport reports a
    reset connection as a timeout, and lets other errors of aiohttp through.
    """

    def __init__(
        self, kind: type[Any], *, verify: ssl.SSLContext, limits: Limits, proxy: Proxy | None
    ) -> None:
        self._verify = verify
        self._limits = limits
        self._inner: http.AsyncBaseTransport = kind(
            verify=verify, limits=limits, proxy=proxy, client=self._make_session
        )

    async def handle_async_request(self, request: Request) -> Response:
        if not _is_in_asyncio():
            raise ConfigurationError(
                "http_backend='aiohttp' works only in asyncio's event loops; use 'default' "
                "in others"
            )
        with _errors_of_the_library():
            response = await self._inner.handle_async_request(request)
        response.stream = _Body(response.stream, request.extensions.get("timeout", {}).get("read"))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _make_session(self) -> Any:  # noqa: ANN401  # an `aiohttp.ClientSession`; aiohttp may be missing
        aiohttp: Any = import_module("aiohttp")
        connector = aiohttp.TCPConnector(
            ssl=self._verify,
            limit=self._limits.max_connections or 0,
            keepalive_timeout=self._limits.keepalive_expiry,
            socket_factory=_make_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )


class _Body(http.AsyncByteStream):
    """The body of a response, with errors as in `_AiohttpTransport`.

    After a chunk without a size, aiohttp ignores its read timeout and waits forever.
    """

    def __init__(self, inner: Any, timeout: float | None) -> None:  # noqa: ANN401  # an `httpx.AsyncByteStream`
        self._inner = inner
        self._timeout = timeout

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._inner)
        while (piece := await self._next(pieces)) is not None:
            yield piece

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        try:
            with _errors_of_the_library():
                async with asyncio.timeout(self._timeout):
                    return await anext(pieces, None)
        except TimeoutError:
            raise http.ReadTimeout("no data came in time") from None

    async def aclose(self) -> None:
        with _errors_of_the_library():
            await self._inner.aclose()


def _make_socket(address: Any) -> socket.socket:  # noqa: ANN401  # an `aiohttp.AddrInfoType`
    family, kind, protocol, _, _ = address
    connection = socket.socket(family, kind, protocol)
    keep_alive(connection)
    return connection


@contextmanager
def _errors_of_the_library() -> Generator[None]:
    try:
        yield
    except http.ConnectTimeout as error:
        if isinstance(error.__cause__, TimeoutError):
            raise
        raise _kind_of(error.__cause__)(str(error)) from error.__cause__
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "aiohttp":
            raise
        raise http.RemoteProtocolError(type(error).__name__) from error


def _kind_of(error: BaseException | None) -> type[http.TransportError]:
    aiohttp: Any = import_module("aiohttp")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return http.ProxyError
    if isinstance(error, aiohttp.ClientConnectorError):
        return http.ConnectError
    return http.ReadError
