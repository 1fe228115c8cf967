"""Bounds a whole call or stream, retries included; `timeout` bounds a single read."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Final

import anyio

__all__ = ["Deadline", "DeadlineExceeded", "at_most", "fail_after", "within"]


class DeadlineExceeded(Exception):  # noqa: N818  # says what happened, as TimeoutError does
    """The time for the whole call is up; becomes `openai.APITimeoutError` on its way out."""


class Deadline:
    """A moment by which a call has to be over."""

    __slots__ = ("_end", "seconds")

    def __init__(self, seconds: float) -> None:
        """Let it pass *seconds* from now."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, 0.0 if there are none."""
        return max(0.0, self._end - time.monotonic())


_current: ContextVar[Deadline | None] = ContextVar("agentsflare_kimi_deadline", default=None)


@contextmanager
def within(deadline: Deadline | None) -> Generator[None]:
    """Let *deadline* bound what is read and written inside the block, in this thread."""
    if deadline is None:
        yield
        return
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)


def fail_after(deadline: Deadline | None) -> AbstractContextManager[object]:
    """Let *deadline* bound what is awaited inside the block.

    Raises:
        TimeoutError: It has passed.
    """
    return _NO_LIMIT if deadline is None else anyio.fail_after(deadline.remaining())


_NO_LIMIT: Final = nullcontext()


def at_most(timeout: float | None) -> float | None:
    """Shorten *timeout* to what the current deadline leaves.

    Raises:
        DeadlineExceeded: It leaves nothing.
    """
    deadline = _current.get()
    if deadline is None:
        return timeout
    remaining = deadline.remaining()
    if not remaining:
        raise DeadlineExceeded
    return remaining if timeout is None else min(timeout, remaining)
