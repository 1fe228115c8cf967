"""The clients behind the proxy: one `AsyncKimi` a caller, over one pool of connections."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import Any, Final, cast

from openai import DefaultAsyncHttpxClient

from agentsflare_kimi.calling.connections import AsyncSteadyClient
from agentsflare_kimi.client import AsyncKimi
from agentsflare_kimi.proxy.access import Caller
from agentsflare_kimi.proxy.exchange import current_exchange
from agentsflare_kimi.settings import KimiSettings

__all__ = ["RESPONSE", "Upstream"]

# The HTTP library is httpx or httpx2, as the SDK has it.
_LIBRARY: Final = DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0]
RESPONSE: Final[type[Any]] = sys.modules[_LIBRARY].Response


class _Connections(AsyncSteadyClient):
    """The package's HTTP client; it hands each response to the exchange that it belongs to."""

    async def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401  # as in httpx.AsyncClient
        exchange = current_exchange.get(None)
        if exchange is None:
            return await super().send(request, **options)
        if exchange.content_type:
            # The SDK would take a multipart body apart.
            request.headers["content-type"] = exchange.content_type
        exchange.response = await super().send(request, **options)
        return exchange.response


class Upstream:
    """The gateway as each caller has it: with memory, lessons and slots of the caller's own."""

    def __init__(self, settings: KimiSettings, most_callers: int) -> None:
        """Begin with no callers; the *most_callers* that came last are remembered."""
        self._settings = settings
        self._most = most_callers
        self._connections = _Connections(settings.base_url)
        self._clients: OrderedDict[bytes, AsyncKimi] = OrderedDict()

    def client_of(self, caller: Caller) -> AsyncKimi:
        """Return the client of *caller*.

        Raises:
            ConfigurationError: The key cannot be one.
        """
        client = self._clients.get(caller.digest)
        if client is None:
            client = AsyncKimi(
                settings=self._settings,
                api_key=caller.key,
                http_client=cast("Any", self._connections),
            )
            self._clients[caller.digest] = client
            if len(self._clients) > self._most:
                # Requests under way keep theirs.
                self._clients.popitem(last=False)
        self._clients.move_to_end(caller.digest)
        return client

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.aclose()
