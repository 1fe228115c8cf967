"""Guards response bodies that are read after their call, and feeds their observers.

The body of a stream, or of a response from `with_streaming_response`, arrives later. Every way to
read it passes one of the methods here, which apply the call's deadline, convert errors, and
notify observers.
Source: facts/reliability.md sections 2b (T16) and 3 ("timeout").
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from agentsflare_kimi.calling.deadlines import Deadline, at_most, fail_after, within
from agentsflare_kimi.calling.failures import as_openai_error, explain
from agentsflare_kimi.calling.guarding import deadline_of
from agentsflare_kimi.calling.redaction import redact

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone
else:
    Response = object

_OURS: Final = frozenset({"deadline", "observers", "is_diagnosed"})

__all__ = ["BodyObserver", "closing_later", "guard_body", "observe_body"]


class BodyObserver(Protocol):
    """Receives the decompressed bytes of a body as they arrive."""

    def feed(self, piece: bytes, /) -> None:
        """Receive the next bytes, before the reader gets them."""
        ...

    def end(self) -> None:
        """Note the end of the body."""
        ...


def guard_body(response: Response) -> None:
    """Guard all further reads of *response*."""
    if not isinstance(response, _GuardedBody):
        response.__class__ = _guarded(type(response))
        response.observers = []  # pyright: ignore[reportAttributeAccessIssue]  # it is one of ours now
        response.deadline = deadline_of(response)  # pyright: ignore[reportAttributeAccessIssue]  # as above


def observe_body(response: Response, observer: BodyObserver) -> None:
    """Notify *observer* of the body of *response*, which is guarded and not yet read."""
    guard_body(response)
    if isinstance(response, _GuardedBody):
        response.observers.append(observer)


def closing_later(response: Response) -> Callable[[], None] | None:
    """Return a function that closes *response* from outside its event loop, without awaiting.

    Returns:
        The function; None outside of asyncio.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None

    def close() -> None:
        _closing.add(task := loop.create_task(response.aclose()))
        task.add_done_callback(_closing.discard)

    def close_later() -> None:
        with suppress(RuntimeError):  # the loop has ended, and its connections with it
            loop.call_soon_threadsafe(close)

    return close_later


# A loop holds only weak references to its tasks.
_closing: Final[set[asyncio.Task[None]]] = set()


class _GuardedBody(Response):
    """Overrides of a guarded response: every way to read a body ends in these methods."""

    deadline: Deadline | None
    observers: list[BodyObserver]
    is_diagnosed: bool = False

    def iter_raw(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the raw body, within the deadline of its call."""
        pieces = super().iter_raw(chunk_size)
        try:
            while (piece := self._next(pieces)) is not None:
                yield piece
        except Exception as error:
            self.close()
            self._convert(error)
            raise

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        if self.deadline is None:
            return next(pieces, None)
        with within(self.deadline):
            at_most(None)
            return next(pieces, None)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the body, decompressed."""
        try:
            for piece in super().iter_bytes(chunk_size):
                for observer in self.observers:
                    observer.feed(piece)
                yield piece
        except Exception as error:
            self.close()
            self._convert(error)
            raise
        for observer in self.observers:
            observer.end()

    async def aiter_raw(self, chunk_size: int | None = None) -> AsyncGenerator[bytes]:
        """Yield the raw body, within the deadline of its call."""
        async with aclosing(_agen(super().aiter_raw(chunk_size))) as pieces:
            try:
                while (piece := await self._anext(pieces)) is not None:
                    yield piece
            except Exception as error:
                await self.aclose()
                self._convert(error)
                raise

    async def _anext(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        with fail_after(self.deadline):
            return await anext(pieces, None)

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncGenerator[bytes]:
        """Yield the body, decompressed."""
        async with aclosing(_agen(super().aiter_bytes(chunk_size))) as pieces:
            try:
                async for piece in pieces:
                    for observer in self.observers:
                        observer.feed(piece)
                    yield piece
            except Exception as error:
                await self.aclose()
                self._convert(error)
                raise
        for observer in self.observers:
            observer.end()

    def json(self, **options: Any) -> Any:  # noqa: ANN401  # as in the HTTP library
        """Parse the body as JSON.

        Raises:
            UnreadableResponseError: It is not JSON.
        """
        try:
            return super().json(**options)
        except (ValueError, RecursionError) as error:
            if not self.is_diagnosed:  # the diagnosis reads the body, too
                self.is_diagnosed = True
                try:
                    self._convert(error)
                finally:
                    self.is_diagnosed = False
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave what guards the body out of pickles and copies."""
        state: Any = self.__getstate__()
        kept = {name: value for name, value in state.items() if name not in _OURS}
        return _new, (type(self).__bases__[1],), kept

    def _convert(self, error: Exception) -> None:
        found = as_openai_error(error, self.request, self)
        redact(error)
        if found is not None and found is not error:
            redact(found)
            explain(found)
            raise found from error


def _agen(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    return pieces  # pyright: ignore[reportReturnType]  # it is one in both generations


def _new(kind: type[Any]) -> object:
    return object.__new__(kind)


@cache
def _guarded(kind: type[Any]) -> type[Any]:
    return type(kind.__name__, (_GuardedBody, kind), {"__module__": kind.__module__})
