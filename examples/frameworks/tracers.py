"""What each tracer shows of a migrated request: prints the models that its spans name."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import ExitStack
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


def openai_v2(_: Kimi) -> None:
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor  # noqa: PLC0415

    OpenAIInstrumentor().instrument()


def braintrust(client: Kimi) -> Callable[[], list[dict]]:
    from braintrust import init_logger, wrap_openai  # noqa: PLC0415
    from braintrust import logger as kept  # noqa: PLC0415
    from braintrust.util import LazyValue  # noqa: PLC0415

    # Its rows are kept in memory, and its log needs no account.
    rows = KEPT.enter_context(kept._internal_with_memory_background_logger())
    project = kept.ObjectMetadata(id="program", name="program", full_info={})
    account = kept.OrgProjectMetadata(org_id="any", project=project)
    init_logger(project="program")._lazy_metadata = LazyValue(lambda: account, use_mutex=False)
    wrap_openai(client)
    return lambda: [{"metadata.model": row["metadata"]["model"]} for row in rows.pop()]


NOWHERE = "http://127.0.0.1:9"
Rows = Callable[[], list[dict]]
TRACERS: dict[str, tuple[Callable[[Kimi], Rows | None], str]] = {
    "opentelemetry": (nothing, "opentelemetry-sdk"),
    "logfire": (logfire, "logfire"),
    "openinference": (openinference, "openinference-instrumentation-openai"),
    "traceloop": (traceloop, "opentelemetry-instrumentation-openai"),
    "langfuse": (langfuse, "langfuse"),
    "braintrust": (braintrust, "braintrust"),
    "openai_v2": (openai_v2, "opentelemetry-instrumentation-openai-v2"),
}
EXPORTER = InMemorySpanExporter()
KEPT = ExitStack()


def main(name: str) -> bool:
    """Trace a request and a cut stream with one tracer; False if both models and the error show."""
    instrument, package = TRACERS[name]
    if name != "logfire":  # which makes its own
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
        trace.set_tracer_provider(provider)
    warnings.simplefilter("ignore")
    with Emulator() as emulator:
        client = Kimi(base_url=emulator.base_url, api_key=emulator.api_key)
        rows = instrument(client)
        with trace.get_tracer("program").start_as_current_span("program"):
            client.chat.completions.create(model=ASKED, messages=HELLO)
        emulator.scenario = "stream-cut"
        cut = "silent"
        try:
            list(client.chat.completions.create(model=ASKED, messages=HELLO, stream=True))
        except Exception as error:  # noqa: BLE001  # what is shown
            cut = type(error).__name__
    spans = [dict(span.attributes or {}) for span in EXPORTER.get_finished_spans()]
    spans += rows() if rows else []
    named = {key: value for span in spans for key, value in span.items() if value in (ASKED, SENT)}
    lost = {ASKED, SENT} - set(named.values())
    verdict = f"does not show {', '.join(sorted(lost))}" if lost else "ok"
    verdict = "a cut stream looks complete" if cut == "silent" else verdict
    row = {"tracer": name, "version": version(package), "cut_stream": cut, "models": named}
    print(json.dumps(row | {"verdict": verdict}), flush=True)
    return verdict != "ok"


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    os._exit(code)
