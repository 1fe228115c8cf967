"""Spreads requests evenly over time, so that no minute exceeds the limits."""

from __future__ import annotations

from typing import Final

__all__ = ["Pace"]

_MINUTE: Final = 60.0
# Latency varies between requests; a small margin keeps them below the limit.
_ROOM: Final = 1.02


class Pace:
    """Schedules requests by limits on requests and tokens per minute.

    Each request books the time that it uses up, so no queue is needed.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None) -> None:
        """Keep to *rpm* requests and *tpm* tokens per minute; None for no limit."""
        self._seconds_per_request = _MINUTE * _ROOM / rpm if rpm else 0.0
        self._seconds_per_token = _MINUTE * _ROOM / tpm if tpm else 0.0
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next request may be sent.

        Args:
            now: Seconds on a monotonic clock.
        """
        return max(self._free_at - now, 0.0)

    def book(self, now: float, tokens: int = 0) -> None:
        """Book a request that is sent *now* and reserves *tokens*."""
        used = max(self._seconds_per_request, self._seconds_per_token * tokens)
        self._free_at = max(self._free_at, now) + used
