"""Limits the requests in flight: beyond about a hundred the connection pool only gets slower.

Source: facts/reliability.md section 4.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, Self

from agentsflare_kimi.calling.loops import PerLoop

__all__ = ["Slot", "Slots"]


class Slot:
    """A place among the requests in flight; taken while it is entered."""

    __slots__ = ("_is_taken", "_semaphore")

    def __init__(self, semaphore: asyncio.Semaphore | None) -> None:
        """Begin outside; without a *semaphore* there is no limit."""
        self._semaphore = semaphore
        self._is_taken = False

    async def __aenter__(self) -> Self:
        """Wait for a free place."""
        if self._semaphore is not None:
            await self._semaphore.acquire()
            self._is_taken = True
        return self

    async def __aexit__(self, *_: object) -> None:
        """Free the place."""
        self._leave()

    @asynccontextmanager
    async def left(self) -> AsyncGenerator[None]:
        """Free the place during the block, and wait for one after it."""
        self._leave()
        yield
        await self.__aenter__()

    def _leave(self) -> None:
        if self._semaphore is not None and self._is_taken:
            self._is_taken = False
            self._semaphore.release()


class Slots:
    """The limit of requests in flight, for each event loop."""

    def __init__(self) -> None:
        """Begin with all of them free."""
        self._of_loop: PerLoop[dict[int, asyncio.Semaphore]] = PerLoop(dict)

    def of(self, limit: int) -> Slot:
        """Return a slot of the running loop.

        Args:
            limit: The number of slots; 0 for no limit. Loops other than asyncio's have no
                limit.
        """
        semaphores = self._of_loop.of_running_loop() if limit else None
        if semaphores is None:
            return NO_LIMIT
        if limit not in semaphores:
            semaphores[limit] = asyncio.Semaphore(limit)
        return Slot(semaphores[limit])


NO_LIMIT: Final = Slot(None)
