"""What each tracer shows of a migrated request: prints the models that its records name.

No tracer has an account or a network here: each one's records stay in memory. Braintrust's and
Weave's recipes use private parts for that; a program calls `init_logger` and `weave.init`.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from types import SimpleNamespace

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agentsflare_kimi import Kimi
from agentsflare_kimi.emulator import Emulator

Record = Mapping[str, object]
Records = Callable[[], list[Record]]

HELLO = [{"role": "user", "content": "Hello"}]
ASKED, SENT = "kimi-k2-turbo-preview", "kimi-k2.6"
NOWHERE = "http://127.0.0.1:9"
PROGRAM = "program"
EXPORTER = InMemorySpanExporter()
OPEN = ExitStack()


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


def openai_v2(_: Kimi) -> None:
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor  # noqa: PLC0415

    OpenAIInstrumentor().instrument()


def langfuse(_: Kimi) -> None:
    # It demands keys, and sends what it has to nobody.
    os.environ.update(LANGFUSE_PUBLIC_KEY="pk", LANGFUSE_SECRET_KEY="sk")
    os.environ.update(LANGFUSE_HOST=NOWHERE, LANGFUSE_BASE_URL=NOWHERE)
    import langfuse.openai  # noqa: F401, PLC0415


def mlflow(_: Kimi) -> None:
    # Its spans go to the program's provider, too, instead of to a server alone.
    os.environ.update(MLFLOW_USE_DEFAULT_TRACER_PROVIDER="false", MLFLOW_TRACKING_URI=NOWHERE)
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    import mlflow.openai  # noqa: PLC0415
    from mlflow.entities.trace_location import MlflowExperimentLocation  # noqa: PLC0415

    mlflow.tracing.set_destination(MlflowExperimentLocation("0"))
    mlflow.openai.autolog()


def braintrust(client: Kimi) -> Records:
    from braintrust import init_logger, wrap_openai  # noqa: PLC0415
    from braintrust import logger as kept  # noqa: PLC0415
    from braintrust.util import LazyValue  # noqa: PLC0415

    rows = OPEN.enter_context(kept._internal_with_memory_background_logger())
    project = kept.ObjectMetadata(id=PROGRAM, name=PROGRAM, full_info={})
    account = kept.OrgProjectMetadata(org_id="any", project=project)
    init_logger(project=PROGRAM)._lazy_metadata = LazyValue(lambda: account, use_mutex=False)
    wrap_openai(client)
    return rows.pop


def langsmith(client: Kimi) -> Records:
    os.environ.update(LANGSMITH_TRACING="true", LANGSMITH_API_KEY="any")
    from langsmith import Client  # noqa: PLC0415
    from langsmith.wrappers import wrap_openai  # noqa: PLC0415

    rows: list[Record] = []

    class InMemory(Client):
        def create_run(self, *_: object, **run: object) -> None:
            rows.append(run)

        def update_run(self, *_: object, **run: object) -> None:
            rows.append(run)

    kept = InMemory(api_url=NOWHERE, auto_batch_tracing=False)
    wrap_openai(client, tracing_extra={"client": kept})
    return lambda: rows


def opik(client: Kimi) -> Records:
    os.environ.update(OPIK_URL_OVERRIDE=NOWHERE, OPIK_ANALYTICS_ENABLE="false")
    os.environ.update(OPIK_SENTRY_ENABLE="false")
    from opik import record_traces_locally  # noqa: PLC0415
    from opik.integrations.openai import track_openai  # noqa: PLC0415

    track_openai(client)
    kept = OPEN.enter_context(record_traces_locally())
    return lambda: [vars(span) for span in kept.span_trees]


def weave(_: Kimi) -> Records:
    os.environ.update(WANDB_ERROR_REPORTING="false")
    from weave.integrations import patch_openai  # noqa: PLC0415
    from weave.trace.context.weave_client_context import set_weave_client_global  # noqa: PLC0415
    from weave.trace.weave_client import WeaveClient  # noqa: PLC0415

    rows: list[Record] = []

    class InMemory:
        call_processor = None

        def get_feedback_processor(self) -> None:
            return None

        def __getattr__(self, name: str) -> Callable[[Record], SimpleNamespace]:
            def keep(sent: Record) -> SimpleNamespace:
                rows.extend([sent] if name.startswith("call_") else [])
                return SimpleNamespace(id="any", trace_id="any", digest="any")

            return keep

    kept = WeaveClient("any", PROGRAM, InMemory(), ensure_project_exists=False)
    set_weave_client_global(kept)
    patch_openai()

    def records() -> list[Record]:
        kept.flush()
        return rows

    return records


def sentry(_: Kimi) -> Records:
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.envelope import Envelope  # noqa: PLC0415
    from sentry_sdk.integrations.openai import OpenAIIntegration  # noqa: PLC0415
    from sentry_sdk.transport import Transport  # noqa: PLC0415

    rows: list[Record] = []

    class InMemory(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            rows.extend(item.payload.json for item in envelope.items if item.type == "span")

    # Left out of the default ones where LangChain or other frameworks are installed.
    integrations = [OpenAIIntegration()]
    to = "http://any@127.0.0.1:9/1"
    sentry_sdk.init(to, traces_sample_rate=1.0, transport=InMemory, integrations=integrations)
    transaction = OPEN.enter_context(sentry_sdk.start_transaction(name=PROGRAM))

    def records() -> list[Record]:
        transaction.finish()
        sentry_sdk.flush()
        return [
            {key: held["value"] for key, held in span["attributes"].items()}
            for row in rows
            for span in row["items"]
        ]

    return records


def datadog(_: Kimi) -> Records:
    os.environ.update(DD_INSTRUMENTATION_TELEMETRY_ENABLED="false")
    os.environ.update(DD_REMOTE_CONFIGURATION_ENABLED="false")
    from ddtrace import patch  # noqa: PLC0415
    from ddtrace.trace import Span, TraceFilter, tracer  # noqa: PLC0415

    rows: list[Record] = []

    class InMemory(TraceFilter):
        def process_trace(self, trace: list[Span]) -> None:
            rows.extend(span.get_tags() for span in trace)

    tracer.configure(trace_processors=[InMemory()])
    patch(openai=True)
    return lambda: rows


TRACERS: dict[str, tuple[Callable[[Kimi], Records | None], str]] = {
    "opentelemetry": (nothing, "opentelemetry-sdk"),
    "logfire": (logfire, "logfire"),
    "openinference": (openinference, "openinference-instrumentation-openai"),
    "traceloop": (traceloop, "opentelemetry-instrumentation-openai"),
    "openai_v2": (openai_v2, "opentelemetry-instrumentation-openai-v2"),
    "langfuse": (langfuse, "langfuse"),
    "mlflow": (mlflow, "mlflow-tracing"),
    "braintrust": (braintrust, "braintrust"),
    "langsmith": (langsmith, "langsmith"),
    "opik": (opik, "opik"),
    "weave": (weave, "weave"),
    "sentry": (sentry, "sentry-sdk"),
    "datadog": (datadog, "ddtrace"),
}


def models_in(record: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Find where *record* has one of the two names, as keys with dots."""
    if isinstance(record, Mapping):
        for key, value in record.items():
            yield from models_in(value, f"{path}.{key}" if path else str(key))
    elif str(record).strip('"') in {ASKED, SENT}:  # MLflow's attributes are JSON
        yield path, str(record).strip('"')


