"""The clients behind the proxy: one `AsyncKimi` per caller, over one connection pool."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from openai import DefaultAsyncHttpxClient

from agentsflare_kimi.calling.backends import transport_maker
from agentsflare_kimi.calling.connections import AsyncSteadyClient
from agentsflare_kimi.client import AsyncKimi
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.proxy.access import Caller, unauthorized
from agentsflare_kimi.proxy.exchange import current_exchange
from agentsflare_kimi.settings import KimiSettings

if TYPE_CHECKING:
    from agentsflare_kimi.proxy.memory_store import MemoryStore
    from agentsflare_kimi.proxy.shared_memory import SharedMemory

__all__ = ["RESPONSE", "Asking", "Upstream"]

# The HTTP library is httpx or httpx2, as the SDK has it.
_LIBRARY: Final = DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0]
RESPONSE: Final[type[Any]] = sys.modules[_LIBRARY].Response


class _Connections(AsyncSteadyClient):
    """The package's HTTP client; it stores each response in its exchange."""

    async def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401  # as in httpx.AsyncClient
        exchange = current_exchange.get(None)
        if exchange is None:
            return await super().send(request, **options)
        if exchange.content_type:
            # Set here, because the SDK would parse a multipart body.
            request.headers["content-type"] = exchange.content_type
        exchange.response = await super().send(request, **options)
        return exchange.response


class Asking(NamedTuple):
    """One caller's client and memory.

    Attributes:
        client: The caller's client.
        memory: The client's memory, if workers share it; else None.
    """

    client: AsyncKimi
    memory: SharedMemory | None


class Upstream:
    """Clients by caller, each with its own memory, lessons and slots."""

    def __init__(
        self, settings: KimiSettings, most_callers: int, store: MemoryStore | None = None
    ) -> None:
        """Begin with no callers; the *most_callers* most recent ones are kept.

        Args:
            settings: The settings of the clients.
            most_callers: How many callers' clients are kept.
            store: The store through which workers share reasoning, if any.

        Raises:
            ConfigurationError: The settings ask for aiohttp, which is not installed, or a proxy
                or certificates of the environment cannot be used.
        """
        self._settings = settings
        self._most = most_callers
        self._store = store
        # aiohttp if it is installed, because it is faster.
        is_chosen = "http_backend" in settings.model_fields_set
        make_transport = transport_maker(settings.http_backend if is_chosen else "auto")
        self._connections = _Connections(settings.base_url, make_transport=make_transport)
        self._callers: OrderedDict[bytes, Asking] = OrderedDict()

    def of(self, caller: Caller) -> Asking:
        """Return the client and memory of *caller*.

        Raises:
            Refusal: The caller's key cannot be a key.
        """
        asking = self._callers.get(caller.digest)
        if asking is None:
            asking = self._callers[caller.digest] = self._make(caller)
            if len(self._callers) > self._most:
                # Requests under way keep theirs.
                self._callers.popitem(last=False)
        self._callers.move_to_end(caller.digest)
        return asking

    def _make(self, caller: Caller) -> Asking:
        memory = None
        if self._store is not None:
            from agentsflare_kimi.proxy.shared_memory import SharedMemory  # noqa: PLC0415  # an extra

            memory = SharedMemory(self._store, caller)
        try:
            client = AsyncKimi(
                settings=self._settings,
                api_key=caller.key,
                memory=memory,
                http_client=cast("Any", self._connections),
            )
        except ConfigurationError as error:
            # It names a variable of this machine, of which the caller knows nothing.
            _, _, reason = str(error).partition(": ")
            raise unauthorized(f"the API key cannot be used: {reason}") from error
        return Asking(client, memory)

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.aclose()
        if self._store is not None:
            await self._store.close()
