"""HTTP transports that wrap those of either generation of the HTTP library.

`PooledTransport(make)` gives each process its own connections, `AsyncPooledTransport(make)` each
event loop; a guarded transport wraps each transport that *make* returns.
Source: facts/reliability.md section 4.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.calling.guarding import call_of
from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.calling.loops import PerLoop
from agentsflare_kimi.reading.diagnosis_evidence import PROXY

if TYPE_CHECKING:
    from httpx2 import Request, Response  # noqa: TID251  # for type checkers alone

__all__ = ["AsyncGuardedTransport", "AsyncPooledTransport", "GuardedTransport", "PooledTransport"]

_TOO_MANY_REQUESTS: Final = 429


class GuardedTransport(http.BaseTransport):
    """Sends each request only to the origin of its call.

    Attributes:
        is_closed: Whether its connections were closed.
    """

    def __init__(self, inner: http.BaseTransport) -> None:
        """Wrap *inner*, which holds the connections."""
        self._inner = inner
        self.is_closed: bool = False

    def handle_request(self, request: Request) -> Response:
        """Send *request*.

        Raises:
            UnsafeBaseUrlError: Something changed its origin on the way.
        """
        call = call_of(request)
        if call is not None:
            call.check_origin(request)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self.is_closed = True
        self._inner.close()


class AsyncGuardedTransport(http.AsyncBaseTransport):
    """As `GuardedTransport`; also reads responses whose body decides on a retry."""

    def __init__(self, inner: http.AsyncBaseTransport) -> None:
        """Wrap *inner*, which holds the connections."""
        self._inner = inner
        self.is_closed: bool = False

    async def handle_async_request(self, request: Request) -> Response:
        """Send *request*.

        Raises:
            UnsafeBaseUrlError: Something changed its origin on the way.
        """
        call = call_of(request)
        if call is not None:
            call.check_origin(request)
        response = await self._inner.handle_async_request(request)
        if response.status_code == _TOO_MANY_REQUESTS:
            # The SDK decides on a retry without awaiting, and the decision needs the body.
            response.request = request
            await response.aread()
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        self.is_closed = True
        await self._inner.aclose()


class PooledTransport(http.BaseTransport):
    """The connections of this process; a forked process makes its own.

    Attributes:
        of_process: The transport of this process, by its id.
    """

    def __init__(self, make: Callable[[], http.BaseTransport], proxy: str = "") -> None:
        """Begin with none.

        Args:
            make: Makes the transport that holds the connections.
            proxy: The variable that names their proxy, if any; for diagnoses.
        """
        self._make = make
        self._proxy = proxy
        self.of_process: dict[int, GuardedTransport] = {}

    def handle_request(self, request: Request) -> Response:
        """Send *request* over connections of this process."""
        if self._proxy:
            request.extensions[PROXY] = self._proxy
        process = os.getpid()
        if process not in self.of_process:
            # Leave the parent's transport open: closing it takes a lock that another thread may
            # have held at the fork.
            self._inherited = self.of_process
            self.of_process = {process: GuardedTransport(self._make())}
        return self.of_process[process].handle_request(request)

    def close(self) -> None:
        """Close the connections of this process; those of its parent stay open."""
        own = self.of_process.get(os.getpid())
        if own is not None:
            own.close()


class AsyncPooledTransport(http.AsyncBaseTransport):
    """The connections of the running event loop, closed when it ends.

    Attributes:
        of_loop: The transports, one for each loop.
    """

    def __init__(self, make: Callable[[], http.AsyncBaseTransport], proxy: str = "") -> None:
        """Begin with none; see `PooledTransport`."""
        self._proxy = proxy
        self.of_loop: PerLoop[AsyncGuardedTransport] = PerLoop(
            lambda: AsyncGuardedTransport(make()), close=AsyncGuardedTransport.aclose
        )
        self._make = make
        self._outside_asyncio: AsyncGuardedTransport | None = None

    async def handle_async_request(self, request: Request) -> Response:
        """Send *request* over connections of the running loop."""
        if self._proxy:
            request.extensions[PROXY] = self._proxy
        transport = self.of_loop.of_running_loop()
        if transport is None:
            transport = self._outside_asyncio = self._outside_asyncio or AsyncGuardedTransport(
                self._make()
            )
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        if self._outside_asyncio is None:
            await self.of_loop.close()
        else:
            await self._outside_asyncio.aclose()
