"""Adapts the number of requests in flight to the gateway's responses.

A 429 removes one slot, and twenty answers add one; so near a limit, about one request in twenty
gets a 429. Some 429s are unrelated to the number in flight. Those are as frequent with fewer
requests, and must not wear the number down: while few requests are refused, it keeps most of its
highest value. A limit that is really exceeded refuses nearly all requests above it.
Source: facts/batch.md section 3.
"""

from __future__ import annotations

from typing import Final

__all__ = ["Window"]

_FIRST: Final = 16
_GAIN: Final = 1 / 20
# After this many answers without a 429 the limit is far away: grow five times as fast.
_QUIET: Final = 100
_QUIET_GAIN: Final = 5 * _GAIN
# At first, the number doubles with each round of answers, until this share of them are 429s.
_ENDS_DOUBLING: Final = 0.15
# This share of 429s means that the limit is below the number.
_IS_LIMIT: Final = 0.3
_KEPT: Final = 0.6
# The fewest requests from which the share of 429s is computed.
_SAMPLE: Final = 30


class Window:
    """A number of slots that adapts to what the gateway accepts; it does not wait itself."""

    def __init__(self, largest: int = 100) -> None:
        """Begin with a few slots, and never exceed *largest*."""
        self._largest = float(largest)
        self._size = min(float(_FIRST), self._largest)
        self._reached = self._size
        self._is_doubling = True
        self._quiet = 0
        self._sent = self._refused = 0
        self._sent_before = self._refused_before = 0

    @property
    def size(self) -> int:
        """The number of requests that may be in flight now; at least 1."""
        return int(self._size)

    def send(self) -> None:
        """Count a request that is sent."""
        # Counted here, because a 429 arrives long before its neighbours' answers.
        self._sent += 1
        if self._sent > 2 * _SAMPLE:
            self._sent_before, self._refused_before = self._sent, self._refused
            self._sent = self._refused = 0

    def answer(self) -> None:
        """Count a request that was not refused."""
        self._quiet += 1
        gain = 1.0 if self._is_doubling else _QUIET_GAIN if self._quiet > _QUIET else _GAIN
        self._size = min(self._size + gain, self._largest)
        self._reached = max(self._reached, self._size)

    def refuse(self) -> None:
        """Count a request that was refused as one too many."""
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