def shown(records: Records | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return where the models are in the tracer's own records, and in the program's span."""
    own: list[object] = list(records()) if records else []
    program: list[object] = []
    for span in EXPORTER.get_finished_spans():
        is_programs = span.instrumentation_scope and span.instrumentation_scope.name == PROGRAM
        (program if is_programs else own).append(span.attributes)
    found = [dict(each for record in kind for each in models_in(record)) for kind in (own, program)]
    return found[0], found[1]


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
        records = instrument(client)
        with trace.get_tracer(PROGRAM).start_as_current_span(PROGRAM):
            client.chat.completions.create(model=ASKED, messages=HELLO)
        own, program = shown(records)
        emulator.scenario = "stream-cut"
        cut = "silent"
        try:
            list(client.chat.completions.create(model=ASKED, messages=HELLO, stream=True))
        except Exception as error:  # noqa: BLE001  # what is shown
            cut = type(error).__name__
    lost = {ASKED, SENT} - {*own.values(), *program.values()}
    verdict = f"does not show {', '.join(sorted(lost))}" if lost else "ok"
    verdict = "a cut stream looks complete" if cut == "silent" else verdict
    row = {"tracer": name, "version": version(package), "cut_stream": cut}
    print(json.dumps(row | {"own": own, "program": program, "verdict": verdict}), flush=True)
    return verdict != "ok"


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    os._exit(code)
