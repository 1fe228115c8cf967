"""The emulator on a socket, asked by clients that nobody here wrote."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import openai
import pytest
from pydantic import BaseModel
from waiting import LONGEST, wait_until

from agentsflare_kimi.emulator import Emulator

HELLO = [{"role": "user", "content": "Hello, how are you?"}]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def client(emulator: Emulator) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=emulator.base_url,
        api_key="secret-key",
        max_retries=0,
        _strict_response_validation=True,
    ) as client:
        yield client


def connect(emulator: Emulator) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(emulator.base_url).netloc, timeout=LONGEST)


def test_the_sdk_reads_answers_strictly(client):
    answer = client.chat.completions.create(model="kimi-k2.6", messages=HELLO)
    assert answer.choices[0].message.content == "Hello! How can I help you today?"
    assert answer.choices[0].message.reasoning_content


def test_the_sdk_reads_streams_strictly(client):
    stream = client.chat.completions.create(
        model="kimi-k2.6", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    texts = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(texts) == "Hello! How can I help you today?"
    assert chunks[-1].usage.total_tokens == chunks[-1].usage.prompt_tokens + 148


class Weather(BaseModel):
    """The weather in a city."""

    city: str
    days: int


def test_the_sdk_reads_tool_calls_and_structures_strictly(client):
    tools = [openai.pydantic_function_tool(Weather)]
    whole = client.chat.completions.parse(model="kimi-k2.6", messages=HELLO, tools=tools)
    with client.chat.completions.stream(model="kimi-k2.6", messages=HELLO, tools=tools) as stream:
        streamed = stream.get_final_completion()
    for answer in (whole, streamed):
        (call,) = answer.choices[0].message.tool_calls
        assert call.function.parsed_arguments == Weather(city="city", days=0)
    parsed = client.chat.completions.parse(
        model="kimi-k2.6", messages=HELLO, response_format=Weather
    )
    assert parsed.choices[0].message.parsed == Weather(city="city", days=0)


def test_the_sdk_lists_models(client):
    assert "kimi-k2.6" in [model.id for model in client.models.list()]


def test_errors_have_the_sdks_classes(client):
    with pytest.raises(openai.BadRequestError, match="not available"):
        client.chat.completions.create(model="kimi-k2-turbo-preview", messages=HELLO)
    with pytest.raises(openai.BadRequestError, match="only 1 is allowed") as caught:
        client.chat.completions.create(model="kimi-k2.6", messages=HELLO, temperature=0.6)
    assert caught.value.type == "invalid_request_error"


def test_what_arrived_is_remembered_without_the_key(emulator, client):
    client.chat.completions.create(model="kimi-k2.6", messages=HELLO, max_tokens=20_000)
    (request,) = emulator.requests
    assert (request.model, request.messages, request.status) == ("kimi-k2.6", HELLO, 200)
    assert request.body["max_tokens"] == 20_000
    assert request.headers["authorization"] == "[redacted]"
    assert "secret-key" not in repr(request)


def test_connections_are_kept_alive(emulator, client):
    for _ in range(5):
        client.chat.completions.create(model="kimi-chat", messages=HELLO)
    assert emulator.open_connections == 1


def test_two_hundred_streams_at_once():
    body = json.dumps({"model": "kimi-chat", "messages": HELLO, "stream": True})
    headers = {"Authorization": "Bearer key"}
    with Emulator(latency=0.5) as emulator:
        connections = [connect(emulator) for _ in range(200)]
        for connection in connections:
            connection.request("POST", "/v1/chat/completions", body, headers)
        wait_until(lambda: len(emulator.requests) == 200)
        assert emulator.open_connections == 200
        streams = {connection.getresponse().read() for connection in connections}
        for connection in connections:
            connection.close()
    assert len(streams) == 1
    assert streams.pop().endswith(b"data: [DONE]\n\n")
    assert {request.outcome for request in emulator.requests} == {"sent"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(emulator, host):
    connection = connect(emulator)
    connection.request("GET", "/v1/models", headers={"Host": host, "Authorization": "Bearer k"})
    assert connection.getresponse().status == 403
    assert emulator.requests == ()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80", "[::1]"])
def test_loopback_names_are_served(emulator, host):
    connection = connect(emulator)
    connection.request("GET", "/v1/models", headers={"Host": host, "Authorization": "Bearer k"})
    assert connection.getresponse().status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": str(10**12)}, 413),
        ({"Content-Length": "-1"}, 400),
        ({"Content-Length": "many"}, 400),
        ({"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_a_body_has_a_length_within_bounds(emulator, headers, status):
    connection = connect(emulator)
    connection.putrequest("POST", "/v1/chat/completions")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    assert (reply.status, reply.getheader("connection")) == (status, "close")


def test_it_closes_at_once_although_clients_are_connected(stream_breaks):
    emulator = Emulator(scenario="stall").start()
    client = openai.OpenAI(base_url=emulator.base_url, api_key="k", max_retries=0)
    stream = client.chat.completions.create(model="kimi-chat", messages=HELLO, stream=True)
    next(iter(stream))
    emulator.close()
    with pytest.raises(stream_breaks):
        list(stream)
    client.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(client.base_url.host).path, client.base_url.port))


def test_a_client_that_goes_away_is_noticed():
    with Emulator(scenario="stall") as emulator:
        client = openai.OpenAI(base_url=emulator.base_url, api_key="k", max_retries=0)
        with client.chat.completions.create(
            model="kimi-chat", messages=HELLO, stream=True
        ) as stream:
            next(iter(stream))
        wait_until(lambda: emulator.requests[0].outcome == "client_closed")
        wait_until(lambda: emulator.open_connections == 0)
        client.close()


def test_it_serves_on_the_other_loopback_too():
    try:
        emulator = Emulator(host="::1").start()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with emulator, openai.OpenAI(base_url=emulator.base_url, api_key="k") as client:
        assert emulator.base_url.startswith("http://[::1]:")
        assert client.chat.completions.create(model="kimi-chat", messages=HELLO).choices


def test_starting_twice_is_starting_once():
    with Emulator() as emulator:
        address = emulator.base_url
        assert emulator.start().base_url == address


def test_others_can_reach_it_only_with_a_warning():
    emulator = Emulator(host="0.0.0.0")  # noqa: S104  # what is warned about
    with pytest.warns(RuntimeWarning, match="other machines can reach it"):
        emulator.start()
    try:
        # A client that refuses plain http elsewhere must be able to use what it is told.
        assert emulator.base_url.startswith("http://127.0.0.1:")
    finally:
        emulator.close()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"latency": -1}, "latency must be 0 or more, got -1"),
        ({"latency": float("nan")}, "latency must be 0 or more, got nan"),
        ({"tokens_per_second": 0}, "tokens_per_second must be 0.001 or more, got 0"),
        ({"tool_rounds": -1}, "tool_rounds must be 0 or more, got -1"),
        ({"max_concurrency": 0}, "max_concurrency must be 1 or more, got 0"),
        ({"port": -5}, "port must be 0 or more, got -5"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(options, told):
    with pytest.raises(ValueError, match=told):
        Emulator(**options)
