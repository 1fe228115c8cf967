"""The guarded stream of `chat.completions.stream()`; see `sdk_helpers.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from openai.lib.streaming.chat import (
    AsyncChatCompletionStream,
    AsyncChatCompletionStreamManager,
    ChatCompletionStream,
    ChatCompletionStreamManager,
)
from openai.types.chat import ChatCompletion

from agentsflare_kimi.calling.helper_chunks import HelperChunks
from agentsflare_kimi.calling.sdk_streams import twin
from agentsflare_kimi.calling.unparsed import in_our_tree
from agentsflare_kimi.reading.lenient import as_list, field, fields

__all__ = ["MANAGERS"]


class _Guarded:
    """What the sync and the async stream share."""

    if not TYPE_CHECKING:  # the SDK's own signatures

        @classmethod
        def of(cls, theirs) -> Self:
            """Return a guarded copy of *theirs*, which is not yet read."""
            stream = twin(cls, theirs)
            stream._chunks, stream._has_begun = HelperChunks(), False
            stream._iterator = stream.__stream__()
            return stream

        @property
        def current_completion_snapshot(self):
            """The completion so far, as the SDK accumulates it."""
            with self._checked():
                return super().current_completion_snapshot

        def _checked(self):
            return in_our_tree(self._chunks.completion, self._response)

        def _events(self, chunk):
            snapshot = self._state.current_completion_snapshot if self._has_begun else None
            yield from self._handled(self._chunks.take(chunk, snapshot))

        def _handled(self, normalised):
            for chunk in normalised:
                self._has_begun = True
                yield from self._state.handle_chunk(chunk)

        def _final(self):
            with self._checked():
                _complete(self._state.current_completion_snapshot, self._chunks.completion())
                return self._state.get_final_completion()


class _ChatStream(_Guarded, ChatCompletionStream[Any]):
    if not TYPE_CHECKING:  # as above

        def __stream__(self):
            with self._checked():
                for chunk in self._raw_stream:
                    yield from self._events(chunk)
                yield from self._handled(self._chunks.rest())

        def get_final_completion(self):
            self.until_done()
            return self._final()


class _AsyncChatStream(_Guarded, AsyncChatCompletionStream[Any]):
    if not TYPE_CHECKING:  # as above

        async def __stream__(self):
            with self._checked():
                async for chunk in self._raw_stream:
                    for event in self._events(chunk):
                        yield event
                for event in self._handled(self._chunks.rest()):
                    yield event

        async def get_final_completion(self):
            await self.until_done()
            return self._final()


class _Manager(ChatCompletionStreamManager[Any]):
    if not TYPE_CHECKING:  # as above

        def __enter__(self):
            return _ChatStream.of(super().__enter__())


class _AsyncManager(AsyncChatCompletionStreamManager[Any]):
    if not TYPE_CHECKING:  # as above

        async def __aenter__(self):
            return _AsyncChatStream.of(await super().__aenter__())


MANAGERS: Final = {
    ChatCompletionStreamManager: _Manager,
    AsyncChatCompletionStreamManager: _AsyncManager,
}
"""The SDK's managers, and their guarded twins."""


def _complete(snapshot: Any, received: ChatCompletion) -> None:
    """Add to *snapshot* what the SDK drops: filter results, and usage sent before the end."""
    _copy(received, snapshot, {"choices", "object"})
    known = {field(choice, "index"): choice for choice in as_list(snapshot.choices)}
    for choice in received.choices:
        if choice.index in known:
            _copy(choice, known[choice.index], {"index", "message", "logprobs"})


def _copy(source: object, target: object, without: set[str]) -> None:
    for name, value in fields(source).items():
        # A field of the gateway's may be called like a method, which it must not replace.
        if name not in without and value and not hasattr(type(target), name):
            setattr(target, name, value)
