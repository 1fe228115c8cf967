"""What a program may do with `openai.OpenAI`, done with both it and `Kimi`, with one outcome."""

import asyncio
import copy
import gc
import json
import math
import warnings

import openai
import pytest
from pydantic import BaseModel, ValidationError

from agentsflare_kimi import AsyncKimi, Kimi, UnsafeBaseUrlError
from agentsflare_kimi.calling.retries import is_permanent
from agentsflare_kimi.calling.sse import Event
from agentsflare_kimi.emulator import Emulator

MESSAGES = [{"role": "user", "content": "Hello"}]
ASK = {"model": "kimi-k2.6", "messages": MESSAGES}
BOTH = pytest.mark.parametrize("make", [openai.OpenAI, Kimi], ids=["OpenAI", "Kimi"])
BOTH_ASYNC = pytest.mark.parametrize(
    "make", [openai.AsyncOpenAI, AsyncKimi], ids=["AsyncOpenAI", "AsyncKimi"]
)
ALL = pytest.mark.parametrize("make", [openai.OpenAI, openai.AsyncOpenAI, Kimi, AsyncKimi])


@pytest.fixture(scope="module", autouse=True)
def sockets_end_here():
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def emulator():
    with Emulator(api_key="k") as emulator:
        yield emulator


# Construction.


@BOTH
def test_the_key_is_no_positional_argument(make):
    with pytest.raises(TypeError, match="positional argument"):
        make("k")


@BOTH
def test_a_key_may_hold_a_blank(make):
    assert make(api_key="My key").auth_headers == {"Authorization": "Bearer My key"}


@ALL
@pytest.mark.parametrize("timeout", [0, math.inf, 3, 2.5, None, openai.Timeout(4)])
def test_any_timeout_is_taken(make, timeout):
    client = make(api_key="k", timeout=timeout)

    assert client.timeout == timeout
    assert client.with_options().timeout == timeout


@pytest.mark.parametrize("timeout", [None, 7])
@BOTH
def test_the_timeout_of_an_own_http_client_counts(make, timeout):
    with openai.DefaultHttpxClient(timeout=timeout) as http_client:
        assert make(api_key="k", http_client=http_client).timeout == http_client.timeout
        assert make(api_key="k", http_client=http_client, timeout=5).timeout == 5


def test_a_default_timeout_of_an_own_http_client_does_not_count(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_TIMEOUT", "44")

    with openai.DefaultHttpxClient() as http_client:
        assert Kimi(api_key="k", http_client=http_client).timeout.read == 44


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, TypeError),
        ("2", TypeError),
        ("sk-canary", TypeError),
        (2.5, TypeError),
        (math.nan, TypeError),
        (-1, ValueError),
    ],
)
@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
def test_a_wrong_number_of_retries_is_refused_as_the_sdk_does(make, value, error):
    with pytest.raises(error, match="max_retries") as caught:
        make(api_key="k", max_retries=value)
    assert "canary" not in str(caught.value)
    if value is not None:
        with pytest.raises(error, match="max_retries"):
            make(api_key="k").with_options(max_retries=value)


# Clients that are changed, copied, closed.


@BOTH
def test_a_key_can_be_assigned(make, emulator):
    client = make(api_key="old", base_url=emulator.base_url)
    with pytest.raises(openai.NotFoundError):
        client.models.list()

    client.api_key = "k"

    assert client.models.list().data
    assert client.with_options(max_retries=0).models.list().data


@BOTH
def test_a_base_url_can_be_assigned(make, emulator):
    client = make(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0)

    client.base_url = emulator.base_url

    assert client.models.list().data
    assert client.copy().base_url == client.base_url


@BOTH
def test_timeout_and_retries_can_be_assigned(make):
    client = make(api_key="k")

    client.timeout, client.max_retries = 1.5, 7

    assert (client.copy().timeout, client.copy().max_retries) == (1.5, 7)
    assert client.with_options(max_retries=0).max_retries == 0


@BOTH
def test_a_shallow_copy_works(make, emulator):
    with make(api_key="k", base_url=emulator.base_url) as client:
        twin = copy.copy(client)

        assert type(twin) is make
        assert twin.chat.completions.create(**ASK).choices


@BOTH
def test_headers_and_query_are_merged_or_replaced(make):
    client = make(api_key="k", default_headers={"X-A": "1"}, default_query={"a": "1"})

    merged = client.with_options(default_headers={"X-B": "2"}, default_query={"b": "2"})
    replaced = client.with_options(set_default_headers={"X-B": "2"}, set_default_query={})

    assert (merged.default_headers["X-A"], merged.default_headers["X-B"]) == ("1", "2")
    assert merged.default_query == {"a": "1", "b": "2"}
    assert "X-A" not in replaced.default_headers
    assert replaced.default_query == {}
    with pytest.raises(ValueError, match="mutually exclusive"):
        client.with_options(default_headers={"X-B": "2"}, set_default_headers={})


@BOTH
def test_a_left_with_block_closes_the_client(make, emulator):
    with make(api_key="k", base_url=emulator.base_url) as client:
        client.models.list()

    assert client.is_closed()
    # Newer SDKs let the HTTP library's own error through, older ones wrap it.
    with pytest.raises((RuntimeError, openai.APIConnectionError)):
        client.models.list()


