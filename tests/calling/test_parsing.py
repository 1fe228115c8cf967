"""`.parse()` of an answer that does not parse: an error of `openai`'s tree with the answer."""

import asyncio
import json
import pickle

import openai
import pydantic
import pytest
from fault_server import FaultServer
from openai import pydantic_function_tool
from openai.types.chat import ChatCompletion

from agentsflare_kimi import AsyncKimi, Kimi
from agentsflare_kimi.errors import UnparsedAnswerError


class City(pydantic.BaseModel):
    name: str


def _answer(message, finish="stop"):
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, **message},
        "finish_reason": finish,
    }
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "kimi-k2.6"}
    return lambda connection: connection.answer_json({**body, "choices": [choice], "usage": usage})


def _call(arguments):
    function = {"name": "City", "arguments": arguments}
    return _answer({"tool_calls": [{"id": "a", "type": "function", "function": function}]})


REPLIES = {
    "cut": _answer({"content": '{"name": "Os'}),
    "prose": _answer({"content": "I cannot help with that."}),
    "other fields": _answer({"content": '{"title": "Oslo"}'}),
    "cut arguments": _call('{"name": "Os'),
    "no arguments": _call(""),
    "null arguments": _call(None),
    "well": _answer({"content": '{"name": "Oslo"}'}),
    "blocked": _answer({"content": "Os"}, "content_filter"),
}
REQUEST = {
    "model": "kimi-k2.6",
    "messages": [{"role": "user", "content": "hi"}],
    "response_format": City,
    "tools": [pydantic_function_tool(City)],
}
BAD = REPLIES.keys() - {"well", "blocked"}


@pytest.fixture(scope="module")
def server():
    with FaultServer({name.replace(" ", "-"): reply for name, reply in REPLIES.items()}) as server:
        yield server


def _parse(kind, url, **options):
    async def parse():
        client = kind(api_key="k", base_url=url, max_retries=0)
        answer = client.chat.completions.parse(**REQUEST, **options)
        return await answer if kind is AsyncKimi else answer

    return asyncio.run(parse())


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi])
@pytest.mark.parametrize("name", sorted(BAD))
def test_what_does_not_parse_is_kept(server, kind, name):
    with pytest.raises(UnparsedAnswerError) as caught:
        _parse(kind, server.url(name.replace(" ", "-")))
    error = caught.value
    assert isinstance(error, openai.OpenAIError)
    assert isinstance(error, ValueError)
    assert isinstance(error.completion, ChatCompletion)
    assert error.completion.usage.total_tokens == 3
    assert error.__cause__ is not None
    said = "requested type, such as the one given to `.parse()`"
    assert any(said in note for note in error.__notes__)
    assert "Oslo" not in str(error)
    assert pickle.loads(pickle.dumps(error)).completion == error.completion


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi])
def test_a_block_keeps_its_answer_too(server, kind):
    with pytest.raises(openai.ContentFilterFinishReasonError) as caught:
        _parse(kind, server.url("blocked"))
    assert caught.value.completion.choices[0].message.content == "Os"


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi])
def test_what_parses_is_parsed(server, kind):
    answer = _parse(kind, server.url("well"))
    assert answer.choices[0].message.parsed == City(name="Oslo")
    assert json.loads(answer.choices[0].message.content) == {"name": "Oslo"}
