"""Many streams at once, callers that go away, callers side by side, and what the log tells."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from contextlib import closing
from urllib.parse import urlsplit

import openai
from loopback import serving as answering
from proxy_server import serving
from raw_http import send

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.proxy import create_app

HELLO = [{"role": "user", "content": "Hello"}]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
CHUNK = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "kimi-k2.6",
    "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}],
}
EVENT = b"data: " + json.dumps(CHUNK).encode() + b"\n\n"


def raw_stream(base_url, **headers):
    """Send a request for a stream over a bare socket; return the socket."""
    parts = urlsplit(base_url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    body = json.dumps({"model": "kimi-k2.6", "messages": HELLO, "stream": True}).encode()
    head = (
        f"POST {parts.path}/chat/completions HTTP/1.1\r\nhost: {parts.netloc}\r\n"
        f"authorization: Bearer any\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def received(connection, wanted):
    """Read from *connection* until *wanted* came."""
    got = b""
    while wanted not in got:
        piece = connection.recv(65536)
        assert piece, got
        got += piece
    return got


def test_events_come_through_before_the_stream_goes_on(start):
    with (
        answering(EVENT, end="hold") as gateway,
        closing(raw_stream(start(gateway.base_url))) as it,
    ):
        assert EVENT in received(it, EVENT)  # byte for byte, while the gateway holds the rest back


def test_a_comment_keeps_the_caller_s_connection_open(start):
    with (
        answering(b": still thinking\n\n", end="hold") as gateway,
        closing(raw_stream(start(gateway.base_url))) as connection,
    ):
        assert b"HTTP/1.1 200" in received(connection, b": keep-alive\n\n")


def test_a_caller_that_goes_in_the_middle_cancels_the_request(start):
    with answering(EVENT, end="hold") as gateway:
        with closing(raw_stream(start(gateway.base_url))) as connection:
            received(connection, EVENT)
        assert gateway.client_left.wait(30)


def test_a_caller_that_goes_before_the_answer_cancels_the_request(start):
    with answering(b"", end="hold") as gateway:
        with closing(raw_stream(start(gateway.base_url))):
            assert gateway.asked.wait(30)
        assert gateway.client_left.wait(30)


def test_two_hundred_streams_at_once(start):
    # The gateway says nothing more to any of them until all have begun.
    everybody = threading.Barrier(200)

    async def read(client):
        text = ""
        stream = await client.chat.completions.create(
            model="kimi-k2.6", messages=HELLO, stream=True
        )
        async for chunk in stream:
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
        return text

    async def main(base_url):
        async with openai.AsyncOpenAI(base_url=base_url, api_key="any", timeout=120) as client:
            return await asyncio.gather(*(read(client) for _ in range(200)))

    def wait(_body):
        everybody.wait(60)

    with Emulator(answers=wait) as emulator:
        texts = asyncio.run(main(start(emulator.base_url, settings={"max_concurrency": 0})))
    assert texts == ["Hello! How can I help you today?"] * 200


def test_a_caller_that_does_not_read_holds_the_gateway_back(start):
    # A hundred megabytes: Linux lets the buffer of one connection grow to 32 (tcp_rmem).
    many = EVENT * (100_000_000 // len(EVENT))
    with answering(many, end="close") as gateway:
        with closing(raw_stream(start(gateway.base_url))) as connection:
            received(connection, EVENT)
            assert not gateway.answered.wait(3)
        assert gateway.client_left.wait(30)


def test_two_keys_never_see_each_other_s_reasoning(proxy, emulator):
    emulator.answers = lambda body: {
        "role": "assistant",
        "content": "",
        "reasoning_content": "the secret of the first",
        "tool_calls": [
            {"id": "f:0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
    }
    ask = {"model": "kimi-k2.6", "messages": HELLO, "tools": TOOLS}
    first, second = (openai.OpenAI(base_url=proxy, api_key=key) for key in ("key-one", "key-two"))
    message = first.chat.completions.create(**ask).choices[0].message.to_dict()
    del message["reasoning_content"]
    result = {"role": "tool", "tool_call_id": "f:0", "content": "done"}
    ask["messages"] = [*HELLO, message, result]
    second.chat.completions.create(**ask)
    assert b"the secret" not in json.dumps([r.body for r in emulator.requests]).encode()
    first.chat.completions.create(**ask)
    assert emulator.requests[-1].messages[1]["reasoning_content"] == "the secret of the first"


def test_lessons_are_kept_apart_too(proxy, emulator):
    for key in ("key-one", "key-two", "key-one"):
        openai.OpenAI(base_url=proxy, api_key=key).chat.completions.create(
            model="kimi-k2.6", messages=HELLO, temperature=0.2
        )
    assert [request.status for request in emulator.requests] == [400, 200, 400, 200, 200]


def ask_all_sorts_of_things(base_url, emulator):
    key, prompt = "sk-canary-key", "canary of the prompt"
    url, authorization = f"{base_url}/chat/completions", f"Bearer {key}"
    for scenario in ("ok", "prompt-blocked", "stream-error", "html-200", "bad-key"):
        emulator.scenario = scenario
        for is_stream in (False, True):
            body = {
                "model": "kimi-k2-turbo-preview",
                "messages": [{"role": "user", "content": prompt}],
                "temperature": 0.2,
                "stream": is_stream,
            }
            send(url, json.dumps(body).encode(), authorization=authorization)
    halved = [{"role": "user", "content": f"{prompt} \ud83d"}]
    body = json.dumps({"model": "kimi-k2.6", "messages": halved}).encode()
    send(url, body, authorization=authorization)
    send(f"{url}?canary-query", b"{", authorization=authorization)
    # A program whose variables are mixed up.
    body = json.dumps({"model": key, "messages": HELLO}).encode()
    send(url, body, authorization=authorization)


def test_neither_key_nor_prompt_is_in_any_log(emulator, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(create_app(KimiSettings(base_url=emulator.base_url))) as origin:
        ask_all_sorts_of_things(f"{origin}/v1", emulator)
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert told.count("event='request'") == 13
    assert "canary" not in told


def test_a_key_in_a_path_is_not_logged(emulator, caplog):
    caplog.set_level(logging.INFO)
    with serving(create_app(KimiSettings(base_url=emulator.base_url))) as origin:
        send(f"{origin}/v1/files/sk-canary-key", b"{}", authorization="Bearer any")
    told = [record.getMessage() for record in caplog.records]
    (ours,) = [line for line in told if "event='request'" in line]
    assert "/files/[key]" in ours
    assert "canary" not in ours