@BOTH_ASYNC
def test_a_left_async_with_block_closes_the_client(make, emulator):
    async def use():
        async with make(api_key="k", base_url=emulator.base_url) as client:
            models = [model.id async for model in client.models.list()]
        return models, client.is_closed()

    models, is_closed = asyncio.run(use())
    assert "kimi-k2.6" in models
    assert is_closed


# Requests.


@BOTH
def test_a_request_takes_its_own_headers_query_body_and_timeout(make, emulator):
    client = make(api_key="k", base_url=emulator.base_url)

    client.chat.completions.create(
        **ASK,
        temperature=openai.NOT_GIVEN,
        extra_headers={"X-A": "1"},
        extra_query={"q": "2"},
        extra_body={"nested": {"a": 1}},
        timeout=3,
    )

    (request,) = emulator.requests
    assert request.headers["x-a"] == "1"
    assert request.path.endswith("?q=2")
    assert request.body == {**ASK, "nested": {"a": 1}}


@BOTH
def test_raw_and_streaming_responses_have_status_headers_and_parse(make, emulator):
    completions = make(api_key="k", base_url=emulator.base_url).chat.completions

    raw = completions.with_raw_response.create(**ASK)
    with completions.with_streaming_response.create(**ASK) as streaming:
        body = "".join(streaming.iter_lines())

    assert (raw.status_code, raw.retries_taken) == (200, 0)
    assert raw.headers["content-type"].startswith("application/json")
    assert raw.parse().choices[0].message.content in body
    events = completions.with_raw_response.create(**ASK, stream=True).parse()
    assert isinstance(events, openai.Stream)
    assert len(list(events)) > 1


@BOTH
def test_helpers_of_the_beta_namespace_work(make, emulator):
    client = make(api_key="k", base_url=emulator.base_url)

    parsed = client.beta.chat.completions.parse(**ASK)
    with client.chat.completions.stream(**ASK) as stream:
        stream.until_done()

    assert stream.get_final_completion().choices[0].message.content
    assert parsed.choices[0].message.content


@BOTH
def test_an_upload_is_sent_as_a_form(make, emulator):
    client = make(api_key="k", base_url=emulator.base_url)

    with pytest.raises(openai.NotFoundError):  # the gateway has no files
        client.files.create(file=("a.txt", b"hello"), purpose="batch")

    (request,) = emulator.requests
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert int(request.headers["content-length"]) > len(b"hello")


@BOTH
def test_mistakes_of_the_caller_raise_what_python_raises(make, emulator):
    completions = make(api_key="k", base_url=emulator.base_url).chat.completions

    with pytest.raises(TypeError, match="messages"):
        completions.create(model="kimi-k2.6")
    with pytest.raises(TypeError, match="not JSON serializable"):
        completions.create(model="kimi-k2.6", messages=[{"role": "user", "content": object()}])
    assert emulator.requests == ()


@BOTH_ASYNC
def test_a_cancelled_request_leaves_the_client_usable(make, emulator):
    async def use():
        async with make(api_key="k", base_url=emulator.base_url) as client:
            task = asyncio.create_task(client.chat.completions.create(**ASK))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await client.chat.completions.create(**ASK)

    assert asyncio.run(use()).choices


# Where a WebSocket goes.


@ALL
@pytest.mark.parametrize("base_url", ["https://gateway.test/v1", "http://localhost:8080/v1"])
def test_a_websocket_of_the_same_host_is_allowed(make, base_url):
    client = make(api_key="k", base_url=base_url)
    target = base_url.replace("http", "ws", 1) + "/realtime"

    assert str(client._prepare_url(target)) == target


@pytest.mark.parametrize("target", ["wss://other.test/v1", "ws://gateway.test/v1"])
def test_a_websocket_of_another_host_gets_no_key(target):
    with pytest.raises(UnsafeBaseUrlError, match="refusing to send the API key"):
        Kimi(api_key="k", base_url="https://gateway.test/v1")._prepare_url(target)


def test_exceptions_that_stand_behind_each_other_have_an_end():
    first, second = ConnectionError("one"), ConnectionError("two")
    first.__cause__, second.__cause__ = second, first

    assert not is_permanent(first)


# Errors inside a stream.


@pytest.mark.parametrize("name", [None, "error"])
def test_an_error_inside_a_stream_keeps_the_message_that_the_sdk_would_show(name):
    value = {"type": "error", "error": {"message": "The session ended."}}

    with pytest.raises(openai.APIError, match=r"The session ended\."):
        Event(data=json.dumps(value), event=name).json()


@pytest.mark.parametrize("value", [{"error": "Overloaded"}, {"error": {"text": "Overloaded"}}])
def test_an_error_whose_message_the_sdk_would_lose_is_raised(value):
    with pytest.raises(openai.APIError, match="Overloaded"):
        Event(data=json.dumps(value)).json()


@BOTH
def test_content_that_does_not_fit_the_callers_type_keeps_the_answer_and_pydantics_error(make):
    class Answer(BaseModel):
        number: int

    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "{}"}}]}
    with Emulator(api_key="k", answers=[{"status": 200, "body": body}]) as emulator:
        client = make(api_key="k", base_url=emulator.base_url)
        with pytest.raises(ValueError, match="number") as caught:
            client.chat.completions.parse(**ASK, response_format=Answer)
    if make is Kimi:
        assert isinstance(caught.value, openai.APIError)
        assert isinstance(caught.value.__cause__, ValidationError)
        assert caught.value.completion.choices[0].message.content == "{}"
