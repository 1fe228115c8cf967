"""The HTTP clients of our clients: no redirects, connections that survive forks and loops.

They subclass the clients that `openai` exports, over transports of `transports.py`, so both
generations of its HTTP library work. Source: facts/reliability.md section 4.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from errno import ENOTDIR
from typing import Any, Final, TypeVar

from openai import DEFAULT_CONNECTION_LIMITS, DefaultAsyncHttpxClient, DefaultHttpxClient

from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.calling.loops import PerLoop
from agentsflare_kimi.calling.proxies import find_proxy, make_proxy, read_proxies, variable_of
from agentsflare_kimi.calling.transports import AsyncPooledTransport, PooledTransport
from agentsflare_kimi.errors import ConfigurationError

__all__ = ["AsyncSteadyClient", "SteadyClient", "is_steady"]

_Transport = TypeVar("_Transport")

# Seconds. With the SDK's 5, interactive use reconnects for each question; the edge allows 300.
_KEEPALIVE_EXPIRY: Final = 45.0
_LIMITS: Final = type(DEFAULT_CONNECTION_LIMITS)(
    max_connections=DEFAULT_CONNECTION_LIMITS.max_connections,
    max_keepalive_connections=DEFAULT_CONNECTION_LIMITS.max_keepalive_connections,
    keepalive_expiry=_KEEPALIVE_EXPIRY,
)


class SteadyClient(DefaultHttpxClient):
    """The SDK's HTTP client; a forked process gets connections of its own."""

    def __init__(self, base_url: str, **options: Any) -> None:  # noqa: ANN401  # those of httpx.Client
        """Make a client for *base_url* with the options of `openai.DefaultHttpxClient`.

        Raises:
            ConfigurationError: Requests for *base_url* need a proxy or certificates from the
                environment that cannot be used.
        """
        self._pool, mounts = _transports(base_url, http.HTTPTransport, PooledTransport)
        super().__init__(transport=self._pool, mounts=mounts, **_without_redirects(options))

    @property
    def _of_process(self) -> dict[int, Any]:
        return self._pool.of_process

    def __del__(self) -> None:
        with suppress(AttributeError):  # it was not made
            if not self.is_closed:
                self.close()


class AsyncSteadyClient(DefaultAsyncHttpxClient):
    """The SDK's async HTTP client; each event loop gets connections of its own."""

    def __init__(
        self,
        base_url: str,
        *,
        make_transport: Callable[..., http.AsyncBaseTransport] = http.AsyncHTTPTransport,
        **options: Any,  # noqa: ANN401  # those of httpx.AsyncClient
    ) -> None:
        """Make a client for *base_url* with the options of `openai.DefaultAsyncHttpxClient`.

        Args:
            base_url: Where requests go.
            make_transport: Makes the transport that holds the connections, with the options of
                `httpx.AsyncHTTPTransport`.
            options: Other options of the client.

        Raises:
            ConfigurationError: Requests for *base_url* need a proxy or certificates from the
                environment that cannot be used.
        """
        self._pool, mounts = _transports(base_url, make_transport, AsyncPooledTransport)
        super().__init__(transport=self._pool, mounts=mounts, **_without_redirects(options))

    @property
    def _of_loop(self) -> PerLoop[Any]:
        return self._pool.of_loop


def is_steady(client: object) -> bool:
    """Tell whether *client* is one of ours, which do not follow redirects."""
    return isinstance(client, SteadyClient | AsyncSteadyClient)


def _without_redirects(options: Mapping[str, Any]) -> dict[str, Any]:
    # A redirect would send the prompt to wherever it points.
    return {"follow_redirects": False, **options}


def _transports(
    base_url: str,
    make: Callable[..., Any],
    pooled: Callable[[Callable[[], Any], str], _Transport],
) -> tuple[_Transport, dict[str, _Transport | None]]:
    """Return the transport of direct connections, and those of proxies by URL pattern."""
    proxies = read_proxies()
    used = find_proxy(base_url, proxies)
    certificates = _certificates(is_needed=base_url.startswith("https:"))

    def through(pattern: str, url: str) -> _Transport:
        if pattern == used:  # the others are checked when first needed
            make_proxy(pattern, url)
        return pooled(
            lambda: make(verify=certificates, limits=_LIMITS, proxy=make_proxy(pattern, url)),
            variable_of(pattern),
        )

    mounts = {
        pattern: None if url is None else through(pattern, url) for pattern, url in proxies.items()
    }
    return pooled(lambda: make(verify=certificates, limits=_LIMITS), ""), mounts


def _certificates(*, is_needed: bool) -> ssl.SSLContext:
    file, folder = (os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    try:
        if folder and not file and not any(map(os.path.isdir, folder.split(os.pathsep))):
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))  # OpenSSL would say nothing
        return http.create_ssl_context()
    except OSError as error:
        if not is_needed:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which trusts nobody
        named = "SSL_CERT_FILE" if file else "SSL_CERT_DIR" if folder else "those of the system"
        raise ConfigurationError(
            f"cannot read the trusted certificates ({error.strerror}): see {named}"
        ) from error
