"""Values that belong to one event loop each, such as its connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar
from weakref import ReferenceType, ref

__all__ = ["PerLoop"]

_T = TypeVar("_T")


class _Entry(NamedTuple):
    loop: ReferenceType[asyncio.AbstractEventLoop]
    value: object
    guardian: AsyncGenerator[None]


class PerLoop(Generic[_T]):
    """One value for each event loop, closed and forgotten when that loop ends.

    A connection refers to its loop, so a weak dictionary of loops would keep both alive forever.
    Instead, an async generator is suspended in each loop: `asyncio.run` finalises open ones
    before it closes the loop (`loop.shutdown_asyncgens`), and the loop finalises one that is no
    longer referenced.
    """

    def __init__(
        self, make: Callable[[], _T], close: Callable[[_T], Awaitable[None]] | None = None
    ) -> None:
        """Begin with no loop.

        Args:
            make: Makes the value for a loop.
            close: Closes it; awaited in that loop.
        """
        self._make = make
        self._close = close
        self._entries: dict[int, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def of_running_loop(self) -> _T | None:
        """Return the value of the running loop; None outside of asyncio."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return None
        entry = self._entries.get(id(loop))
        if entry is None or entry.loop() is not loop:
            entry = self._enter(loop)
        return entry.value  # pyright: ignore[reportReturnType]  # a NamedTuple cannot be generic in 3.11's checkers

    async def close(self) -> None:
        """Close the value of the running loop, if there is one."""
        entry = self._entries.pop(id(asyncio.get_running_loop()), None) if self._entries else None
        if entry is not None:
            await entry.guardian.aclose()

    def forget(self, key: int) -> None:
        """Drop the value of the loop with the id *key*, which has ended."""
        self._entries.pop(key, None)

    def _enter(self, loop: asyncio.AbstractEventLoop) -> _Entry:
        # Not every program shuts down async generators before it closes the loop.
        for key, entry in list(self._entries.items()):
            known = entry.loop()
            if known is None or known.is_closed():
                self.forget(key)
        value = self._make()
        guardian = _until_the_loop_ends(ref(self), id(loop), value, self._close)
        # Its first step awaits nothing, so it can run here; it registers with the loop.
        with suppress(StopIteration):
            guardian.__anext__().send(None)
        entry = self._entries[id(loop)] = _Entry(ref(loop), value, guardian)
        return entry


async def _until_the_loop_ends(
    owner: ReferenceType[PerLoop[_T]],
    key: int,
    value: _T,
    close: Callable[[_T], Awaitable[None]] | None,
) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        values = owner()
        if values is not None:
            values.forget(key)
        if close is not None:
            await close(value)
