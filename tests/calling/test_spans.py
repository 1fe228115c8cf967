"""A trace tells the model asked for beside the model sent and the one that answered."""

import asyncio
import subprocess
import sys
import threading
import types
import warnings

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import INVALID_SPAN, use_span

from agentsflare_kimi import AsyncKimi, Kimi
from agentsflare_kimi.calling.spans import trace_answer, trace_models
from agentsflare_kimi.emulator import Emulator

HELLO = [{"role": "user", "content": "Hello"}]
RETIRED, SUCCESSOR = "kimi-k2-turbo-preview", "kimi-k2.6"
REQUESTED = {
    "gen_ai.request.model": RETIRED,
    "agentsflare_kimi.model_asked": RETIRED,
    "agentsflare_kimi.model_sent": SUCCESSOR,
}
ANSWERED = {**REQUESTED, "gen_ai.response.model": SUCCESSOR}

pytestmark = pytest.mark.filterwarnings("ignore::agentsflare_kimi.KimiWarning")


def new_span():
    return TracerProvider().get_tracer("program").start_span("program")


def ask(client, model, **options):
    return client.chat.completions.create(model=model, messages=HELLO, **options)


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def client(emulator):
    with Kimi(base_url=emulator.base_url, api_key="any") as client:
        yield client


def test_a_migrated_request_names_the_models(client):
    span = new_span()
    with use_span(span):
        ask(client, RETIRED)
    assert dict(span.attributes) == ANSWERED


def test_a_stream_names_the_model_that_answers_when_it_is_read(client):
    span = new_span()
    with use_span(span):
        stream = ask(client, RETIRED, stream=True)
    assert dict(span.attributes) == REQUESTED
    list(stream)
    assert dict(span.attributes) == ANSWERED


def test_an_async_stream_names_the_models(emulator):
    async def read():
        async with AsyncKimi(base_url=emulator.base_url, api_key="any") as client:
            async for _ in await ask(client, RETIRED, stream=True):
                pass

    span = new_span()
    with use_span(span):
        asyncio.run(read())
    assert dict(span.attributes) == ANSWERED


def test_concurrent_requests_are_told_apart(emulator):
    async def under(span, client, model):
        with use_span(span):
            await ask(client, model)

    async def both():
        async with AsyncKimi(base_url=emulator.base_url, api_key="any") as client:
            await asyncio.gather(
                under(spans[0], client, RETIRED), under(spans[1], client, SUCCESSOR)
            )

    spans = [new_span(), new_span()]
    asyncio.run(both())
    assert [dict(span.attributes) for span in spans] == [ANSWERED, {}]


def test_a_respelled_name_is_another_model(client):
    span = new_span()
    with use_span(span):
        ask(client, "moonshotai/kimi-k2.6")
    assert span.attributes["agentsflare_kimi.model_asked"] == "moonshotai/kimi-k2.6"
    assert span.attributes["gen_ai.response.model"] == SUCCESSOR


def test_a_request_that_is_sent_as_it_is_adds_nothing(client):
    span = new_span()
    with use_span(span):
        ask(client, SUCCESSOR)
    assert dict(span.attributes) == {}


@pytest.mark.parametrize("on_substitution", ["warn", "ignore"])
def test_the_model_that_answered_is_the_one_that_the_answer_names(emulator, on_substitution):
    client = Kimi(base_url=emulator.base_url, api_key="any", on_substitution=on_substitution)
    span = new_span()
    with use_span(span):
        answer = ask(client, RETIRED, extra_headers={"x-emulator-scenario": "served-model"})
    assert answer.model != SUCCESSOR
    assert span.attributes["gen_ai.response.model"] == answer.model


def test_a_refused_model_is_not_traced_as_sent(emulator):
    span = new_span()
    with use_span(span), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Warning):
            ask(Kimi(base_url=emulator.base_url, api_key="any"), RETIRED)
    assert dict(span.attributes) == {}


def test_a_span_that_has_ended_is_left_alone(client, caplog):
    span = new_span()
    with use_span(span, end_on_exit=True):
        stream = ask(client, RETIRED, stream=True)
    caplog.clear()
    list(stream)
    assert dict(span.attributes) == REQUESTED
    assert not caplog.records


def test_a_span_that_does_not_record_is_left_alone():
    with use_span(INVALID_SPAN):
        assert trace_models("a", "b") is None


def test_names_are_safe_to_export():
    span = new_span()
    with use_span(span):
        assert trace_models("org-0123456789 \ud800", "b" * 100) is span
    trace_answer(span, "\x1b[2J")
    assert dict(span.attributes) == {
        "gen_ai.request.model": "[account id] \\ud800",
        "agentsflare_kimi.model_asked": "[account id] \\ud800",
        "agentsflare_kimi.model_sent": "b" * 80,
        "gen_ai.response.model": "\\x1b[2J",
    }


def test_a_half_imported_opentelemetry_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", types.ModuleType("half"))
    assert trace_models("a", "b") is None


def test_a_span_of_another_thread_is_not_the_current_one(client):
    span = new_span()
    with use_span(span):
        thread = threading.Thread(target=ask, args=(client, RETIRED))
        thread.start()
        thread.join()
    assert dict(span.attributes) == {}


def test_opentelemetry_is_not_imported():
    program = (
        "import sys; from agentsflare_kimi.calling.spans import trace_models; "
        "assert trace_models('a', 'b') is None; "
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
