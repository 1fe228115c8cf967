"""Watches a stream: whether its end came, and the text so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from openai import APIError, OpenAIError
from openai.types import Completion
from openai.types.chat import ChatCompletionChunk

from agentsflare_kimi.calling.failures import as_openai_error, explain
from agentsflare_kimi.calling.redaction import redact
from agentsflare_kimi.errors import (
    ContentFilteredError,
    IncompleteStreamError,
    UnreadableResponseError,
)
from agentsflare_kimi.reading.lenient import whole_text

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["StreamWatch"]

# Only streams of these chunks show whether they are complete.
_TEXT_CHUNKS: Final = (ChatCompletionChunk, Completion)


class _Observer(Protocol):
    def hear(self, chunk: object) -> None: ...
    def end(self) -> None: ...


class StreamWatch:
    """What has passed through one stream.

    Attributes:
        observers: Notified of each chunk before the caller gets it, and of `[DONE]`.
        is_finished: Whether a finish reason came.
    """

    def __init__(self, cast_to: type, response: Response) -> None:
        """Begin with nothing seen."""
        self.observers: list[_Observer] = []
        self.is_finished: bool = False
        self._expects_end = cast_to in _TEXT_CHUNKS
        self._response = response
        self._parts: list[str] = []

    @property
    def partial(self) -> str:
        """The text of choice 0 so far."""
        return whole_text("".join(self._parts))

    def see(self, chunk: Any) -> None:  # noqa: ANN401  # any chunk of any stream
        """Record *chunk*."""
        choices: object = getattr(chunk, "choices", None)
        for choice in cast("list[object]", choices) if isinstance(choices, list) else ():
            if getattr(choice, "finish_reason", None):
                self.is_finished = True
            text = getattr(getattr(choice, "delta", None), "content", None)
            if isinstance(text, str) and not getattr(choice, "index", 0):
                self._parts.append(text)
        for observer in self.observers:
            observer.hear(chunk)

    def check_end(self, *, is_done: bool) -> None:
        """Raise if the stream is incomplete; otherwise notify the observers of `[DONE]`."""
        expects_end, self._expects_end = self._expects_end, False
        if expects_end and not (is_done or self.is_finished):
            raise self.failed(
                IncompleteStreamError("the stream ended with neither a finish reason nor [DONE]")
            )
        for observer in self.observers if is_done else ():
            observer.end()

    def check_failure(self, error: BaseException) -> None:
        """Raise the conversion of *error*, unless it may reach the caller unchanged."""
        if not isinstance(error, Exception):
            return
        self._expects_end = False
        found = self.failed(error)
        if found is not error:
            raise found from error

    def failed(self, error: Exception) -> Exception:
        """Return what to raise for *error*, with the text so far."""
        request = self._response.request
        found = as_openai_error(error, request, self._response) or error
        if isinstance(found, APIError):
            found.request = getattr(found, "request", None) or request
        if isinstance(found, UnreadableResponseError) and found.status_code is None:
            found.response, found.status_code = self._response, self._response.status_code
            found.content_type = self._response.headers.get("content-type")
        if isinstance(found, OpenAIError):
            # An error inside a chunk has that chunk's text; a block has the whole text.
            inside = getattr(found, "partial", None) or ""
            is_whole = isinstance(found, ContentFilteredError)
            vars(found)["partial"] = inside if is_whole else self.partial + inside
        redact(found)
        explain(found, self._response)
        return found
