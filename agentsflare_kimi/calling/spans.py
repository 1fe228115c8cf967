"""Records on the current trace which model was requested, which was sent and which answered.

Tracers record the program's request and the answer's model, most of them in a span that is not
the current one, and none records why the two differ. OpenTelemetry is used if the program has
loaded it; it is not a dependency.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol

from agentsflare_kimi.printable import shown_name

__all__ = ["Span", "trace_answer", "trace_models"]


class Span(Protocol):
    """What is used of OpenTelemetry's `Span`."""

    def is_recording(self) -> bool:
        """Tell whether the span has not ended and is sampled."""
        ...

    def set_attribute(self, key: str, value: str) -> None:
        """Set one attribute, or replace it."""
        ...


def trace_models(asked: str, sent: str) -> Span | None:
    """Set both models on the current span, if one records.

    `gen_ai.request.model` is the name that tracers give to what the program requested; no
    convention names the model that a client sends instead.
    Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/

    Args:
        asked: The model that the program requested.
        sent: The model that the request goes to.

    Returns:
        The span, for the model that answers.
    """
    # While another thread imports it, the module has no functions yet.
    current: Any = getattr(sys.modules.get("opentelemetry.trace"), "get_current_span", None)
    if current is None:
        return None
    span: Span = current()
    if not span.is_recording():
        return None
    span.set_attribute("gen_ai.request.model", shown_name(asked))
    span.set_attribute("agentsflare_kimi.model_asked", shown_name(asked))
    span.set_attribute("agentsflare_kimi.model_sent", shown_name(sent))
    return span


def trace_answer(span: Span, answered: str) -> None:
    """Set the model that answered, unless the span has ended meanwhile.

    Args:
        span: The span that `trace_models` returned.
        answered: The model, as the answer names it.
    """
    if span.is_recording():
        span.set_attribute("gen_ai.response.model", shown_name(answered))
