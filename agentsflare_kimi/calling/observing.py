"""Lets a program hear what the client makes of one request, in place of warnings.

A server has no line of a caller's to warn at: it wants the notices as values, for its log.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from agentsflare_kimi.models.notice_texts import Notice

__all__ = ["Observation", "observation", "observing"]


@dataclass(slots=True)
class Observation:
    """What the client made of one request.

    Attributes:
        notices: What would else have been warned of.
        model_sent: The model that the request went to.
        restored: How many messages got back reasoning that the caller had dropped.
    """

    notices: list[Notice] = field(default_factory=list[Notice])
    model_sent: str | None = None
    restored: int = 0


_current: ContextVar[Observation | None] = ContextVar("agentsflare_kimi_observed", default=None)


def observation() -> Observation | None:
    """Return what takes note of the request under way; None where nothing does."""
    return _current.get()


@contextmanager
def observing() -> Generator[Observation]:
    """Take note of the requests in the block; nothing is warned of meanwhile."""
    token = _current.set(found := Observation())
    try:
        yield found
    finally:
        _current.reset(token)
