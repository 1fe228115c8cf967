"""What each tracer shows of a migrated request: prints the models that its spans name."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agentsflare_kimi import Kimi
from agentsflare_kimi.emulator import Emulator

HELLO = [{"role": "user", "content": "Hello"}]
ASKED, SENT = "kimi-k2-turbo-preview", "kimi-k2.6"


def nothing(_: Kimi) -> None:
    """A span of the program's own and no instrumentation."""


def logfire(client: Kimi) -> None:
    import logfire as tracer  # noqa: PLC0415

    tracer.configure(send_to_logfire=False, console=False, inspect_arguments=False)
    tracer.instrument_openai(client)
    trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(EXPORTER))


def openinference(_: Kimi) -> None:
    from openinference.instrumentation.openai import OpenAIInstrumentor  # noqa: PLC0415

    OpenAIInstrumentor().instrument()


def traceloop(_: Kimi) -> None:
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor  # noqa: PLC0415

    OpenAIInstrumentor().instrument()


def langfuse(_: Kimi) -> None:
    # It demands keys, and sends what it has to nobody.
    os.environ.update(LANGFUSE_PUBLIC_KEY="pk", LANGFUSE_SECRET_KEY="sk")
    os.environ.update(LANGFUSE_HOST=NOWHERE, LANGFUSE_BASE_URL=NOWHERE)
    import langfuse.openai  # noqa: F401, PLC0415


NOWHERE = "http://127.0.0.1:9"
TRACERS: dict[str, tuple[Callable[[Kimi], None], str]] = {
    "opentelemetry": (nothing, "opentelemetry-sdk"),
    "logfire": (logfire, "logfire"),
    "openinference": (openinference, "openinference-instrumentation-openai"),
    "traceloop": (traceloop, "opentelemetry-instrumentation-openai"),
    "langfuse": (langfuse, "langfuse"),
}
EXPORTER = InMemorySpanExporter()


def main(name: str) -> int:
    """Trace a request and a cut stream with one tracer; 0 if both models and the error show."""
    instrument, package = TRACERS[name]
    if name != "logfire":  # which makes its own
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
        trace.set_tracer_provider(provider)
    warnings.simplefilter("ignore")
    with Emulator() as emulator:
        client = Kimi(base_url=emulator.base_url, api_key=emulator.api_key)
        instrument(client)
        with trace.get_tracer("program").start_as_current_span("program"):
            client.chat.completions.create(model=ASKED, messages=HELLO)
        emulator.scenario = "stream-cut"
        cut = "silent"
        try:
            list(client.chat.completions.create(model=ASKED, messages=HELLO, stream=True))
        except Exception as error:  # noqa: BLE001  # what is shown
            cut = type(error).__name__
    spans = [dict(span.attributes or {}) for span in EXPORTER.get_finished_spans()]
    named = {key: value for span in spans for key, value in span.items() if value in (ASKED, SENT)}
    row = {"tracer": name, "version": version(package), "cut_stream": cut, "models": named}
    print(json.dumps(row), flush=True)
    return 0 if {ASKED, SENT} <= set(named.values()) and cut != "silent" else 1


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    os._exit(code)
