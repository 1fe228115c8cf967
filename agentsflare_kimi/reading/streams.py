"""Readers of streams: text piece by piece, and everything else at any time.

What was received stays readable after any exception, cancellation or early `break`. The
SDK's own `.stream()` helper drops blocks that come in annotation chunks, so the readers
take the raw chunks of `create(..., stream=True)`. Source: facts/content-filters.md section 1.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast

from openai import APIConnectionError, APIError, OpenAIError
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.errors import IncompleteStreamError
from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.filters import FilterReport, report_stream
from agentsflare_kimi.reading.lenient import attribute, field

if TYPE_CHECKING:
    from types import TracebackType

    from openai.types.chat import ChatCompletionMessageToolCallUnion

__all__ = ["AsyncStreamReader", "StreamReader"]

_INCOMPLETE: Final = (
    "the stream ended with neither a finish reason nor [DONE]; the text so far is in `.partial`, "
    "and a retry starts from the beginning"
)
_S = TypeVar("_S")
_T = TypeVar("_T")


class _Received(Generic[_S]):
    """What both readers know; nothing here does I/O.

    Attributes:
        error: What broke the stream, if anything did: also a timeout or a cancellation.
    """

    def __init__(self, stream: _S) -> None:
        self.error: BaseException | None = None
        self._stream = stream
        self._received = StreamAccumulator()
        self._is_ended = False
        self._is_managed = False

    @property
    def content(self) -> str:
        """The text of choice 0 so far."""
        choice = self._received.choices.get(0)
        return (choice and choice.content) or ""

    @property
    def reasoning(self) -> str:
        """The reasoning of choice 0 so far."""
        choice = self._received.choices.get(0)
        return (choice and choice.reasoning) or ""

    @property
    def finish_reason(self) -> str | None:
        """Why choice 0 ended; None while it has not."""
        choice = self._received.choices.get(0)
        return choice.finish_reason if choice else None

    @property
    def tool_calls(self) -> list[ChatCompletionMessageToolCallUnion]:
        """The tool calls of choice 0 so far, their arguments put together."""
        choices = (choice for choice in self.completion.choices if choice.index == 0)
        first = next(choices, None)
        return list(first.message.tool_calls or ()) if first else []

    @property
    def usage(self) -> CompletionUsage | None:
        """The token counts, wherever in the stream they came; None until then."""
        usage = self._received.usage
        return None if usage is None else CompletionUsage.construct(**cast("dict[str, Any]", usage))

    @property
    def completion(self) -> ChatCompletion:
        """The completion that the chunks so far amount to, annotations and extras included."""
        return ChatCompletion.construct(**cast("dict[str, Any]", self._received.completion()))

    @property
    def filter_results(self) -> FilterReport:
        """What content filters said so far, in the chunks and in the error that ended them."""
        return report_stream(self._received.completion(), self.error)

    @property
    def is_complete(self) -> bool:
        """Whether a finish reason was seen, or the `[DONE]` that ends a stream.

        It is false where the gateway said that the answer failed. The SDK's own streams do not
        tell whether they saw `[DONE]`; those of `Kimi` do.
        """
        if self._received.error is not None or _is_stated(self.error):
            return False
        return self._received.is_finished or attribute(self._stream, "is_done") is True

    def _end(self) -> None:
        """Check how the stream ended.

        Raises:
            openai.APIError: The gateway sent an error, in place of a chunk or in one; `partial`
                holds the text until then.
            IncompleteStreamError: It ended with neither a finish reason nor `[DONE]`.
        """
        self._is_ended = True
        request = cast("Any", field(attribute(self._stream, "response"), "request"))
        found = self._received.error
        if found is not None:
            raise APIError(found.message, request, body=found.body)
        if not self.is_complete:
            raise IncompleteStreamError(_INCOMPLETE, request)

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._is_ended = True
        chunk = attribute(error, "chunk")
        if chunk is not None:  # the error came in it, so that nobody got it
            self._received.add(chunk)
        if isinstance(error, OpenAIError) and not attribute(error, "partial"):
            vars(error)["partial"] = self.content


class StreamReader(_Received[Iterable[ChatCompletionChunk]]):
    """Reads a stream; iterating yields the text of choice 0 piece by piece.

    Leaving the loop early closes the stream, except inside `with`, where the loop can be
    taken up again and the end of the block closes it.

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
            TypeError: It is no stream, for example a whole answer.
        """
        _check(stream, "__iter__", "create(..., stream=True)")
        super().__init__(stream)
        self._chunks = iter(stream)

    def __iter__(self) -> Iterator[str]:
        return self._read(_text)

    def events(self) -> Iterator[ChatCompletionChunk]:
        """Yield the raw chunks instead; what they amount to is gathered all the same."""
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


class AsyncStreamReader(_Received[AsyncIterable[ChatCompletionChunk]]):
    """The same as `StreamReader` over the stream of an asynchronous client.

    Use it in `async with`: without, leaving the loop early closes the stream only once the
    event loop gets round to it.

    >>> async with AsyncStreamReader(await client.chat.completions.create(...)) as reader:
    ...     async for piece in reader:
    ...         print(piece, end="")
    """

    def __init__(self, stream: AsyncIterable[ChatCompletionChunk]) -> None:
        """Wrap a stream; nothing is read yet.

        Args:
            stream: What `await create(..., stream=True)` returned.

        Raises:
            TypeError: It is no stream, for example a coroutine that was not awaited.
        """
        _check(stream, "__aiter__", "await create(..., stream=True)")
        super().__init__(stream)
        self._chunks = aiter(stream)

    def __aiter__(self) -> AsyncIterator[str]:
        return self._read(_text)

    def events(self) -> AsyncIterator[ChatCompletionChunk]:
        """Yield the raw chunks instead; what they amount to is gathered all the same."""
        return self._read(_chunk)

    async def close(self) -> None:
        """Close the response; what was received stays readable."""
        self._is_ended = True
        close = attribute(self._stream, "close")
        if callable(close):
            await cast("Awaitable[None]", close())
        # A generator that was left is otherwise closed whenever it is collected, by any task.
        finish = attribute(self._chunks, "aclose")
        if callable(finish):
            with suppress(RuntimeError):  # it is running: another task is reading
                await cast("Awaitable[None]", finish())

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
    # A whole answer can be iterated too: pydantic's models yield their fields.
    if not hasattr(stream, method) or field(stream, "choices") is not None:
        raise TypeError(
            f"a stream is needed, as `{source}` returns it, not {type(stream).__name__}"
        )


def _is_stated(error: BaseException | None) -> bool:
    """Whether *error* is the gateway's own word, and no failure of the connection."""
    return isinstance(error, APIError) and not isinstance(error, APIConnectionError)


def _text(_chunk: object, text: str) -> str | None:
    return text or None


def _chunk(chunk: ChatCompletionChunk | None, _text: str) -> ChatCompletionChunk | None:
    return chunk
