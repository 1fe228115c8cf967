"""Prepares new connections, through the `trace` extension of the HTTP library.

Source: https://www.python-httpx.org/advanced/extensions/#trace
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from agentsflare_kimi.calling.deadlines import at_most

__all__ = ["async_trace", "keep_alive", "trace"]

# Idle seconds before the first probe, seconds between probes, and unanswered probes allowed.
_PROBES: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 60), ("TCP_KEEPCNT", 5))
_CONNECTED: Final = ("connect_tcp.complete", "start_tls.complete")
_SENDING: Final = "send_request_headers.started"
_TUNNEL: Final = b"CONNECT"


def trace(event: str, info: Mapping[str, Any]) -> None:
    """Prepare a connection when it is made: the `trace` extension of a request.

    Args:
        event: The name of the HTTP library's event.
        info: The event's arguments or result.
    """
    if event.endswith(_CONNECTED):
        stream = info["return_value"]
        keep_alive(stream.get_extra_info("socket"))
        stream.read = _bounded(stream.read)
        stream.write = _bounded(stream.write)
    elif event.endswith(_SENDING):
        _stop_tracing(info)


async def async_trace(event: str, info: Mapping[str, Any]) -> None:
    """Prepare a connection, as `trace` does; here cancellation enforces the deadline."""
    if event.endswith(_CONNECTED):
        stream = info["return_value"]
        keep_alive(stream.get_extra_info("socket"))
        _ask_cheaply(stream)
    elif event.endswith(_SENDING):
        _stop_tracing(info)


def _stop_tracing(info: Mapping[str, Any]) -> None:
    # The connection is made, and tracing further steps would only take time. After a request for
    # a tunnel, another connection is still to come.
    request = info["request"]
    if request.method != _TUNNEL:
        request.extensions.pop("trace", None)


def keep_alive(connection: socket.socket | None) -> None:
    """Turn on TCP keep-alive, so that a silently dead *connection* is noticed."""
    if connection is None or connection.family == getattr(socket, "AF_UNIX", None):
        return
    with suppress(OSError):  # the peer may have gone; reading will fail
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _PROBES:
            if hasattr(socket, name):  # not everywhere
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _ask_cheaply(stream: Any) -> None:  # noqa: ANN401  # httpcore's or httpcore2's NetworkStream
    # At each request the pool asks every idle connection whether the server has closed it, and
    # the HTTP library looks up the peer's address to answer. With 100 connections that takes a
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
