"""Bodies that are read after their call: `with_streaming_response` and raw responses of streams."""

import asyncio
import inspect
import pickle
import time

import openai
import pytest
from fault_server import BEGUN, FaultServer, head

from agentsflare_kimi import AsyncKimi, Kimi

KEY = "sk-canary-3b5d5c3712955042212316173ccf37be"
PROMPT = "prompt-canary-60b725f10c9c85c70d97880dfe8191b3"
REQUEST = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": PROMPT}]}


def _reset(connection):
    connection.send(head(length=9_999), b'{"choices": ')
    time.sleep(0.05)  # what has come would be thrown away with the connection
    connection.reset()
    return "close"


REPLIES = {
    "reset": _reset,
    "cut": lambda connection: connection.send(head(length=9_999), b'{"choices": ') or "close",
    "broken": lambda connection: connection.answer(b"no gzip", content_encoding="gzip"),
    "slow": lambda connection: (
        connection.send(head(content_type="text/event-stream", length=9_999))
        or connection.drip(b": still here\n\n" * 500)
    ),
    "unfinished": lambda connection: connection.stream(BEGUN),
    "well": lambda connection: connection.well(),
}


def _all(name):
    return lambda response: list(getattr(response, name)())


WAYS = {
    "read": lambda response: response.read(),
    "json": lambda response: response.json(),
    "text": lambda response: response.text(),
    "parse": lambda response: response.parse(),
    "http_response": lambda response: response.http_response.read(),
    **{name: _all(name) for name in ("iter_bytes", "iter_text", "iter_lines")},
    "iter_raw": lambda response: list(response.http_response.iter_raw()),
}


async def _all_of(pieces):
    return [piece async for piece in pieces]


ASYNC_WAYS = WAYS | {
    "http_response": lambda response: response.http_response.aread(),
    **{
        name: lambda response, name=name: _all_of(getattr(response, name)())
        for name in ("iter_bytes", "iter_text", "iter_lines")
    },
    "iter_raw": lambda response: _all_of(response.http_response.aiter_raw()),
}


@pytest.fixture(scope="module")
def server():
    with FaultServer(REPLIES) as server:
        yield server


def _read(url, way, *, is_async, deadline=None, **options):
    given = {"api_key": KEY, "base_url": url, "deadline": deadline}

    async def main():
        async with AsyncKimi(**given) as client:
            create = client.chat.completions.with_streaming_response.create
            async with create(**REQUEST, **options) as response:
                found = ASYNC_WAYS[way](response)
                return await found if inspect.isawaitable(found) else found

    if is_async:
        return asyncio.run(main())
    with Kimi(**given) as client:
        create = client.chat.completions.with_streaming_response.create
        with create(**REQUEST, **options) as response:
            return WAYS[way](response)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", ["reset", "cut"])
def test_what_goes_wrong_later_is_an_error_of_the_sdk_without_secrets(server, case, way, is_async):
    with pytest.raises(openai.APIError) as caught:
        _read(server.url(case), way, is_async=is_async)
    error = caught.value
    assert any("connection_failed" in note for note in error.__notes__)
    for link in (error, error.__cause__, error.__context__):
        request = link.request
        assert KEY not in repr(dict(request.headers))
        assert not request.content
        shown = pickle.dumps(link)
        assert KEY.encode() not in shown
        assert PROMPT.encode() not in shown


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"iter_raw"}))
def test_a_body_that_cannot_be_decoded_is_unreadable(server, way, is_async):
    with pytest.raises(openai.APIError) as caught:
        _read(server.url("broken"), way, is_async=is_async)
    assert any("unreadable_response" in note for note in caught.value.__notes__)
    assert KEY not in repr(dict(caught.value.__cause__.request.headers))


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"parse"}))
@pytest.mark.parametrize("options", [{}, {"stream": True}], ids=["create", "stream"])
def test_the_deadline_bounds_what_is_read_later(server, options, way, is_async):
    with pytest.raises(openai.APITimeoutError):
        _read(server.url("slow"), way, is_async=is_async, deadline=0.3, **options)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"parse"}))
def test_a_body_that_comes_whole_is_read_as_ever(server, way, is_async):
    found = _read(server.url("well"), way, is_async=is_async, deadline=30)
    assert "Hello" in repr(found)


@pytest.mark.parametrize(
    ("name", "kind"), [("read", openai.OpenAIError), ("iter_bytes", RuntimeError)]
)
def test_reading_a_body_twice_is_told_as_the_sdk_tells_it(server, name, kind):
    with (
        Kimi(api_key=KEY, base_url=server.url("well")) as client,
        client.chat.completions.with_streaming_response.create(**REQUEST) as response,
    ):
        list(response.iter_bytes())
        with pytest.raises(kind, match="already been streamed"):
            list(getattr(response, name)())


def test_a_raw_stream_is_guarded_when_it_is_read_by_hand(server):
    with Kimi(api_key=KEY, base_url=server.url("slow"), deadline=0.3) as client:
        raw = client.chat.completions.with_raw_response.create(**REQUEST, stream=True)
        with pytest.raises(openai.APITimeoutError):
            list(raw.http_response.iter_lines())
        assert raw.http_response.is_closed


def test_a_parsed_raw_stream_still_tells_its_end(server):
    with (
        Kimi(api_key=KEY, base_url=server.url("unfinished")) as client,
        client.chat.completions.with_streaming_response.create(**REQUEST, stream=True) as response,
        pytest.raises(openai.APIError) as caught,
    ):
        list(response.parse())
    assert caught.value.partial
