"""The SDK's streams, guarded so that they raise when cut short; private hooks."""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import proxy

from openai import AsyncStream, Stream

from agentsflare_kimi.calling.bodies import closing_later
from agentsflare_kimi.calling.sse import Event
from agentsflare_kimi.calling.stream_watch import StreamWatch

__all__ = ["AsyncGuardedStream", "GuardedStream", "twin"]

_T = TypeVar("_T")


class GuardedStream(Stream[_T]):
    """An `openai.Stream` that raises when cut short, where the SDK's ends as if complete.

    A loop over it may be left, and a new one continues. Its connection is closed when the stream
    ends, fails, is closed, or is no longer referenced.

    Attributes:
        watch: What has passed through the stream.
    """

    watch: StreamWatch

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came; stream readers ask for it."""
        return getattr(self._decoder, "is_done", False)

    if not TYPE_CHECKING:  # the SDK's own signatures, which have grown over its versions

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            # The SDK's iterator refers to the stream, and the cycle would need garbage collection.
            self._iterator = type(self).__stream__(proxy(self))

        def _iter_events(self):
            return self._decoder.iter_bytes(self.response.iter_bytes())

        def __stream__(self):
            watch, response, decoder = self.watch, self.response, self._decoder
            try:
                with closing(super().__stream__()) as chunks:
                    for chunk in chunks:
                        if chunk is not None:  # an event without data
                            watch.see(chunk)
                            yield chunk
            except Exception as error:
                watch.check_failure(error)
                raise
            else:
                watch.check_end(is_done=getattr(decoder, "is_done", False))
            finally:
                response.close()

        def __del__(self) -> None:
            response = vars(self).get("response")
            if response is not None and not response.is_closed:
                response.close()


class AsyncGuardedStream(AsyncStream[_T]):
    """An `openai.AsyncStream` that raises when cut short; see `GuardedStream`.

    Attributes:
        watch: What has passed through the stream.
    """

    watch: StreamWatch

    @property
    def is_done(self) -> bool:
        """Whether `[DONE]` came."""
        return getattr(self._decoder, "is_done", False)

    if not TYPE_CHECKING:  # as above

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.watch = StreamWatch(self._cast_to, self.response)
            self._close_later = closing_later(self.response)
            self._iterator = type(self).__stream__(proxy(self))

        def _iter_events(self):
            return self._decoder.aiter_bytes(self.response.aiter_bytes())

        async def __stream__(self):
            watch, response, decoder = self.watch, self.response, self._decoder
            try:
                async with aclosing(super().__stream__()) as chunks:
                    async for chunk in chunks:
                        if chunk is not None:
                            watch.see(chunk)
                            yield chunk
            except Exception as error:
                watch.check_failure(error)
                raise
            else:
                watch.check_end(is_done=getattr(decoder, "is_done", False))
            finally:
                await response.aclose()

        def __del__(self) -> None:
            close_later = vars(self).get("_close_later")
            if close_later is not None and not self.response.is_closed:
                close_later()

    @property
    def latest_event(self) -> Event:
        """The event of the latest chunk."""
        return getattr(self._decoder, "latest", None) or Event()


def twin(kind: type[Any], theirs: object) -> Any:  # of *kind*
    """Return *theirs* as an instance of *kind*, a subclass of its class, with its attributes."""
    ours: object = object.__new__(kind)
    vars(ours).update(vars(theirs))
    return ours
