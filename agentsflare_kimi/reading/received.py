"""What a stream reader has received so far, and how the stream ended; without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from openai import APIConnectionError, APIError, OpenAIError
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion

from agentsflare_kimi.errors import IncompleteStreamError
from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.filters import FilterReport, report_stream
from agentsflare_kimi.reading.lenient import attribute, field

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageToolCallUnion

__all__ = ["Received"]

_INCOMPLETE: Final = (
    "the stream ended with neither a finish reason nor [DONE]; the text so far is in `.partial`, "
    "and a retry starts from the beginning"
)
_S = TypeVar("_S")


class Received(Generic[_S]):
    """The state that sync and async readers share.

    Attributes:
        error: What broke the stream, if anything; a timeout or cancellation counts.
    """

    def __init__(self, stream: _S) -> None:
        """Begin with nothing received."""
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
        """The tool calls of choice 0 so far, with joined arguments."""
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
        """The completion that the chunks so far add up to, annotations and extras included."""
        return ChatCompletion.construct(**cast("dict[str, Any]", self._received.completion()))

    @property
    def filter_results(self) -> FilterReport:
        """What content filters reported so far, in the chunks and in the error that ended them."""
        return report_stream(self._received.completion(), self.error)

    @property
    def is_complete(self) -> bool:
        """Whether a finish reason came, or the `[DONE]` that ends a stream.

        It is false if the gateway said that the answer failed. The SDK's own streams do not
        expose whether `[DONE]` came; those of `Kimi` do.
        """
        if self._received.error is not None or _is_stated(self.error):
            return False
        return self._received.is_finished or attribute(self._stream, "is_done") is True

    def _end(self) -> None:
        """Check how the stream ended.

        Raises:
            openai.APIError: The gateway sent an error, in place of a chunk or in one; `partial`
                holds the text so far.
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
        if chunk is not None:  # the error came inside it, so it was never yielded
            self._received.add(chunk)
        if isinstance(error, OpenAIError) and not attribute(error, "partial"):
            vars(error)["partial"] = self.content


def _is_stated(error: BaseException | None) -> bool:
    """Whether the gateway itself reported *error*, rather than the connection failing."""
    return isinstance(error, APIError) and not isinstance(error, APIConnectionError)
