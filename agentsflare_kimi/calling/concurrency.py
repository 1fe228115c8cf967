"""Limits the requests in flight: beyond about a hundred the connection pool only gets slower.

Source: facts/reliability.md section 4.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

__all__ = ["Slots"]


class _NoLimit:
    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None


_NO_LIMIT = _NoLimit()


class Slots:
    """As many requests as may be in flight at once, in each event loop."""

    def __init__(self) -> None:
        """Begin with all of them free."""
        self._of_loop: WeakKeyDictionary[
            asyncio.AbstractEventLoop, dict[int, asyncio.Semaphore]
        ] = WeakKeyDictionary()

    def of(self, limit: int) -> asyncio.Semaphore | _NoLimit:
        """Return what holds one of *limit* slots of the running loop while it is entered.

        Args:
            limit: How many there are; 0 for as many as wanted. Loops other than asyncio's
                are not limited.
        """
        if not limit:
            return _NO_LIMIT
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return _NO_LIMIT
        semaphores = self._of_loop.setdefault(loop, {})
        if limit not in semaphores:
            semaphores[limit] = asyncio.Semaphore(limit)
        return semaphores[limit]
