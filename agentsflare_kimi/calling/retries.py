"""Decides which requests to retry, and how often during an outage.

Source: facts/reliability.md sections 1 (R1.1) and 3 ("status").
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from openai import RateLimitError

from agentsflare_kimi.reading.diagnosis import diagnose
from agentsflare_kimi.reading.error_bodies import chain

if TYPE_CHECKING:
    from httpx2 import Response  # noqa: TID251  # for type checkers alone

    from agentsflare_kimi.calling.guarding import Call

__all__ = [
    "MAX_RETRY_AFTER",
    "RetryBudget",
    "is_balance_exhausted",
    "is_permanent",
    "is_sleeping",
    "is_worthwhile",
    "without_sleeping",
]

# Seconds; the SDK's own bound since 3.x.
MAX_RETRY_AFTER: Final = 120.0

# As botocore's standard mode counts: about 35 retries in a row, refilled by success.
_CAPACITY: Final = 500
_COST: Final = 14
_THROTTLING_COST: Final = 5
_REFILL: Final = 1
_CONFLICT: Final = 409
_EDGE_TIMEOUT: Final = 524
_TOO_MANY_REQUESTS: Final = 429
_PERMANENT: Final = (ssl.SSLCertVerificationError, socket.gaierror)


class RetryBudget:
    """Limits how many retries a client makes, so that it does not make an outage worse."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        """Begin with the full budget."""
        self._capacity = capacity
        self._left = capacity
        self._lock = threading.Lock()

    def spend(self, status_code: int | None = None) -> int:
        """Pay for one retry from the budget.

        Args:
            status_code: The status it follows; None after a failed connection.

        Returns:
            What was paid; 0 if not enough was left.
        """
        cost = _THROTTLING_COST if status_code == _TOO_MANY_REQUESTS else _COST
        with self._lock:
            if cost > self._left:
                return 0
            self._left -= cost
        return cost

    def refill(self, paid: int = 0) -> None:
        """Return what a call *paid* for its retries, because it succeeded in the end."""
        # Read without the lock: a missed success does no harm.
        if self._left < self._capacity:
            with self._lock:
                self._left = min(self._capacity, self._left + max(paid, _REFILL))


def is_worthwhile(response: Response, retry_after: float | None, call: Call) -> bool:
    """Tell from a response whether a retry may help.

    Args:
        response: The HTTP response.
        retry_after: The seconds that it asks to wait.
        call: The call that it belongs to.
    """
    if retry_after is not None and retry_after > MAX_RETRY_AFTER:
        return False
    status = response.status_code
    if status == _CONFLICT:
        # A completion locks nothing, so waiting does not help.
        return not response.request.url.path.endswith("/completions")
    if status == _EDGE_TIMEOUT:
        # The work was done and is paid for; only the edge timed out.
        call.edge_timeouts += 1
        return call.edge_timeouts == 1
    return not is_balance_exhausted(response)


def is_balance_exhausted(response: Response) -> bool:
    """Tell whether *response* is a 429 because the account's balance is used up.

    It is recognised by the same table as in `diagnose`.

    Args:
        response: The HTTP response; read if it has not been.
    """
    if response.status_code != _TOO_MANY_REQUESTS:
        return False
    # The SDK asks before it reads a streamed response; an unreadable one tells nothing.
    with suppress(Exception):
        response.read()
        error = RateLimitError("", response=response, body=None)
        return diagnose(error).cause == "balance_exhausted"
    return False


def is_permanent(error: BaseException) -> bool:
    """Tell whether retrying cannot help: the certificate is untrusted or the host name unknown.

    Args:
        error: The connection's error; its causes count.
    """
    return any(isinstance(link, _PERMANENT) for link in chain(error))


_lock: Final = threading.Lock()
_blocks_without_sleeping = 0


def is_sleeping() -> bool:
    """Tell whether clients wait before they retry."""
    return _blocks_without_sleeping == 0


@contextmanager
def without_sleeping() -> Generator[None]:
    """Let clients in this process retry without waiting: for tests.

    Blocks may overlap, also across threads; clients wait again after the last one ends.
    """
    global _blocks_without_sleeping  # noqa: PLW0603  # one switch for the process, as tests need it
    with _lock:
        _blocks_without_sleeping += 1
    try:
        yield
    finally:
        with _lock:
            _blocks_without_sleeping -= 1
