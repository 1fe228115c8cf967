"""Tells the trace which model was asked for and which was sent.

Tracers note the request as the program made it, and the answer's model; why the two differ shows
nowhere. OpenTelemetry is used where the program has loaded it, and is no dependency.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["trace_models"]


def trace_models(asked: str, sent: str) -> None:
    """Set `agentsflare_kimi.model_asked` and `.model_sent` on the current span, if one records.

    Args:
        asked: The model that the program named.
        sent: The model that the request went to.
    """
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is None:
        return
    span = api.get_current_span()
    if span.is_recording():
        span.set_attribute("agentsflare_kimi.model_asked", asked)
        span.set_attribute("agentsflare_kimi.model_sent", sent)
