"""Streams that say when they were cut, and close what they opened.

They are handed to the SDK as `stream_cls`, so they are what `create(stream=True)` returns, what
raw responses parse to, and what the SDK's own helpers read. Of its streams they use the private
attributes `_cast_to`, `_decoder` and `_iterator`, which tests/test_sdk.py pins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
from openai import AsyncStream, Stream

from agentsflare_kimi.deadlines import at_most, within
from agentsflare_kimi.guarding import deadline_of
from agentsflare_kimi.stream_watch import StreamWatch

__all__ = ["AsyncGuardedStream", "GuardedStream"]

_T = TypeVar("_T")
_END: Final = object()


class GuardedStream(Stream[_T]):
    """An `openai.Stream` that raises where the SDK's ends as if all had come.

    Attributes:
        watch: What has passed through it.
    """

    watch: StreamWatch

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._iterator = self._guard(self._iterator)

        def __next__(self):
            self.watch.check_left()
            return next(self._iterator)

        def __iter__(self):
            self.watch.check_left()
            yield from self._iterator

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)

    def _guard(self, chunks: Any) -> Iterator[Any]:
        deadline = deadline_of(self.response)
        try:
            with self.watch.guarding():
                while True:
                    with within(deadline):
                        at_most(None)
                        chunk = next(chunks, _END)
                    if chunk is _END:
                        break
                    if chunk is not None:
                        self.watch.see(chunk)
                        yield chunk
        finally:
            chunks.close()
            self.response.close()
        self.watch.check_end(is_done=self.is_done)


class AsyncGuardedStream(AsyncStream[_T]):
    """An `openai.AsyncStream` that raises where the SDK's ends as if all had come.

    Attributes:
        watch: What has passed through it.
    """

    watch: StreamWatch

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._iterator = self._guard(self._iterator)

        async def __anext__(self):
            self.watch.check_left()
            return await anext(self._iterator)

        async def __aiter__(self):
            self.watch.check_left()
            try:
                async for chunk in self._iterator:
                    yield chunk
            finally:
                await self._iterator.aclose()

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)

    async def _guard(self, chunks: Any) -> AsyncIterator[Any]:
        deadline = deadline_of(self.response)
        try:
            with self.watch.guarding():
                while True:
                    with anyio.fail_after(deadline and deadline.remaining()):
                        chunk = await anext(chunks, _END)
                    if chunk is _END:
                        break
                    if chunk is not None:
                        self.watch.see(chunk)
                        yield chunk
        finally:
            await chunks.aclose()
            await self.response.aclose()
        self.watch.check_end(is_done=self.is_done)
