"""What is an error on the wire is decided in one place, for whole answers and streams alike."""

import asyncio
import json

import openai
import pytest
from loopback import serving

from agentsflare_kimi import AsyncKimi, AsyncStreamReader, Kimi, StreamReader, extract_content
from agentsflare_kimi.reading.wire_errors import error_message, find_error

FAULT = {"code": 502, "message": "Provider returned error"}
NOTHING = [
    None,
    {},
    [],
    "",
    0,
    False,
    {"code": "", "message": ""},
    {"code": None, "message": None, "details": {}},
    [{}],
]
SOMETHING = [
    (FAULT, "Provider returned error"),
    ("overloaded", "overloaded"),
    ({"code": 502}, "502"),
    ({"msg": "no luck"}, "no luck"),
    ({"errorMessage": "no luck"}, "no luck"),
    (["odd"], "odd"),
    ([{"message": "no luck"}], "no luck"),
    (True, "without a message"),
]


@pytest.mark.parametrize("error", NOTHING, ids=repr)
@pytest.mark.parametrize("beside", [{}, {"choices": []}, {"choices": [{"delta": {}}]}])
def test_an_error_in_which_nothing_is_said_is_none(error, beside):
    assert find_error({"error": error, **beside}) is None
    assert find_error({"choices": [{"error": error, "finish_reason": "stop"}]}) is None


@pytest.mark.parametrize(("error", "said"), SOMETHING, ids=repr)
def test_an_error_counts_wherever_it_stands(error, said):
    for body in (
        {"error": error},
        {"error": error, "choices": [{"delta": {"content": "Hi"}}]},
        {"choices": [{"index": 0}, {"index": 1, "error": error}]},
    ):
        found = find_error(body)
        assert said in found.message
        assert found.body == error


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"statusCode": 404, "message": "Key not found"}, "Key not found"),
        ({"statusCode": 404, "message": "Cannot POST /x", "error": "Not Found"}, "Cannot POST /x"),
        ({"choices": [{"finish_reason": "error"}]}, "finish_reason 'error'"),
        ({"error": True, "message": "no luck"}, "no luck"),
    ],
)
def test_other_forms_of_an_error(body, message):
    assert message in find_error(body).message


@pytest.mark.parametrize("body", [None, "x", 1, [], {}, {"message": "Hi"}, {"statusCode": 200}])
def test_what_is_no_error(body):
    assert find_error(body) is None


def test_a_message_counts_where_something_else_says_that_it_is_an_error():
    assert find_error({"message": "no luck"}, is_failure=True).message == "no luck"
    assert error_message({"message": "no luck"}) == "no luck"


def test_a_message_is_safe_to_print_and_names_no_account():
    text = "\x1b[2J org-0123456789abcdef<ak-0123456789abcdef> reached its limit"
    message = find_error({"error": {"message": text}}).message
    assert message.isprintable()
    assert "0123456789abcdef" not in message


# ---------- Through the clients, on a real socket


ASKED = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]}
HEAD = {"id": "1", "created": 1, "model": "kimi-k2.6"}


def choice(kind, text, finish, **more):
    return {
        "index": 0,
        kind: {"role": "assistant", "content": text},
        "finish_reason": finish,
    } | more


def answer(text, finish="stop", *, inside=None, **more):
    parts = {"error": inside} if inside is not None else {}
    choices = [choice("message", text, finish, **parts)]
    return {**HEAD, "object": "chat.completion", "choices": choices, **more}


def chunk(text, finish=None, *, inside=None, **more):
    parts = {"error": inside} if inside is not None else {}
    choices = [choice("delta", text, finish, **parts)]
    return {**HEAD, "object": "chat.completion.chunk", "choices": choices, **more}


def whole_ways(body, status=200):
    """Read a whole answer with both clients; return what each gave or raised."""
    with serving(
        json.dumps(body).encode(), content_type="application/json", status=status
    ) as server:
        options = {"api_key": "k", "base_url": server.base_url, "max_retries": 0}
        with Kimi(**options) as client:
            yield attempt(lambda: client.chat.completions.create(**ASKED))
            raw = client.chat.completions.with_raw_response
            yield attempt(lambda: raw.create(**ASKED).parse())

        async def ask():
            async with AsyncKimi(**options) as client:
                return await client.chat.completions.create(**ASKED)

        yield attempt(lambda: asyncio.run(ask()))


