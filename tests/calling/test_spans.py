"""A trace tells the model asked for beside the model sent."""

import warnings

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import INVALID_SPAN, use_span

from agentsflare_kimi import Kimi
from agentsflare_kimi.calling.spans import trace_models
from agentsflare_kimi.emulator import Emulator

HELLO = [{"role": "user", "content": "Hello"}]


def attributes_of(model):
    span = TracerProvider().get_tracer("program").start_span("program")
    with Emulator() as emulator, use_span(span), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = Kimi(base_url=emulator.base_url, api_key="any")
        client.chat.completions.create(model=model, messages=HELLO)
    return dict(span.attributes)


def test_a_migrated_request_names_both_models():
    assert attributes_of("kimi-k2-turbo-preview") == {
        "agentsflare_kimi.model_asked": "kimi-k2-turbo-preview",
        "agentsflare_kimi.model_sent": "kimi-k2.6",
    }


def test_a_request_that_is_sent_as_it_is_adds_nothing():
    assert attributes_of("kimi-k2.6") == {}


def test_a_span_that_does_not_record_is_left_alone():
    with use_span(INVALID_SPAN):
        trace_models("a", "b")
