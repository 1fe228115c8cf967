"""Whatever a server sends, nothing leaves a call but an answer or an `openai.OpenAIError`."""

import asyncio
import contextlib
import json

import openai
import pytest
from fault_server import CHUNKS, COMPLETION, DONE, STREAM, FaultServer, chunk, data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentsflare_kimi import AsyncKimi, Kimi

# Bodies that name another model lead to a warning.
pytestmark = pytest.mark.filterwarnings("ignore::agentsflare_kimi.KimiWarning")

MESSAGES = [{"role": "user", "content": "hi"}]
FUZZ = settings(
    max_examples=350,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.sampled_from(["stop", "error", "choices", "chat.completion", "", "[DONE]"]),
)
_FIELDS = (
    *("id", "object", "choices", "error", "statusCode", "message", "delta", "content", "index"),
    *("finish_reason", "usage", "tool_calls", "function", "arguments", "role"),
    *("prompt_filter_results", "content_filter_results"),
)
names = st.one_of(st.sampled_from(_FIELDS), st.text(max_size=8))
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)


@st.composite
def mangled(draw, whole):
    """Bytes with a piece cut out, doubled or replaced."""
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 40)))
    piece = draw(st.one_of(st.just(b""), st.binary(max_size=12), st.just(whole[start:end] * 2)))
    return whole[:start] + piece + whole[end:]


@st.composite
def completions_with_odd_fields(draw):
    body = json.loads(json.dumps(COMPLETION))
    target = draw(st.sampled_from([body, body["choices"][0], body["choices"][0]["message"]]))
    target[draw(names)] = draw(values)
    return json.dumps(body).encode()


bodies = st.one_of(
    values.map(lambda value: json.dumps(value).encode()),
    completions_with_odd_fields(),
    mangled(json.dumps(COMPLETION).encode()),
    st.binary(max_size=200),
)
events = st.one_of(
    values.map(data),
    st.sampled_from([data(value) for value in CHUNKS] + [DONE]),
    st.dictionaries(names, values, max_size=3).map(lambda more: data({**chunk("x"), **more})),
    st.binary(max_size=60),
    st.sampled_from([b"\n", b"\r\n", b": x\n\n", b"event: error\n", b"id: 1\n\n", b"\xef\xbb\xbf"]),
)
streams = st.one_of(st.lists(events, max_size=8).map(b"".join), mangled(STREAM))
statuses = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 404, 418, 429, 500, 503])
types = st.sampled_from(["application/json", "text/event-stream", "text/html", "odd", None])


@pytest.fixture(scope="module")
def server():
    with FaultServer({"fuzz": lambda connection: connection.well()}) as server:
        yield server


@pytest.fixture(scope="module")
def client(server):
    with Kimi(api_key="k", base_url=server.url("fuzz"), max_retries=0, timeout=10) as client:
        yield client


def _reply(server, body, status=200, content_type="application/json"):
    def reply(connection):
        connection.answer(body, status, content_type)
        return "close" if status in {204, 304} else None

    server.replies["fuzz"] = reply


@FUZZ
@given(body=bodies, status=statuses, content_type=types)
def test_a_body_is_an_answer_or_an_error_of_openai(server, client, body, status, content_type):
    _reply(server, body, status, content_type)
    with contextlib.suppress(openai.OpenAIError):
        completion = client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
        assert isinstance(completion, openai.BaseModel)
        assert isinstance(completion.choices, list)


@FUZZ
@given(body=streams, status=statuses, content_type=types)
def test_a_stream_is_chunks_or_an_error_of_openai(server, client, body, status, content_type):
    _reply(server, body, status, content_type)
    with contextlib.suppress(openai.OpenAIError):
        for part in client.chat.completions.create(
            model="kimi-k2.6", messages=MESSAGES, stream=True
        ):
            assert isinstance(part, openai.BaseModel)
            assert isinstance(part.choices, list)


@FUZZ
@given(body=streams | bodies, is_streamed=st.booleans())
def test_the_async_client_agrees_with_the_sync_one(server, client, body, is_streamed):
    _reply(server, body)

    def ask():
        create = client.chat.completions.create
        if not is_streamed:
            return [create(model="kimi-k2.6", messages=MESSAGES)]
        return list(create(model="kimi-k2.6", messages=MESSAGES, stream=True))

    async def ask_async():
        async with AsyncKimi(
            api_key="k", base_url=server.url("fuzz"), max_retries=0, http_client=_plain_http()
        ) as other:
            create = other.chat.completions.create
            if not is_streamed:
                return [await create(model="kimi-k2.6", messages=MESSAGES)]
            return [
                part
                async for part in await create(model="kimi-k2.6", messages=MESSAGES, stream=True)
            ]

    assert _outcome(ask) == _outcome(lambda: asyncio.run(ask_async()))


def _plain_http():
    # Without TLS, which takes most of the time to make a client, and by the caller's own hand.
    return openai.DefaultAsyncHttpxClient(verify=False)


def _outcome(ask):
    try:
        return repr([part.model_dump(warnings=False) for part in ask()])
    except openai.OpenAIError as error:
        return type(error), str(error)
