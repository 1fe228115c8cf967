"""The guarded stream of `responses.stream()`; see `sdk_helpers.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from openai.lib.streaming.responses import (
    AsyncResponseStream,
    AsyncResponseStreamManager,
    ResponseStream,
    ResponseStreamManager,
)

from agentsflare_kimi.calling.sdk_streams import twin
from agentsflare_kimi.calling.unparsed import in_our_tree

__all__ = ["MANAGERS"]


class _Guarded:
    """What the sync and the async stream share; it observes the events of the raw stream."""

    if not TYPE_CHECKING:  # the SDK's own signatures

        @classmethod
        def of(cls, theirs) -> Self:
            """Return a guarded copy of *theirs*, which is not yet read."""
            stream = twin(cls, theirs)
            stream._latest = None
            stream._iterator = stream.__stream__()
            if (watch := getattr(stream._raw_stream, "watch", None)) is not None:
                watch.observers.append(_LatestResponse(stream))
            return stream

        def _checked(self):
            return in_our_tree(lambda: self._latest, self._response)


class _LatestResponse:
    """Keeps the latest response sent in an event of the stream."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def hear(self, event: object) -> None:
        self._stream._latest = getattr(event, "response", None) or self._stream._latest

    def end(self) -> None:
        pass


class _ResponseStream(_Guarded, ResponseStream[Any]):
    if not TYPE_CHECKING:  # as above

        def __stream__(self):
            with self._checked():
                yield from super().__stream__()

        def get_final_response(self):
            with self._checked():
                return super().get_final_response()


class _AsyncResponseStream(_Guarded, AsyncResponseStream[Any]):
    if not TYPE_CHECKING:  # as above

        async def __stream__(self):
            with self._checked():
                async for event in super().__stream__():
                    yield event

        async def get_final_response(self):
            with self._checked():
                return await super().get_final_response()


class _Manager(ResponseStreamManager[Any]):
    if not TYPE_CHECKING:  # as above

        def __enter__(self):
            return _ResponseStream.of(super().__enter__())


class _AsyncManager(AsyncResponseStreamManager[Any]):
    if not TYPE_CHECKING:  # as above

        async def __aenter__(self):
            return _AsyncResponseStream.of(await super().__aenter__())


MANAGERS: Final = {ResponseStreamManager: _Manager, AsyncResponseStreamManager: _AsyncManager}
"""The SDK's managers, and their guarded twins."""
