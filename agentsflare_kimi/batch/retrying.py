"""Decides whether and when a row is asked again.

The SDK's own retries are off in a batch: two layers of retries would multiply the cost.
"""

from __future__ import annotations

import email.utils
import math
import random
import time
from typing import Final

from agentsflare_kimi.reading.diagnosis import Diagnosis

__all__ = ["THROTTLING_CAUSES", "backoff", "pause_before_retry", "retry_after"]

# These mean too many requests, not a fault of this one.
THROTTLING_CAUSES: Final = frozenset({"rate_limited", "overloaded"})
_MOST_THROTTLINGS: Final = 60
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


def pause_before_retry(
    found: Diagnosis, told: float | None, *, attempts: int, throttlings: int, max_attempts: int
) -> float | None:
    """Return the seconds to wait before a row is asked again; None if that is useless.

    Args:
        found: Why it failed.
        told: The wait that the gateway asked for, in seconds.
        attempts: How often it was asked.
        throttlings: How many of these hit a rate limit; they do not count against the row.
        max_attempts: How often it may be asked.
    """
    if found.cause in THROTTLING_CAUSES:
        if throttlings >= _MOST_THROTTLINGS:
            return None
        return _spread(told) if told else backoff(throttlings)
    own = attempts - throttlings
    if not found.is_retryable or own >= max_attempts:
        return None
    return _spread(told) if told else backoff(own)


def retry_after(error: Exception) -> float | None:
    """Return the wait that the gateway asked for, in seconds; None if it did not say.

    Args:
        error: The request's error.
    """
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    value = headers.get("retry-after")
    if not isinstance(value, str):
        return None
    seconds = _seconds(value, sent=_moment(headers.get("date")))
    return seconds if seconds is not None and math.isfinite(seconds) and seconds > 0 else None


def _seconds(value: str, *, sent: float | None) -> float | None:
    try:
        return float(value)
    except ValueError:
        pass
    until = _moment(value)
    if until is None:
        return None
    # By the gateway's own clock if it tells the time, because this machine's may be wrong.
    return until - (time.time() if sent is None else sent)


def _moment(value: object) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(str(value)).timestamp()
    except (ValueError, OverflowError):
        return None


def _spread(seconds: float) -> float:
    # Rows that were told the same moment must not all retry at once.
    return seconds * random.uniform(1.0, 1.25)  # noqa: S311  # no secret


def backoff(failures: int) -> float:
    """Return the seconds to wait after so many failures in succession; at most half a minute."""
    longest = min(_FIRST_PAUSE * 2.0 ** (failures - 1), _LONGEST_PAUSE)
    return longest * random.uniform(0.75, 1.25)  # noqa: S311  # no secret
