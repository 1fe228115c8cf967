"""Lets a program observe what the client does to one request, in place of warnings.

In a server, no line of the caller's is on the stack: it needs the notices as values to log.
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
    """What the client did to one request.

    Attributes:
        notices: The notices that would otherwise be warnings.
        model_sent: The model that the request went to.
        restored: The number of messages whose dropped reasoning was restored.
    """

    notices: list[Notice] = field(default_factory=list[Notice])
    model_sent: str | None = None
    restored: int = 0


_current: ContextVar[Observation | None] = ContextVar("agentsflare_kimi_observed", default=None)


def observation() -> Observation | None:
    """Return the observation of the current request; None if it is not observed."""
    return _current.get()


@contextmanager
def observing() -> Generator[Observation]:
    """Observe the requests in the block, which then emit no warnings."""
    token = _current.set(found := Observation())
    try:
        yield found
    finally:
        _current.reset(token)
