"""A server hears what the client makes of a request, in place of warnings."""

import warnings

import pytest

from agentsflare_kimi import Kimi, UnknownModelError
from agentsflare_kimi.calling.observing import observation, observing
from agentsflare_kimi.emulator import Emulator

QUESTION = [{"role": "user", "content": "What is the weather in Oslo?"}]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]


@pytest.fixture
def client():
    with Emulator() as emulator:
        yield Kimi(base_url=emulator.base_url, api_key="any")


def test_notices_are_heard_in_place_of_warnings(client):
    with observing() as observed, warnings.catch_warnings():
        warnings.simplefilter("error")
        client.chat.completions.create(model="kimi-k2-turbo-preview", messages=QUESTION)
    assert [notice.kind for notice in observed.notices] == ["migrated"]
    assert observed.model_sent == "kimi-k2.6"
    assert observation() is None


def test_what_the_gateway_rejected_is_heard(client):
    with observing() as observed:
        client.chat.completions.create(model="kimi-k2.6", messages=QUESTION, temperature=0.2)
    assert [notice.kind for notice in observed.notices] == ["rejected"]


def test_reasoning_put_back_is_counted(client):
    answer = client.chat.completions.create(model="kimi-k2.6", messages=QUESTION, tools=TOOLS)
    called = answer.choices[0].message.to_dict()
    del called["reasoning_content"]
    result = {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"], "content": "rain"}
    with observing() as observed:
        client.chat.completions.create(
            model="kimi-k2.6", messages=[*QUESTION, called, result], tools=TOOLS
        )
    assert observed.restored == 1


def test_a_refusal_is_raised_all_the_same(client):
    with observing(), pytest.raises(UnknownModelError):
        client.chat.completions.create(model="kimi-k9", messages=QUESTION)


def test_outside_of_the_block_callers_are_warned(client):
    with observing():
        pass
    with pytest.warns(FutureWarning, match="retired"):
        client.chat.completions.create(model="kimi-k2-turbo-preview", messages=QUESTION)