def stream_ways(*chunks, done=True):
    """Read a stream plainly and with readers; return the text and what was raised."""
    events = [*map(json.dumps, chunks), *(["[DONE]"] if done else [])]
    with serving("".join(f"data: {event}\n\n" for event in events).encode()) as server:
        options = {"api_key": "k", "base_url": server.base_url, "max_retries": 0}
        with Kimi(**options) as ours, openai.OpenAI(**options) as stock:
            came = []
            error = attempt(lambda: came.extend(ours.chat.completions.create(stream=True, **ASKED)))
            texts = "".join(extract_content(each) for each in came)
            yield texts, error, None
            for client in (ours, stock):
                reader = StreamReader(client.chat.completions.create(stream=True, **ASKED))
                error = attempt(lambda reader=reader: list(reader))
                yield reader.content, error, reader

        async def read():
            async with AsyncKimi(**options) as client:
                stream = await client.chat.completions.create(stream=True, **ASKED)
                async with AsyncStreamReader(stream) as reader:
                    try:
                        return reader, [text async for text in reader]
                    except openai.OpenAIError as error:
                        return reader, error

        reader, error = asyncio.run(read())
        yield reader.content, error, reader


def attempt(do):
    try:
        return do()
    except openai.OpenAIError as error:
        return error


@pytest.mark.parametrize("nothing", [{}, {"code": "", "message": ""}], ids=repr)
def test_an_empty_error_object_disturbs_no_way_to_read(nothing):
    chunks = [chunk("Hel", error=nothing, inside=nothing), chunk("lo", "stop", error=nothing)]
    ways = list(stream_ways(*chunks))
    for text, error, _ in (ways[0], ways[1], ways[3]):
        assert (text, isinstance(error, Exception)) == ("Hello", False)
    for each in whole_ways(answer("Hello", error=nothing, inside=nothing)):
        assert extract_content(each) == "Hello"


@pytest.mark.parametrize(
    "body",
    [
        answer("par", "error", inside=FAULT),
        answer("par", "error", error=FAULT),
        answer("par", "stop", error=FAULT),
        answer("par", "stop", inside=FAULT),
        answer("par", "error"),
    ],
    ids=["inside", "beside", "beside a stop", "inside a stop", "by its finish reason"],
)
def test_an_answer_that_says_it_failed_is_an_error_with_what_came(body):
    for error in whole_ways(body):
        assert isinstance(error, openai.APIError)
        assert error.partial == extract_content(error) == "par"
        assert error.request is not None
        said = str(body).count("Provider")
        assert ("Provider returned error" in str(error)) == bool(said)


@pytest.mark.parametrize(
    "last",
    [
        chunk("t", "error", inside=FAULT),
        chunk("t", "error", error=FAULT),
        chunk("t", None, error=FAULT),
        chunk("t", "stop", inside=FAULT),
        chunk("t", "error"),
    ],
    ids=["inside", "beside", "beside text", "inside a stop", "by its finish reason"],
)
@pytest.mark.parametrize("done", [True, False])
def test_a_stream_that_says_it_failed_is_an_error_with_what_came(last, done):
    ways = list(stream_ways(chunk("par"), last, done=done))
    for _, error, reader in ways:
        assert isinstance(error, openai.APIError)
        if reader is not None:
            assert reader.is_complete is False
            assert reader.error is error
    # The SDK's own stream throws the text away that comes beside an error.
    for text, error, reader in (ways[0], ways[1], ways[3]):
        assert error.partial == "part"
        assert len(error.__notes__) == 1
        if reader is not None:
            assert text == "part"


@pytest.mark.parametrize("finish", [None, "stop"])
def test_an_error_in_place_of_a_chunk_keeps_what_came(finish):
    for text, error, reader in stream_ways(chunk("part", finish), {"error": FAULT}, done=False):
        assert isinstance(error, openai.APIError)
        assert text == "part"
        assert reader is None or (error.partial, reader.is_complete) == ("part", False)
