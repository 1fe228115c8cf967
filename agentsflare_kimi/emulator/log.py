"""Logs each request with its keys redacted, and how its reply ended."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from agentsflare_kimi.emulator.wire import Notice, Reply, Request
from agentsflare_kimi.reading.lenient import as_list, as_mapping, as_string, json_value

__all__ = ["Outcome", "RecordedRequest", "RequestLog", "redact_headers"]

Outcome = Literal["pending", "sent", "cut", "client_closed"]

_SECRET: Final = frozenset(
    {"authorization", "api-key", "x-api-key", "cookie", "proxy-authorization", "set-cookie"}
)
_REDACTED: Final = "[redacted]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """One request as it arrived, and how the emulator answered it.

    Attributes:
        index: Its place in the order of arrival, from 0.
        method: Such as `POST`.
        path: Such as `/v1/chat/completions`, the query included.
        headers: Names in lower case; the values of credentials are `[redacted]`.
        body: The parsed JSON body; None where there is none.
        digest: A digest of the body; equal requests have equal digests.
        received_at: Seconds since the epoch.
        scenario: The scenario that was played.
        status: The HTTP status of the reply.
        retry_after: Seconds that the reply asked the client to wait.
        outcome: `sent`, `cut` (a fault that was asked for), `client_closed` (the client went
            away first), or `pending`.
        finished_at: When the reply ended, in seconds since the epoch.
        reply: The reply, unless it was a good answer.
        notice: What the author of the test should know, such as that the scripted answers
            had run out.
    """

    index: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: object
    digest: str
    received_at: float
    scenario: str = "ok"
    status: int | None = None
    retry_after: float | None = None
    outcome: Outcome = "pending"
    finished_at: float | None = None
    reply: Reply | None = None
    notice: Notice | None = None

    @property
    def model(self) -> str:
        """The requested model; empty if none."""
        return as_string(as_mapping(self.body).get("model"))

    @property
    def messages(self) -> Sequence[object]:
        """The messages of a chat completion; empty if there are none."""
        return as_list(as_mapping(self.body).get("messages"))

    @property
    def is_stream(self) -> bool:
        """Whether a stream was requested."""
        return bool(as_mapping(self.body).get("stream"))


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Copy *headers* without the value of any credential."""
    return {name: _REDACTED if name in _SECRET else value for name, value in headers.items()}


class RequestLog:
    """The last requests, oldest first; thread-safe."""

    def __init__(self, keep: int = 10_000, keep_bytes: int = 256 * 1024 * 1024) -> None:
        """Keep the last *keep* requests, or fewer if their bodies exceed *keep_bytes*."""
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._sizes: dict[int, int] = {}
        self._bytes = 0
        self._pending: set[int] = set()
        self._lock = threading.Lock()
        self._count = 0
        self._entries: OrderedDict[int, RecordedRequest] = OrderedDict()

    def add(self, request: Request) -> RecordedRequest:
        """Note that *request* arrived."""
        with self._lock:
            entry = RecordedRequest(
                index=self._count,
                method=request.method,
                path=request.path,
                headers=redact_headers(request.headers),
                body=json_value(request.body) if request.body else None,
                digest=hashlib.sha256(request.body).hexdigest(),
                received_at=time.time(),
            )
            self._count += 1
            self._entries[entry.index] = entry
            self._sizes[entry.index] = len(request.body)
            self._bytes += len(request.body)
            self._pending.add(entry.index)
            self._forget_oldest()
        return entry

    @property
    def pending(self) -> int:
        """How many replies have not ended."""
        return len(self._pending)

    def _forget_oldest(self) -> None:
        while len(self._entries) > 1 and self._is_full():
            index, _ = self._entries.popitem(last=False)
            self._bytes -= self._sizes.pop(index)

    def _is_full(self) -> bool:
        return len(self._entries) > self._keep or self._bytes > self._keep_bytes

    def answered(self, entry: RecordedRequest, reply: Reply) -> None:
        """Note how *entry* is answered."""
        is_good = reply.status < 400 and reply.scenario == "ok"  # noqa: PLR2004  # HTTP
        # A forwarded reply can be read only once, by the client.
        is_kept = not is_good and isinstance(reply.parts, tuple)
        with self._lock:
            if entry.index not in self._entries:
                return
            self._entries[entry.index] = replace(
                entry,
                scenario=reply.scenario,
                status=reply.status,
                retry_after=_seconds(reply.headers.get("retry-after")),
                reply=reply if is_kept else None,
                notice=reply.notice,
            )

    def finish(self, entry: RecordedRequest, outcome: Outcome) -> RecordedRequest | None:
        """Note how the reply to *entry* ended; None if already noted, or the log was cleared."""
        with self._lock:
            self._pending.discard(entry.index)
            known = self._entries.get(entry.index)
            if known is None or known.outcome != "pending":
                return None
            done = replace(known, outcome=outcome, finished_at=time.time())
            self._entries[entry.index] = done
        return done

    def entries(self) -> tuple[RecordedRequest, ...]:
        """List the requests in the order of arrival."""
        with self._lock:
            return tuple(self._entries.values())

    def clear(self) -> None:
        """Forget every request."""
        with self._lock:
            self._entries.clear()
            self._sizes.clear()
            self._bytes = 0


def _seconds(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None
