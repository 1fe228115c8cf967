"""The store that several workers or machines share: a stream of sealed entries per caller.

It speaks the protocol of Redis and Valkey (6.2 or newer), through `redis-py`. Each caller's stream
is bounded in entries, bytes and age, and expires when the caller has been idle for that age.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from agentsflare_kimi.calling.notices import log_event
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.printable import printable

__all__ = ["OLDEST_SECONDS", "MemoryStore"]

# As much as a client's own memory keeps: calling/reasoning.py.
_MOST_ENTRIES: Final = 1_024
_MOST_BYTES: Final = 8 * 1_048_576
OLDEST_SECONDS: Final = 3_600
# An unresponsive store delays one request this long, and then is not asked for a while.
_TIMEOUT: Final = 1.0
_PAUSE: Final = 5.0
_FIRST: Final = b"0"
_FIELD: Final = b"e"
_SCHEMES: Final = {"valkey": "redis", "valkeys": "rediss"}


class MemoryStore:
    """Reads and adds entries; if the store fails, logs that and continues without it.

    Attributes:
        is_up: Whether the store answered the last request.
    """

    def __init__(self, url: str) -> None:
        """Use the store at *url*; nothing is sent yet.

        Args:
            url: `redis://`, `rediss://` (TLS), `valkey://`, `valkeys://` or `unix://`.

        Raises:
            ConfigurationError: It is not such a URL.
        """
        scheme, separator, rest = url.partition("://")
        url = _SCHEMES.get(scheme, scheme) + separator + rest
        try:
            self._redis: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
                url,
                socket_timeout=_TIMEOUT,
                socket_connect_timeout=_TIMEOUT,
                retry=Retry(NoBackoff(), 1),  # a pooled connection may be stale
            )
        except ValueError:
            # Not chained: the error may quote the URL, and a password in it.
            raise ConfigurationError(
                "AGENTSFLARE_PROXY_MEMORY (option `memory`) is no URL of a store: write "
                "redis://HOST:PORT/0, rediss:// for TLS, or unix:///PATH"
            ) from None
        self.is_up: bool = True
        self._asks_again = 0.0

    async def read(self, name: str, after: bytes = _FIRST) -> list[tuple[bytes, bytes]]:
        """Return id and content of the entries under *name* that follow the id *after*.

        Returns:
            The entries, the oldest first; none if the store is unavailable.
        """
        found = await self._ask(self._redis.xread, {name: after})
        return [
            # What another program put there may have no such field; it cannot be opened either.
            (number, fields.get(_FIELD, b""))
            for _, entries in _pairs(found)
            for number, fields in entries
        ]

    async def add(self, name: str, entries: Sequence[bytes]) -> None:
        """Add *entries* under *name*; if that fails, other workers never get them."""
        await self._ask(self._add, name, entries)

    async def close(self) -> None:
        """Close the connections."""
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _add(self, name: str, entries: Sequence[bytes]) -> None:
        oldest = int((time.time() - OLDEST_SECONDS) * 1000)
        async with self._redis.pipeline(transaction=False) as pipeline:
            for entry in entries:
                pipeline.xadd(name, {_FIELD: entry}, maxlen=_MOST_ENTRIES, approximate=False)
            pipeline.xtrim(name, minid=oldest, approximate=False)
            pipeline.expire(name, OLDEST_SECONDS)
            pipeline.xlen(name)
            pipeline.memory_usage(name, samples=0)
            *_, count, size = await pipeline.execute()
        if size and size > _MOST_BYTES:
            await self._redis.xtrim(name, maxlen=count // 2, approximate=False)

    async def _ask(self, ask: Any, *arguments: object) -> Any:  # noqa: ANN401  # redis-py's own
        if time.monotonic() < self._asks_again:
            return []
        try:
            async with asyncio.timeout(2 * _TIMEOUT):
                answer = await ask(*arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._asks_again = time.monotonic() + _PAUSE
            self._note(error)
            return []
        self._note(None)
        return answer

    def _note(self, error: Exception | None) -> None:
        was_up, self.is_up = self.is_up, error is None
        if was_up and error is not None:
            reason = f"{type(error).__name__}: {printable(str(error))}"
            log_event("memory_unavailable", level=logging.WARNING, reason=reason)
        elif self.is_up and not was_up:
            log_event("memory_available", level=logging.INFO)


def _pairs(found: Any) -> list[Any]:  # noqa: ANN401  # as above
    # A mapping by RESP3, pairs by RESP2.
    return [*found.items()] if isinstance(found, dict) else found
