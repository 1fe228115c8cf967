"""`on_filtered="error"`: a blocked answer is an exception that has the report and what came."""

import asyncio
import json
import pickle

import openai
import pytest
from loopback import serving

from agentsflare_kimi import (
    AsyncKimi,
    ContentFilteredError,
    Kimi,
    StreamReader,
    assistant_message,
    diagnose,
    extract_content,
    extract_filter_results,
    is_filter_error,
)

ASKED = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]}
HEAD = {"id": "1", "created": 1, "model": "kimi-k2.6"}
BLOCKED = {"violence": {"filtered": True, "severity": "high"}}
NOTED = {"violence": {"filtered": False, "severity": "low"}}


def choice(kind, text, finish, results):
    said = {"role": "assistant", "content": text}
    return {"index": 0, kind: said, "finish_reason": finish, "content_filter_results": results}


def answer(finish, results, text="par"):
    return {
        **HEAD,
        "object": "chat.completion",
        "choices": [choice("message", text, finish, results)],
    }


def events(*choices):
    chunks = [{**HEAD, "object": "chat.completion.chunk", "choices": [each]} for each in choices]
    told = "".join(f"data: {json.dumps(each)}\n\n" for each in chunks)
    return f"{told}data: [DONE]\n\n".encode()


def attempt(do):
    try:
        return do()
    except openai.OpenAIError as error:
        return error


def whole(body, **options):
    with serving(json.dumps(body).encode(), content_type="application/json") as server:
        options = {"api_key": "k", "base_url": server.base_url, "max_retries": 0, **options}
        with Kimi(**options) as client:
            yield attempt(lambda: client.chat.completions.create(**ASKED))
            yield attempt(lambda: client.chat.completions.parse(**ASKED))
            raw = client.chat.completions.with_raw_response
            yield attempt(lambda: raw.create(**ASKED).parse())
            yield attempt(lambda: client.with_options().chat.completions.create(**ASKED))

        async def ask():
            async with AsyncKimi(**options) as client:
                return await client.chat.completions.create(**ASKED)

        yield attempt(lambda: asyncio.run(ask()))


@pytest.mark.parametrize(
    "body",
    [answer("content_filter", {}), answer("content_filter", BLOCKED), answer("stop", BLOCKED)],
)
def test_a_blocked_answer_is_an_error_with_report_and_text(body):
    for error in whole(body, on_filtered="error"):
        assert type(error) is ContentFilteredError
        assert isinstance(error, openai.APIError)
        assert error.report == extract_filter_results(body) == extract_filter_results(error)
        assert error.partial == extract_content(error) == "par"
        assert assistant_message(error)["content"] == "par"
        assert is_filter_error(error)
        assert diagnose(error).cause == "content_filtered"
        assert error.__notes__[0].startswith("agentsflare-kimi: content_filtered")
        twin = pickle.loads(pickle.dumps(error))
        assert (twin.report, twin.partial) == (error.report, error.partial)


def test_what_is_only_noted_or_not_asked_for_raises_nothing():
    assert [extract_content(each) for each in whole(answer("stop", NOTED), on_filtered="error")]
    plain = list(whole(answer("stop", BLOCKED)))
    assert all(extract_filter_results(each).is_filtered for each in plain)
    assert not any(isinstance(each, Exception) for each in plain)


@pytest.mark.parametrize(
    "last",
    [
        choice("delta", "t", "content_filter", BLOCKED),
        choice("delta", "t", None, BLOCKED),
        choice("delta", "t", "content_filter", {}),
    ],
)
def test_a_block_inside_a_stream_is_the_same_error(last):
    first = choice("delta", "par", None, NOTED)
    with serving(events(first, last, choice("delta", "never", "stop", {}))) as server:
        options = {"api_key": "k", "base_url": server.base_url, "on_filtered": "error"}
        with Kimi(**options) as client:
            came = []
            error = attempt(
                lambda: came.extend(client.chat.completions.create(stream=True, **ASKED))
            )
            reader = StreamReader(client.chat.completions.create(stream=True, **ASKED))
            read = attempt(lambda: list(reader))

        async def ask():
            async with AsyncKimi(**options) as client:
                return [c async for c in await client.chat.completions.create(stream=True, **ASKED)]

        awaited = attempt(lambda: asyncio.run(ask()))
    for each in (error, read, awaited):
        assert type(each) is ContentFilteredError
        assert each.partial == "part"
        assert each.report.is_filtered
        assert [c.content for c in each.report.choices] == ["part"]
    assert "".join(map(extract_content, came)) == "par"
    assert reader.content == "part"
    assert reader.filter_results.is_filtered
    assert not reader.is_complete


def test_a_blocked_answer_of_the_responses_api_counts_too():
    body = {"id": "r", "object": "response", "output": [], "status": "incomplete"}
    body["incomplete_details"] = {"reason": "content_filter"}
    with serving(json.dumps(body).encode(), content_type="application/json") as server:
        options = {"api_key": "k", "base_url": server.base_url}
        with Kimi(**options) as client:
            plain = client.responses.create(model="kimi-k2.6", input="Hi")
        with Kimi(**options, on_filtered="error") as client:
            error = attempt(lambda: client.responses.create(model="kimi-k2.6", input="Hi"))
    assert extract_filter_results(plain).is_filtered
    assert extract_filter_results(body).is_filtered
    assert extract_filter_results({"type": "response.incomplete", "response": body}).is_filtered
    assert not extract_filter_results({**body, "incomplete_details": None}).is_filtered
    assert type(error) is ContentFilteredError
