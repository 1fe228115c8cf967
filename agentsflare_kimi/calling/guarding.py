"""One call of a client with all its retries: its deadline, and the errors that may leave it."""

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
# Seconds; sockets count milliseconds in 32 bits, and raise OverflowError beyond.
_LONGEST_TIMEOUT: Final = 2_000_000


class AnswerCheck(Protocol):
    """Checks an answer before the caller gets it, and raises if the caller must not get it."""

    def check_headers(self, response: Response, /) -> None:
        """Look at the headers, once they have come."""
        ...

    def check_model(self, data: object, cast_to: object, response: Response, /) -> None:
        """Look at a body, or at the data of an event of a stream."""
        ...


class Call:
    """One call of the caller's. As a context manager it converts the errors that leave it.

    Only errors of `openai`'s tree get out, without key and prompt. Each request that is made for
    the call carries it in its extensions, so that no other call can be mistaken for it.

    Attributes:
        answer_check: What its answer is held against.
        deadline: When it has to be over, if ever.
        models_file: The client's own models, which a diagnosis of its errors takes into account.
        request: What was sent last.
        slot: Its place among the requests in flight.
        edge_timeouts: How often the gateway's edge gave up on it.
        paid: What its retries took from the client's budget.
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
        """Begin a call that may take *seconds*, to a model of *models_file*."""
        self.deadline: Deadline | None = None if seconds is None else Deadline(seconds)
        self.models_file: str | os.PathLike[str] | None = models_file
        self.request: Request | None = None
        self.answer_check: AnswerCheck | None = None
        self.slot: Slot = NO_LIMIT
        self.edge_timeouts: int = 0
        self.paid: int = 0

    def prepare(self, request: Request, tracer: Any) -> None:  # noqa: ANN401  # a function or a coroutine function
        """Get *request* ready to be sent: the next try of this call.

        Args:
            request: The request; its extensions are changed, not what goes over the wire.
            tracer: What is told about new connections.

        Raises:
            openai.APITimeoutError: The deadline has passed.
            ConfigurationError: The API key has characters that no header can carry.
        """
        self.request = request
        if not request.headers.get("authorization", "").isprintable():
            # The HTTP library would quote it in its error and in its log.
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
        """Refuse *request* if something has turned it to another origin since `prepare`.

        Raises:
            UnsafeBaseUrlError: It would go elsewhere, and perhaps take the key along.
        """
        if request is not self.request and self.request is not None:
            check_origin(request.url, self.request.url)

    def at_most(self, seconds: float) -> float:
        """Shorten a pause of *seconds* to what the deadline leaves."""
        return seconds if self.deadline is None else min(seconds, self.deadline.remaining())

    def is_over(self) -> bool:
        """Tell whether the deadline has passed."""
        return self.deadline is not None and not self.deadline.remaining()

    def __enter__(self) -> Self:
        """Return the call."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace_back: object) -> None:
        """Convert what is leaving the call.

        Raises:
            openai.OpenAIError: In place of an error of the network, the HTTP library, a codec.
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
    """Return the call that *request* was made for; None if it is none of ours."""
    call = request.extensions.get(_KEY)
    return call if isinstance(call, Call) else None


def deadline_of(response: Response) -> Deadline | None:
    """Return the deadline of the call that *response* answers."""
    call = call_of(response.request)
    return None if call is None else call.deadline
