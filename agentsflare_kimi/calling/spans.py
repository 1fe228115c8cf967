"""Records on the current trace which model was requested and which was sent.

Tracers record the program's request and the answer's model, but not why they differ.
OpenTelemetry is used if the program has loaded it; it is not a dependency.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["trace_models"]


def trace_models(asked: str, sent: str) -> None:
    """Set `agentsflare_kimi.model_asked` and `.model_sent` on the current span, if one records.

    Args:
        asked: The model that the program requested.
        sent: The model that the request went to.
    """
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is None:
        return
    span = api.get_current_span()
    if span.is_recording():
        span.set_attribute("agentsflare_kimi.model_asked", asked)
        span.set_attribute("agentsflare_kimi.model_sent", sent)
