"""One call with all its retries: its deadline, and the conversion of its errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from openai import APITimeoutError

from agentsflare_kimi.calling.concurrency import NO_LIMIT, Slot
from agentsflare_kimi.calling.deadlines import Deadline
from agentsflare_kimi.calling.failures import as_openai_error, explain
from agentsflare_kimi.calling.origins import check_origin
from agentsflare_kimi.calling.redaction import redact
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.reading.diagnosis_evidence import MODELS_FILE

if TYPE_CHECKING:
    from httpx2 import Request, Response  # noqa: TID251  # for type checkers alone

__all__ = ["AnswerCheck", "Call", "call_of", "deadline_of"]

_KEY: Final = "agentsflare_kimi"
_PHASES: Final = ("connect", "read", "write", "pool")
# Seconds; sockets store milliseconds in 32 bits, and raise OverflowError beyond that.
_LONGEST_TIMEOUT: Final = 2_000_000


class AnswerCheck(Protocol):
    """Checks an answer before the caller gets it, and raises to withhold it."""

    def check_headers(self, response: Response, /) -> None:
        """Check the headers, once they have arrived."""
        ...

    def check_model(self, data: object, cast_to: object, response: Response, /) -> None:
        """Check a body, or the data of a stream's event."""
        ...


class Call:
    """One call of the user's. As a context manager, it converts the errors that leave it.

    Only errors of `openai`'s tree leave it, without key or prompt. Each request of the call
    carries the call in its extensions, so that calls are never confused.

    Attributes:
        answer_check: The check for its answer.
        deadline: When it must have ended, if ever.
        models_file: The client's own file of models, for the diagnosis of its errors.
        request: The last request sent.
        slot: Its place among the requests in flight.
        edge_timeouts: How often it timed out at the gateway's edge.
        paid: How much of the client's retry budget its retries used.
    """

    __slots__ = (
        "answer_check",
        "deadline",
        "edge_timeouts",
        "models_file",
        "paid",
        "request",
        "slot",
    )

    def __init__(
        self, seconds: float | None, models_file: str | os.PathLike[str] | None = None
    ) -> None:
        """Begin a call that may take *seconds*, by a client with *models_file*."""
        self.deadline: Deadline | None = None if seconds is None else Deadline(seconds)
        self.models_file: str | os.PathLike[str] | None = models_file
        self.request: Request | None = None
        self.answer_check: AnswerCheck | None = None
        self.slot: Slot = NO_LIMIT
        self.edge_timeouts: int = 0
        self.paid: int = 0

    def prepare(self, request: Request, tracer: Any) -> None:  # noqa: ANN401  # a function or a coroutine function
        """Prepare *request*, the next attempt of this call.

        Args:
            request: The request; its extensions are changed, not what goes over the wire.
            tracer: The `trace` extension, which prepares new connections.

        Raises:
            openai.APITimeoutError: The deadline has passed.
            ConfigurationError: The API key has characters that no header can carry.
        """
        self.request = request
        if not request.headers.get("authorization", "").isprintable():
            # The HTTP library would quote the key in its error and in its log.
            raise ConfigurationError("the API key has characters that cannot be sent in a header")
        extensions = request.extensions
        extensions[_KEY] = self
        if self.models_file:
            extensions[MODELS_FILE] = os.fspath(self.models_file)
        extensions.setdefault("trace", tracer)
        timeouts: dict[str, float | None] = extensions.get("timeout") or {}
        if self.deadline is not None:
            left = self.deadline.remaining()
            if not left:
                raise APITimeoutError(request)
            timeouts = {phase: min(timeouts.get(phase) or left, left) for phase in _PHASES}
        extensions["timeout"] = {
            phase: None if seconds is not None and seconds > _LONGEST_TIMEOUT else seconds
            for phase, seconds in timeouts.items()
        }

    def check_origin(self, request: Request) -> None:
        """Refuse *request* if something changed its origin since `prepare`.

        Raises:
            UnsafeBaseUrlError: It would go to another origin, perhaps with the key.
        """
        if request is not self.request and self.request is not None:
            check_origin(request.url, self.request.url)

    def at_most(self, seconds: float) -> float:
        """Shorten a pause of *seconds* to the time left before the deadline."""
        return seconds if self.deadline is None else min(seconds, self.deadline.remaining())

    def is_over(self) -> bool:
        """Tell whether the deadline has passed."""
        return self.deadline is not None and not self.deadline.remaining()

    def __enter__(self) -> Self:
        """Return the call."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace_back: object) -> None:
        """Convert the error that leaves the call.

        Raises:
            openai.OpenAIError: In place of an error of the network, the HTTP library or a codec.
        """
        if not isinstance(error, Exception):
            return
        redact(error)
        found = as_openai_error(error, self.request)
        if found is None:
            return
        explain(found)
        if found is not error:
            redact(found)
            raise found from error


def call_of(request: Request) -> Call | None:
    """Return the call that *request* belongs to; None if it is not one of ours."""
    call = request.extensions.get(_KEY)
    return call if isinstance(call, Call) else None


def deadline_of(response: Response) -> Deadline | None:
    """Return the deadline of the call that *response* answers."""
    call = call_of(response.request)
    return None if call is None else call.deadline
