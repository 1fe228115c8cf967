"""What is heard of an answer, and when; the client's part is in test_reasoning.py."""

import asyncio
import json
import tracemalloc
from types import SimpleNamespace

import pytest
from fault_server import DONE, data
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion

from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.calling.reasoning_capture import listen

CALL = {"id": "f:0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
MESSAGE = {
    "role": "assistant",
    "content": None,
    "tool_calls": [CALL],
    "reasoning_content": "because",
}


def answer(content):
    return http.Response(200, content=content, request=http.Request("POST", "http://localhost"))


def choice(finish_reason=None, **told):
    return {"choices": [{"index": 0, "finish_reason": finish_reason, **told}]}


BODY = json.dumps(choice("tool_calls", message=MESSAGE)).encode()
CALLS = data(choice(delta={**MESSAGE, "tool_calls": [{"index": 0, **CALL}]}))
FINISH = data(choice("tool_calls", delta={}))
TEXT = data(choice(delta={"content": "word "}))


def test_a_whole_body_is_heard_at_its_end_and_once():
    heard = []
    response = answer(iter([b"\n", BODY[:40], b"", BODY[40:]]))
    listen(SimpleNamespace(http_response=response), heard.append)
    assert response.read().strip() == BODY
    assert b"".join(response.iter_bytes()).strip() == BODY

    assert heard == [MESSAGE]


@pytest.mark.parametrize("body", [BODY, BODY.decode(), b"\xef\xbb\xbf" + BODY, json.loads(BODY)])
def test_a_body_that_is_there_is_heard_at_once(body):
    heard = []
    listen(body, heard.append)
    assert heard == [MESSAGE]


@pytest.mark.parametrize("name", ["watch", "http_response", "response"])
def test_a_field_of_a_completion_is_no_stream(name):
    heard = []
    listen(ChatCompletion.construct(**json.loads(BODY), **{name: {"a": 1}}), heard.append)
    assert heard == [MESSAGE]


@pytest.mark.parametrize(
    ("pieces", "counts"),
    [
        ([CALLS, FINISH, DONE], [0, 1, 1]),
        ([CALLS, DONE, b": still open\n\n"], [0, 1, 1]),
        ([CALLS, b": alive\n", FINISH + DONE], [0, 0, 1]),
        ([b"\r\n", CALLS.replace(b"\n", b"\r\n"), DONE[:9], DONE[9:-1], b"\n"], [0, 0, 0, 0, 1]),
    ],
    ids=["finish reason", "no finish reason", "one piece", "cut"],
)
def test_a_stream_is_heard_before_its_last_piece_is_given(pieces, counts):
    heard = []
    response = answer(iter(pieces))
    listen(response, heard.append)
    assert [len(heard) for _ in response.iter_bytes()] == counts
    assert heard == [MESSAGE]


def test_an_async_stream_is_heard_before_its_last_piece_is_given():
    async def content():
        for piece in (CALLS, DONE):
            yield piece

    async def main():
        heard = []
        response = answer(content())
        listen(response, heard.append)
        async for piece in response.aiter_bytes():
            if piece == DONE:
                break
        return heard

    assert asyncio.run(main()) == [MESSAGE]


@pytest.mark.parametrize(
    "pieces", [[CALLS], [CALLS, TEXT], [BODY[:-1]], [CALLS, b"data: {\n\n", FINISH]]
)
def test_what_is_cut_or_broken_is_not_heard(pieces):
    heard = []
    response = answer(iter(pieces))
    listen(response, heard.append)
    assert b"".join(response.iter_bytes()) == b"".join(pieces)
    assert not heard


def test_what_was_read_before_is_left_alone():
    response = answer(iter([BODY]))
    assert list(response.iter_bytes()) == [BODY]
    listen(SimpleNamespace(response=response), pytest.fail)


@given(
    st.lists(
        st.binary(max_size=30)
        | st.sampled_from([b"data: ", b"\n\n", b"{", b"<html>", b'{"error": "x"}', CALLS, DONE])
    )
)
def test_whatever_passes_is_passed_on(pieces):
    response = answer(iter(pieces))
    listen(response, lambda _: None)
    assert b"".join(response.iter_bytes()) == b"".join(pieces)


def test_the_bytes_of_a_long_stream_are_not_kept():
    event = data({**choice(delta={"content": "word "}), "padding": "x" * 2_000})
    response = answer(event for _ in range(2_000))
    listen(response, pytest.fail)
    tracemalloc.start()
    sent = sum(map(len, response.iter_bytes()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < sent / 10
