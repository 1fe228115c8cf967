"""How many requests to have in flight: found out from the answers, one request at a time.

A 429 takes one slot, and twenty answers give one back; so near a limit about one request in
twenty meets it. Some 429s have nothing to do with the number in flight. Those come as often
with fewer requests, and must not wear the number down: while few requests are refused, it keeps
most of what it once reached. A limit that was really passed refuses nearly all that is above it.
Source: facts/batch.md section 3.
"""

from __future__ import annotations

from typing import Final

__all__ = ["Window"]

_FIRST: Final = 16
_GAIN: Final = 1 / 20
# After so many answers without a 429 the limit is further away: grow five times as fast.
_QUIET: Final = 100
_QUIET_GAIN: Final = 5 * _GAIN
# The beginning doubles the number with each round of answers, until so many of them are 429s.
_ENDS_DOUBLING: Final = 0.15
# So many 429s mean that the limit is below the number.
_IS_LIMIT: Final = 0.3
_KEPT: Final = 0.6
# Requests that the share of 429s is taken of, at the least.
_SAMPLE: Final = 30


class Window:
    """A number of slots that follows what the gateway takes; does no waiting itself."""

    def __init__(self, largest: int = 100) -> None:
        """Begin with a few slots, and have never more than *largest*."""
        self._largest = float(largest)
        self._size = min(float(_FIRST), self._largest)
        self._reached = self._size
        self._is_doubling = True
        self._quiet = 0
        self._sent = self._refused = 0
        self._sent_before = self._refused_before = 0

    @property
    def size(self) -> int:
        """How many requests may be in flight now; at least 1."""
        return int(self._size)

    def send(self) -> None:
        """Take note of a request on its way."""
        # Counted here, because a 429 is back long before the answers to its neighbours.
        self._sent += 1
        if self._sent > 2 * _SAMPLE:
            self._sent_before, self._refused_before = self._sent, self._refused
            self._sent = self._refused = 0

    def answer(self) -> None:
        """Take note of a request that was not refused."""
        self._quiet += 1
        gain = 1.0 if self._is_doubling else _QUIET_GAIN if self._quiet > _QUIET else _GAIN
        self._size = min(self._size + gain, self._largest)
        self._reached = max(self._reached, self._size)

    def refuse(self) -> None:
        """Take note of a request that was one too many."""
        self._quiet = 0
        self._refused += 1
        share = self._refused_share()
        self._is_doubling = self._is_doubling and share < _ENDS_DOUBLING
        if share >= _IS_LIMIT:
            self._reached = self._size
        self._size = max(self._size - 1, self._reached * _KEPT, 1.0)

    def _refused_share(self) -> float:
        sent = self._sent + self._sent_before
        refused = self._refused + self._refused_before
        return refused / sent if sent >= _SAMPLE else 0.0
