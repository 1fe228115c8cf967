"""Stream readers: text piece by piece, and everything else at any time.

Whatever was received stays readable after an exception, a cancellation or an early `break`.
The SDK's own `.stream()` helper drops blocks that come in annotation chunks, so the readers
read the raw chunks of `create(..., stream=True)`. Source: facts/content-filters.md section 1.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from inspect import isawaitable
from typing import TYPE_CHECKING, Self, TypeVar

from openai.types.chat import ChatCompletionChunk

from agentsflare_kimi.reading.lenient import attribute, field
from agentsflare_kimi.reading.received import Received

if TYPE_CHECKING:
    from types import TracebackType


__all__ = ["AsyncStreamReader", "StreamReader"]

_T = TypeVar("_T")


class StreamReader(Received[Iterable[ChatCompletionChunk]]):
    """Reads a stream; iterating yields the text of choice 0 piece by piece.

    Leaving the loop early closes the stream, except inside `with`, where a new loop continues
    and the end of the block closes it.

    >>> with StreamReader(client.chat.completions.create(..., stream=True)) as reader:
    ...     for piece in reader:
    ...         print(piece, end="")
    >>> reader.finish_reason, reader.usage, reader.filter_results
    """

    def __init__(self, stream: Iterable[ChatCompletionChunk]) -> None:
        """Wrap a stream; nothing is read yet.

        Args:
            stream: What `create(..., stream=True)` returned.

        Raises:
            TypeError: It is not a stream but, for example, a complete answer.
        """
        _check(stream, "__iter__", "create(..., stream=True)")
        super().__init__(stream)
        self._chunks = iter(stream)

    def __iter__(self) -> Iterator[str]:
        return self._read(_text)

    def events(self) -> Iterator[ChatCompletionChunk]:
        """Yield the raw chunks instead; they are accumulated all the same."""
        return self._read(_chunk)

    def close(self) -> None:
        """Close the response; what was received stays readable."""
        self._is_ended = True
        close = attribute(self._stream, "close")
        if callable(close):
            close()

    def __enter__(self) -> Self:
        self._is_managed = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self, choose: Callable[[ChatCompletionChunk | None, str], _T | None]) -> Iterator[_T]:
        if self._is_ended:
            return
        try:
            for chunk in self._chunks:
                item = choose(chunk, self._received.add(chunk))
                if item is not None:
                    yield item
            rest = choose(None, self._received.rest())
            if rest is not None:
                yield rest
            self._end()
        except GeneratorExit:
            raise
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            if self._is_ended or not self._is_managed:
                self.close()


class AsyncStreamReader(Received[AsyncIterable[ChatCompletionChunk]]):
    """Reads the stream of an async client, as `StreamReader` does.

    Use it in `async with`; otherwise, leaving the loop early closes the stream only when the
    event loop finalises the generator.

    >>> async with AsyncStreamReader(await client.chat.completions.create(...)) as reader:
    ...     async for piece in reader:
    ...         print(piece, end="")
    """

    def __init__(self, stream: AsyncIterable[ChatCompletionChunk]) -> None:
        """Wrap a stream; nothing is read yet.

        Args:
            stream: What `await create(..., stream=True)` returned.

        Raises:
            TypeError: It is not a stream but, for example, a coroutine that was not awaited.
        """
        _check(stream, "__aiter__", "await create(..., stream=True)")
        super().__init__(stream)
        self._chunks = aiter(stream)

    def __aiter__(self) -> AsyncIterator[str]:
        return self._read(_text)

    def events(self) -> AsyncIterator[ChatCompletionChunk]:
        """Yield the raw chunks instead; they are accumulated all the same."""
        return self._read(_chunk)

    async def close(self) -> None:
        """Close the response; what was received stays readable."""
        self._is_ended = True
        close = attribute(self._stream, "close")
        if callable(close):
            await _settled(close())
        # Otherwise an abandoned generator is closed when it is collected, in any task.
        finish = attribute(self._chunks, "aclose")
        if callable(finish):
            with suppress(RuntimeError):  # it is running: another task is reading
                await _settled(finish())

    async def __aenter__(self) -> Self:
        self._is_managed = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _read(
        self, choose: Callable[[ChatCompletionChunk | None, str], _T | None]
    ) -> AsyncIterator[_T]:
        if self._is_ended:
            return
        try:
            async for chunk in self._chunks:
                item = choose(chunk, self._received.add(chunk))
                if item is not None:
                    yield item
            rest = choose(None, self._received.rest())
            if rest is not None:
                yield rest
            self._end()
        except GeneratorExit:
            raise
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            if self._is_ended or not self._is_managed:
                await self.close()


def _check(stream: object, method: str, source: str) -> None:
    # A complete answer is iterable too: pydantic's models yield their fields.
    if not hasattr(stream, method) or field(stream, "choices") is not None:
        raise TypeError(
            f"a stream is needed, as `{source}` returns it, not {type(stream).__name__}"
        )


async def _settled(result: object) -> None:
    # Tracers' wrappers may have plain functions where the SDK has coroutines.
    if isawaitable(result):
        await result


def _text(_chunk: object, text: str) -> str | None:
    return text or None


def _chunk(chunk: ChatCompletionChunk | None, _text: str) -> ChatCompletionChunk | None:
    return chunk
