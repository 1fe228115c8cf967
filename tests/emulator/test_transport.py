"""The emulator in process: no socket, the same answers."""

from __future__ import annotations

import asyncio

import openai
import pytest

from agentsflare_kimi.emulator import Emulator

HELLO = [{"role": "user", "content": "Hello, how are you?"}]


def create_client(emulator: Emulator) -> openai.OpenAI:
    http_client = openai.DefaultHttpxClient(transport=emulator.transport())
    return openai.OpenAI(
        base_url=emulator.base_url, api_key="k", http_client=http_client, max_retries=0
    )


def test_a_sync_client_is_answered():
    emulator = Emulator()
    with create_client(emulator) as client:
        answer = client.chat.completions.create(model="kimi-chat", messages=HELLO)
        stream = client.chat.completions.create(model="kimi-chat", messages=HELLO, stream=True)
        assert answer.choices[0].message.content == "Hello! How can I help you today?"
        assert [chunk.choices[0].finish_reason for chunk in stream if chunk.choices][-1] == "stop"
    assert [request.outcome for request in emulator.requests] == ["sent", "sent"]


def test_an_async_client_is_answered():
    async def ask() -> list:
        http_client = openai.DefaultAsyncHttpxClient(transport=Emulator().transport())
        async with openai.AsyncOpenAI(
            base_url="http://127.0.0.1/v1", api_key="k", http_client=http_client
        ) as client:
            stream = await client.chat.completions.create(
                model="kimi-chat", messages=HELLO, stream=True
            )
            return [chunk async for chunk in stream]

    assert asyncio.run(ask())[-1].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("scenario", ["reset", "truncated"])
def test_a_cut_is_an_error_of_the_connection(scenario):
    emulator = Emulator(scenario=scenario)
    with create_client(emulator) as client, pytest.raises(openai.APIConnectionError):
        client.chat.completions.create(model="kimi-chat", messages=HELLO)
    assert emulator.requests[0].outcome == "cut"


@pytest.mark.parametrize(("scenario", "is_stream"), [("no-answer", False), ("stall", True)])
def test_a_wait_ends_with_the_clients_patience(scenario, is_stream, stream_breaks):
    emulator = Emulator(scenario=scenario)
    http_client = openai.DefaultHttpxClient(transport=emulator.transport())
    client = openai.OpenAI(
        base_url=emulator.base_url,
        api_key="k",
        http_client=http_client,
        max_retries=0,
        timeout=0.05,
    )
    with client, pytest.raises(stream_breaks, match=r"timed out|let the client wait"):
        list(client.chat.completions.create(model="kimi-chat", messages=HELLO, stream=is_stream))
    assert emulator.requests[0].outcome == "client_closed"


def test_an_async_wait_ends_with_the_clients_patience():
    async def ask() -> None:
        transport = Emulator(scenario="no-answer").transport()
        http_client = openai.DefaultAsyncHttpxClient(transport=transport)
        async with openai.AsyncOpenAI(
            base_url="http://127.0.0.1/v1",
            api_key="k",
            http_client=http_client,
            max_retries=0,
            timeout=0.05,
        ) as client:
            await client.chat.completions.create(model="kimi-chat", messages=HELLO)

    with pytest.raises(openai.APITimeoutError):
        asyncio.run(ask())
