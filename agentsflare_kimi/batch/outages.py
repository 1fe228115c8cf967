"""Tells an outage of the network or the gateway from a row that fails on its own account."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import Final

from openai import APIStatusError

from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.reading.error_bodies import chain

__all__ = ["Outages"]

# Seconds. After a longer one the rows fail, and the run stops.
_LONGEST: Final = 600.0
_NOT_CONNECTED: Final = (http.ConnectError, http.ConnectTimeout)


@dataclass(slots=True)
class Outages:
    """Remembers when the gateway last answered.

    A row cannot be at fault if no connection is made. A gateway that has never answered is taken
    for a wrong address rather than an outage.
    """

    _last_answer: float | None = None

    def note_answer(self) -> None:
        """Note that the gateway answers now, be it with an error."""
        self._last_answer = time.monotonic()

    def is_outage(self, error: Exception) -> bool:
        """Tell whether a request failed because of an outage; an answer in *error* is noted.

        Args:
            error: The request's error.
        """
        causes = list(chain(error))
        if any(isinstance(link, APIStatusError) for link in causes):
            self.note_answer()
        if self._last_answer is None or time.monotonic() - self._last_answer > _LONGEST:
            return False
        has_connected = not any(isinstance(link, _NOT_CONNECTED) for link in causes)
        return not has_connected and not any(isinstance(link, ssl.SSLError) for link in causes)
