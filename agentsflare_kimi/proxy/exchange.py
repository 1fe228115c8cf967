"""One request and its answer, as the log line and the metrics report them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.calling.observing import Observation
from agentsflare_kimi.models.catalog import find_model
from agentsflare_kimi.printable import without_keys
from agentsflare_kimi.reading.lenient import as_integer, as_list, as_text
from agentsflare_kimi.reading.lenient import field as read

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

__all__ = ["Exchange", "current_exchange"]

_MOST_SHOWN: Final = 200


@dataclass(slots=True)
class Exchange:
    """One request on its way through the proxy, without key or prompt.

    Attributes:
        method: The HTTP method.
        path: The path without its query.
        caller: A short name for the caller, unique to this process.
        model: The requested model.
        is_stream: Whether a stream was requested.
        observed: What the client did to the request.
        response: The gateway's last response.
        content_type: The content type to send in place of the SDK's.
        status: The status that the caller got.
        cause: The cause of the failure, from `diagnose`; empty if there was none.
        is_gone: Whether the caller disconnected before the end.
        first_byte: Seconds until the first byte of the answer's body.
        finish_reason: The finish reason of the first choice.
        is_filtered: Whether a content filter blocked the prompt or the answer.
    """

    method: str
    path: str
    caller: str = ""
    model: str = ""
    is_stream: bool = False
    observed: Observation = field(default_factory=Observation)
    response: Response | None = None
    content_type: str | None = None
    status: int = 0
    cause: str = ""
    is_gone: bool = False
    first_byte: float | None = None
    finish_reason: str = ""
    is_filtered: bool = False
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds since the request arrived."""
        return time.perf_counter() - self.started

    @property
    def known_model(self) -> str:
        """The model sent, if the catalog knows it; arbitrary names would be unbounded labels."""
        name = self.observed.model_sent or self.model
        return name if find_model(name) else "other" if name else ""

    def kinds(self) -> Iterable[str]:
        """Return the kinds of the notices, such as `migrated`."""
        return [notice.kind for notice in self.observed.notices]

    def take(self, answer: object) -> None:
        """Note usage and finish reason of a completion, or of a chunk of one."""
        for choice in as_list(read(answer, "choices"))[:1]:
            self.finish_reason = as_text(read(choice, "finish_reason")) or self.finish_reason
        self.is_filtered = self.is_filtered or self.finish_reason == "content_filter"
        usage = read(answer, "usage")
        if usage is not None:
            self.prompt_tokens = as_integer(read(usage, "prompt_tokens"))
            self.completion_tokens = as_integer(read(usage, "completion_tokens"))

    def log_fields(self) -> dict[str, object]:
        """Return the fields of the log line, without the unknown ones."""
        told: dict[str, object] = {
            "method": self.method,
            "path": without_keys(self.path)[:_MOST_SHOWN],
            "status": self.status,
            "caller": self.caller,
            "model": without_keys(self.model)[:_MOST_SHOWN],
            "model_sent": without_keys(self.observed.model_sent or ""),
            "notices": ",".join(self.kinds()),
            "reasoning_restored": self.observed.restored,
            "is_stream": self.is_stream,
            "duration_ms": round(self.seconds * 1000, 1),
            "first_byte_ms": None if self.first_byte is None else round(self.first_byte * 1000, 1),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "finish_reason": self.finish_reason,
            "cause": self.cause,
            "client_gone": self.is_gone,
        }
        return {name: value for name, value in told.items() if value not in (None, "", 0, False)}


current_exchange: ContextVar[Exchange | None] = ContextVar("agentsflare_kimi_exchange")
