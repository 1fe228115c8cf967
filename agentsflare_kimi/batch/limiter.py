"""Limits the requests in flight to what the gateway accepts, and their rate to given limits."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from agentsflare_kimi.batch.pace import Pace
from agentsflare_kimi.batch.window import Window

__all__ = ["Limiter"]


class Limiter:
    """Slots for requests of one event loop.

    Args:
        max_concurrency: The most requests in flight; how many the gateway accepts is measured.
        rpm: The account's requests per minute, if known, so that no 429 has to teach them.
        tpm: The account's tokens per minute, likewise. A request reserves its prompt and its whole
            completion budget.
        clock: Seconds on a monotonic clock.

    Raises:
        ValueError: A number is not positive.
    """

    def __init__(
        self,
        max_concurrency: int = 100,
        *,
        rpm: float | None = None,
        tpm: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with a few slots, all of them free."""
        for name, value in (("max_concurrency", max_concurrency), ("rpm", rpm), ("tpm", tpm)):
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive, got {value}")
        self.max_concurrency = max_concurrency
        self.is_token_bound: bool = tpm is not None
        self.in_flight: int = 0
        self._window = Window(max_concurrency)
        self._pace = Pace(rpm, tpm)
        self._clock = clock
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def size(self) -> int:
        """The number of requests that may be in flight now."""
        return self._window.size

    def try_acquire(self, tokens: int = 0) -> float:
        """Take a slot if one is free.

        Args:
            tokens: How many tokens the request reserves.

        Returns:
            0 if it was taken; else the seconds to wait before the next try, infinite if a slot
            must be released first.
        """
        if self.in_flight >= self._window.size:
            return math.inf
        now = self._clock()
        seconds = self._pace.wait(now)
        if not seconds:
            self._pace.book(now, tokens)
            self._window.send()
            self.in_flight += 1
        return seconds

    async def acquire(self, tokens: int = 0) -> None:
        """Wait for a slot, and take it.

        Args:
            tokens: How many tokens the request reserves.
        """
        while seconds := self.try_acquire(tokens):
            if math.isinf(seconds):
                await self._wait_for_release()
            else:
                await asyncio.sleep(seconds)

    def release(self, *, is_refused: bool = False) -> None:
        """Release a slot.

        Args:
            is_refused: Whether the request was one too many (a 429).
        """
        self.in_flight -= 1
        if is_refused:
            self._window.refuse()
        else:
            self._window.answer()
        self._wake()

    async def _wait_for_release(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # Pass on the wake-up for a slot that it will not take.
                self._wake()
            raise

    def _wake(self) -> None:
        free = self._window.size - self.in_flight
        while free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1
