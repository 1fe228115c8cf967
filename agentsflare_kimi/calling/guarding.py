"""One call of a client over all its tries: its deadline, and what may leave it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Protocol

from openai import APITimeoutError

from agentsflare_kimi.calling.deadlines import Deadline
from agentsflare_kimi.calling.failures import as_openai_error, explain
from agentsflare_kimi.calling.redaction import in_call, redact
from agentsflare_kimi.errors import ConfigurationError

if TYPE_CHECKING:
    from httpx2 import Request, Response  # noqa: TID251  # for type checkers alone

__all__ = ["Call", "current_call", "deadline_of", "guard"]

_KEY: Final = "agentsflare_kimi"
_PHASES: Final = ("connect", "read", "write", "pool")


class _Client(Protocol):
    deadline: float | None


class Call:
    """One call of the caller's.

    Attributes:
        deadline: When it has to be over, if ever.
        request: What was sent last.
        edge_timeouts: How often the gateway's edge gave up on it.
        paid: What its retries took from the client's budget.
    """

    __slots__ = ("deadline", "edge_timeouts", "paid", "request")

    def __init__(self, seconds: float | None) -> None:
        """Begin a call that may take *seconds*."""
        self.deadline = None if seconds is None else Deadline(seconds)
        self.request: Request | None = None
        self.edge_timeouts = 0
        self.paid = 0

    def prepare(self, request: Request, tracer: Any) -> None:  # noqa: ANN401  # a function or a coroutine function
        """Get *request* ready to be sent: the next try of this call.

        Args:
            request: The request; its extensions are changed, not what goes over the wire.
            tracer: What is told about new connections.

        Raises:
            openai.APITimeoutError: The deadline has passed.
            ConfigurationError: The key is none that can be sent.
        """
        self.request = request
        if not request.headers.get("authorization", "").isprintable():
            # The HTTP library would quote it in its error and in its log.
            raise ConfigurationError("the API key has characters that cannot be sent in a header")
        extensions = request.extensions
        extensions[_KEY] = self
        extensions.setdefault("trace", tracer)
        if self.deadline is None:
            return
        left = self.deadline.remaining()
        if not left:
            raise APITimeoutError(request)
        given: dict[str, float | None] = extensions.get("timeout") or {}
        extensions["timeout"] = {phase: min(given.get(phase) or left, left) for phase in _PHASES}

    def at_most(self, seconds: float) -> float:
        """Shorten a pause of *seconds* to what the deadline leaves."""
        return seconds if self.deadline is None else min(seconds, self.deadline.remaining())

    def is_over(self) -> bool:
        """Tell whether the deadline has passed."""
        return self.deadline is not None and not self.deadline.remaining()


_current: ContextVar[Call | None] = ContextVar("agentsflare_kimi_call", default=None)


def current_call(client: _Client) -> Call:
    """Return the call under way, a new one of *client* if there is none."""
    return _current.get() or Call(client.deadline)


def deadline_of(response: Response) -> Deadline | None:
    """Return the deadline of the call that *response* answers."""
    call = response.request.extensions.get(_KEY)
    return call.deadline if isinstance(call, Call) else None


class guard:  # noqa: N801  # used as a function is: `with guard(client):`
    """Lets nothing out of a call but errors of `openai`'s tree, without key and prompt.

    Guards may be nested: the outermost one holds the deadline and converts.
    """

    __slots__ = ("_is_outermost", "_tokens", "call")

    def __init__(self, client: _Client) -> None:
        """Begin a call of *client*, unless one is under way."""
        self._is_outermost = _current.get() is None
        self.call = current_call(client)

    def __enter__(self) -> Call:
        """Return the call."""
        if self._is_outermost:
            self._tokens = _current.set(self.call), in_call.set(True)
        return self.call

    def __exit__(self, kind: object, error: BaseException | None, trace_back: object) -> None:
        """Convert what is leaving the call.

        Raises:
            openai.OpenAIError: In place of an error of the network, the HTTP library, a codec.
        """
        if not self._is_outermost:
            return
        _current.reset(self._tokens[0])
        in_call.reset(self._tokens[1])
        if not isinstance(error, Exception):
            return
        redact(error)
        found = as_openai_error(error, self.call.request)
        if found is None:
            return
        explain(found)
        if found is not error:
            redact(found)
            raise found from error
