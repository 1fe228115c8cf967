"""Spreads requests evenly over time, so that no minute holds more than was told."""

from __future__ import annotations

from typing import Final

__all__ = ["Pace"]

_MINUTE: Final = 60.0
# Requests arrive earlier or later than they were sent; a little room keeps them below the limit.
_ROOM: Final = 1.02


class Pace:
    """When the next request may go, by requests and by tokens a minute.

    Each request books the time that it uses up, so waiting for one's turn needs no queue.
    """

    def __init__(self, rpm: float | None = None, tpm: float | None = None) -> None:
        """Keep to *rpm* requests and *tpm* tokens a minute; None for no limit."""
        self._seconds_a_request = _MINUTE * _ROOM / rpm if rpm else 0.0
        self._seconds_a_token = _MINUTE * _ROOM / tpm if tpm else 0.0
        self._free_at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next request may go.

        Args:
            now: Seconds on a monotonic clock.
        """
        return max(self._free_at - now, 0.0)

    def book(self, now: float, tokens: int = 0) -> None:
        """Take note of a request that goes *now* and reserves so many *tokens*."""
        used = max(self._seconds_a_request, self._seconds_a_token * tokens)
        self._free_at = max(self._free_at, now) + used
