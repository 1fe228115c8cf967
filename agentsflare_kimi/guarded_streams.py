"""Streams that say when they were cut, and close what they opened.

They are handed to the SDK as `stream_cls`, so they are what `create(stream=True)` returns, what
raw responses parse to, and what the SDK's own helpers read. Of its streams they use the private
attributes `_cast_to`, `_decoder` and `_iterator`, which tests/test_sdk.py pins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from openai import AsyncStream, Stream

from agentsflare_kimi.deadlines import at_most, fail_after, within
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
            self._deadline = deadline_of(self.response)

        def __next__(self):
            self.watch.check_left()
            chunk = None
            try:
                while chunk is None:  # an event without data
                    chunk = self._next_in_time()
            except BaseException as error:
                self.response.close()
                self.watch.check_failure(error)
                raise
            if chunk is _END:
                self.watch.check_end(is_done=self.is_done)
                raise StopIteration
            self.watch.see(chunk)
            return chunk

        def _next_in_time(self):
            if self._deadline is None:
                return next(self._iterator, _END)
            with within(self._deadline):
                at_most(None)
                return next(self._iterator, _END)

        def __iter__(self):
            with self.watch.leaving():
                try:
                    while (chunk := next(self, _END)) is not _END:
                        yield chunk
                finally:
                    self.response.close()

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)


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
            self._deadline = deadline_of(self.response)

        async def __anext__(self):
            watch, chunk = self.watch, None
            if watch.is_left:
                watch.check_left()
            try:
                while chunk is None:
                    if self._deadline is None:
                        chunk = await self._iterator.__anext__()
                        continue
                    with fail_after(self._deadline):
                        chunk = await self._iterator.__anext__()
            except StopAsyncIteration:
                watch.check_end(is_done=self.is_done)
                raise
            except BaseException as error:
                await self.response.aclose()
                watch.check_failure(error)
                raise
            watch.see(chunk)
            return chunk

        async def __aiter__(self):
            with self.watch.leaving():
                try:
                    while True:
                        yield await self.__anext__()
                except StopAsyncIteration:
                    return
                finally:
                    await self.response.aclose()

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)
