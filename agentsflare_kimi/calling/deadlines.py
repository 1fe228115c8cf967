"""Bounds a whole call or stream, retries included; `timeout` bounds a single read."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import anyio

__all__ = ["Deadline", "DeadlineExceeded", "at_most", "fail_after", "within"]


class DeadlineExceeded(Exception):  # noqa: N818  # says what happened, as TimeoutError does
    """The call's deadline has passed; converted to `openai.APITimeoutError` for the caller."""


class Deadline:
    """A moment by which a call has to be over."""

    __slots__ = ("_end", "seconds")

    def __init__(self, seconds: float) -> None:
        """Set it *seconds* from now."""
        self.seconds: float = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, 0.0 if there are none."""
        return max(0.0, self._end - time.monotonic())


class _Thread(threading.local):
    deadline: Deadline | None = None


# Not a context variable: tasks started meanwhile would inherit it.
_this_thread: Final = _Thread()


class within:  # noqa: N801  # used as a function is: `with within(deadline):`
    """Bounds reads and writes of this thread in the block by *deadline*, if it is not None."""

    __slots__ = ("_before", "_deadline")

    def __init__(self, deadline: Deadline | None) -> None:
        """Take the *deadline*; None for no bound."""
        self._deadline = deadline

    def __enter__(self) -> None:
        """Put it in force."""
        self._before, _this_thread.deadline = _this_thread.deadline, self._deadline

    def __exit__(self, *_: object) -> None:
        """Put the one before in force again."""
        _this_thread.deadline = self._before


def fail_after(deadline: Deadline | None) -> AbstractContextManager[object]:
    """Bound what is awaited in the block by *deadline*.

    Raises:
        TimeoutError: It has passed.
    """
    return _NO_LIMIT if deadline is None else anyio.fail_after(deadline.remaining())


_NO_LIMIT: Final = nullcontext()


def at_most(timeout: float | None) -> float | None:
    """Shorten *timeout* to the time left before the current deadline.

    Raises:
        DeadlineExceeded: No time is left.
    """
    deadline = _this_thread.deadline
    if deadline is None:
        return timeout
    remaining = deadline.remaining()
    if not remaining:
        raise DeadlineExceeded
    return remaining if timeout is None else min(timeout, remaining)
