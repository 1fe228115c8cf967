"""The metrics behind `/metrics`, for Prometheus; needs `prometheus-client`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agentsflare_kimi.proxy.exchange import Exchange

__all__ = ["Metrics", "metrics_if_there"]

_PREFIX: Final = "agentsflare_kimi_proxy_"
_SECONDS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_ADAPTATIONS: Final = frozenset({"adapted", "rejected"})


class Metrics:
    """Counts requests; holds no keys, prompts or names made up by callers."""

    def __init__(self) -> None:
        """Begin at zero, in a registry of its own."""
        import prometheus_client as prometheus  # noqa: PLC0415  # an extra

        self._registry = prometheus.CollectorRegistry()
        self.media_type: str = prometheus.CONTENT_TYPE_LATEST

        def counter(name: str, help_text: str, *labels: str) -> prometheus.Counter:
            return prometheus.Counter(_PREFIX + name, help_text, labels, registry=self._registry)

        self._requests = counter("requests", "Requests answered.", "model", "status")
        self._migrations = counter("migrations", "Requests for ended models.", "model")
        self._adaptations = counter("adaptations", "Requests whose parameters were changed.")
        self._replays = counter("reasoning_restored", "Messages that got their reasoning back.")
        self._blocks = counter("filter_blocks", "Answers that a content filter blocked.")
        self._failures = counter("failures", "Requests that failed, by cause.", "cause")
        self._gone = counter("clients_gone", "Callers that went away before the end.")
        self._first_byte = prometheus.Histogram(
            f"{_PREFIX}first_byte_seconds",
            "Time until the first byte of an answer.",
            ("stream",),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def count(self, exchange: Exchange) -> None:
        """Count one request."""
        model, kinds = exchange.known_model, set(exchange.kinds())
        self._requests.labels(model, str(exchange.status)).inc()
        if exchange.first_byte is not None:
            self._first_byte.labels(str(exchange.is_stream).lower()).observe(exchange.first_byte)
        if "migrated" in kinds:
            self._migrations.labels(exchange.known_model).inc()
        self._adaptations.inc(bool(kinds & _ADAPTATIONS))
        self._replays.inc(exchange.observed.restored)
        self._blocks.inc(exchange.is_filtered or exchange.cause == "content_filtered")
        self._gone.inc(exchange.is_gone)
        if exchange.cause:
            self._failures.labels(exchange.cause).inc()

    def text(self) -> bytes:
        """Return the metrics in Prometheus's format; of all workers, if they share a folder."""
        import prometheus_client as prometheus  # noqa: PLC0415  # as above

        registry = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            from prometheus_client import multiprocess  # noqa: PLC0415  # as above

            registry = prometheus.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)
        return prometheus.generate_latest(registry)


def metrics_if_there() -> Metrics | None:
    """Return metrics; None if the extra `metrics` is not installed."""
    try:
        return Metrics()
    except ImportError:
        return None
