"""Errors that leave the client: what plain `openai` gives, and one note that helps."""

import asyncio
import traceback

import openai
import pytest

from agentsflare_kimi import AsyncKimi, BalanceExhaustedError, Kimi
from agentsflare_kimi.emulator import Emulator

QUESTION = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello, secret prompt"}]}


def create(client):
    client.chat.completions.create(**QUESTION)


def stream(client):
    list(client.chat.completions.create(stream=True, **QUESTION))


async def create_async(client):
    await client.chat.completions.create(**QUESTION)


async def stream_async(client):
    async for _ in await client.chat.completions.create(stream=True, **QUESTION):
        pass


def fail(way, kinds, emulator, **options):
    options = {"base_url": emulator.base_url, "api_key": "k", "max_retries": 0} | options

    async def run_async():
        async with kinds[1](**options) as client:
            await way(client)

    def run():
        with kinds[0](**options) as client:
            way(client)

    with pytest.raises(openai.OpenAIError) as caught:
        asyncio.run(run_async()) if asyncio.iscoroutinefunction(way) else run()
    return caught.value


STOCK, OURS = (openai.OpenAI, openai.AsyncOpenAI), (Kimi, AsyncKimi)


@pytest.mark.parametrize(
    "way", [create, stream, create_async, stream_async], ids=lambda w: w.__name__
)
@pytest.mark.parametrize(
    ("scenario", "cause"),
    [
        ("overloaded-529", "overloaded"),
        ("rate-limited", "rate_limited"),
        ("prompt-blocked", "content_filtered"),
        ("prompt-blocked-moonshot", "content_filtered"),
    ],
)
def test_a_refusal_keeps_class_status_and_body_and_gains_one_note(way, scenario, cause):
    with Emulator(scenario=scenario) as emulator:
        plain, error = fail(way, STOCK, emulator), fail(way, OURS, emulator)

    assert (type(error), error.status_code, error.body) == (
        type(plain),
        plain.status_code,
        plain.body,
    )
    (note,) = error.__notes__
    assert note.startswith(f"agentsflare-kimi: {cause}: ")
    shown = "".join(traceback.format_exception(error))
    assert shown.count(note) == 1
    assert "secret" not in note


@pytest.mark.parametrize("way", [stream, stream_async], ids=lambda w: w.__name__)
@pytest.mark.parametrize("scenario", ["stream-cut", "stream-error", "reset"])
def test_an_error_in_mid_stream_is_explained_once_too(way, scenario):
    with Emulator(scenario=scenario) as emulator:
        error = fail(way, OURS, emulator)

    assert isinstance(error, openai.APIError)
    assert len(error.__notes__) == 1


def test_a_wrong_key_an_empty_balance_and_a_dead_port_say_what_to_do():
    with Emulator(api_key="right") as emulator:
        wrong_key = fail(create, OURS, emulator)
        emulator.scenario = "balance-exhausted"
        emulator.reset()
        balance = fail(create, OURS, emulator, api_key="right", max_retries=3)
        assert len(emulator.requests) == 1, "a balance does not fill up by asking again"
    refused = fail(create, OURS, emulator, base_url="http://127.0.0.1:9/v1")

    assert isinstance(wrong_key, openai.NotFoundError)
    assert "key_not_found" in wrong_key.__notes__[0]
    assert "AGENTSFLARE_API_KEY" in wrong_key.__notes__[0]
    assert isinstance(balance, BalanceExhaustedError)
    assert "balance_exhausted" in balance.__notes__[0]
    assert isinstance(refused, openai.APIConnectionError)
    assert "connection_failed" in refused.__notes__[0]


def test_the_advice_for_a_rejected_parameter_names_the_value_that_is_allowed():
    with (
        Emulator() as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", adapt_parameters="never") as client,
        pytest.raises(openai.BadRequestError) as caught,
    ):
        client.chat.completions.create(temperature=0.3, **QUESTION)

    (note,) = caught.value.__notes__
    assert "fixed_parameter" in note
    assert "temperature" in note
    assert "1" in note


def test_a_retired_model_sent_as_it_is_is_told_its_successor():
    with (
        Emulator() as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", on_retired="warn") as client,
    ):
        body = QUESTION | {"model": "kimi-k2-thinking"}
        with pytest.raises(openai.BadRequestError) as caught, pytest.warns(FutureWarning):
            client.chat.completions.create(**body)

    assert "kimi-k2.6" in caught.value.__notes__[0]
