import asyncio
import json

import openai
import pytest
from loopback import serving
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from samples import check, names, own, shared

from agentsflare_kimi import AsyncKimi, IncompleteStreamError, Kimi
from agentsflare_kimi.reading.content import assistant_message, extract_content, extract_reasoning
from agentsflare_kimi.reading.filters import extract_filter_results
from agentsflare_kimi.reading.streams import AsyncStreamReader, StreamReader

MESSAGES = [{"role": "user", "content": "Hello"}]
ASKED = {"model": "kimi-k2.6", "messages": MESSAGES, "stream": True}


def events(*data):
    """Return server-sent events of JSON data; a string is sent as it is."""
    texts = [item if isinstance(item, str) else json.dumps(item) for item in data]
    return "".join(f"data: {text}\n\n" for text in texts).encode()


STREAMS = shared("s") + [(name, events(*body), told) for name, body, told in own("streams")]
every_stream = pytest.mark.parametrize(("name", "body", "expected"), STREAMS, ids=names(STREAMS))


def read(base_url, *, raw=False):
    """Read a stream to its end with the SDK's own client; return reader, items and error."""
    items, raised = [], None
    with openai.OpenAI(api_key="sample", base_url=base_url, max_retries=0) as client:
        with StreamReader(client.chat.completions.create(**ASKED)) as reader:
            try:
                items.extend(reader.events() if raw else reader)
            except openai.APIError as error:
                raised = error
        return reader, items, raised


async def read_async(base_url, *, raw=False):
    items, raised = [], None
    async with openai.AsyncOpenAI(api_key="sample", base_url=base_url, max_retries=0) as client:
        async with AsyncStreamReader(await client.chat.completions.create(**ASKED)) as reader:
            try:
                async for item in reader.events() if raw else reader:
                    items.append(item)  # noqa: PERF401  # a comprehension would lose them
            except openai.APIError as error:
                raised = error
        return reader, items, raised


def readings(body, *, raw=False):
    with serving(body) as server:
        yield read(server.base_url, raw=raw)
        yield asyncio.run(read_async(server.base_url, raw=raw))


@every_stream
def test_what_a_stream_amounts_to(name, body, expected):
    for reader, pieces, raised in readings(body):
        assert reader.error is raised
        check(reader.filter_results, expected)
        if "content" in expected:
            assert "".join(pieces) == reader.content == (expected["content"] or "")
        if "finish_reason" in expected:
            assert reader.finish_reason == expected["finish_reason"]
        told = expected.get("error") or {"exception": None, "code": None, "type": None}
        assert (reader.error and type(reader.error).__name__) == told["exception"]
        code = getattr(reader.error, "code", None)  # a number in older SDKs
        assert (code and str(code)) == told["code"]
        assert getattr(reader.error, "type", None) == told["type"]
        assert reader.is_complete is (reader.error is None)


@every_stream
def test_the_completion_says_the_same_as_the_reader(name, body, expected):
    for reader, chunks, _ in readings(body, raw=True):
        assert all(isinstance(chunk, ChatCompletionChunk) for chunk in chunks)
        completion = reader.completion
        assert isinstance(completion, ChatCompletion)
        for source in (reader, completion, completion.to_dict(warnings=False)):
            assert extract_content(source) == reader.content
            assert extract_reasoning(source) == reader.reasoning
        assert extract_filter_results(reader) == reader.filter_results
        if reader.error is None:
            assert extract_filter_results(completion) == reader.filter_results


def reader_of(name):
    bodies = {sample: body for sample, body, _ in STREAMS}
    reader, *_ = next(readings(bodies[name]))
    return reader


@pytest.mark.parametrize(
    ("name", "calls"),
    [(name, told["tool_calls"]) for name, _, told in STREAMS if "tool_calls" in told]
    + [("s08_tool_calls.sse", [["call_sample_1", "lookup", '{"q":"tide"}']])],
)
def test_tool_calls_are_put_together(name, calls):
    reader = reader_of(name)
    found = [[call.id, call.function.name, call.function.arguments] for call in reader.tool_calls]
    assert found == calls
    assert {call.type for call in reader.tool_calls} == {"function"}
    message = assistant_message(reader)
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == [
        c[2] for c in calls
    ]


@pytest.mark.parametrize(
    ("name", "tokens"),
    [("s01_default_safe.sse", 14), ("usage_in_choice", 3), ("usage_late", 3)],
)
def test_usage_is_found_wherever_it_is(name, tokens):
    reader = reader_of(name)
    assert reader.usage.total_tokens == tokens
    assert reader.completion.usage == reader.usage


@pytest.mark.parametrize(
    ("name", "reasoning"),
    [("s17_reasoning_then_text.sse", "Thinking more."), ("reasoning_renamed", "Thinking.")],
)
def test_reasoning_is_no_content(name, reasoning):
    reader = reader_of(name)
    assert reader.reasoning == extract_reasoning(reader) == reasoning
    assert assistant_message(reader)["reasoning_content"] == reasoning
    assert reasoning not in reader.content


def test_identity_is_that_of_the_first_chunk_that_has_one():
    # Annotation chunks, some of them the last of their stream, leave these empty.
    completion = reader_of("s03_async_safe.sse").completion
    assert (completion.id, completion.model) == ("chatcmpl-fixture-s", "kimi-k2.6")
    assert (completion.created, completion.object) == (1767000000, "chat.completion")


def test_offsets_of_the_filter_are_exposed():
    reader = reader_of("s03_async_safe.sse")
    offsets = reader.filter_results.choices[0].offsets
    assert offsets == reader.completion.choices[0].content_filter_offsets
    assert (offsets["check_offset"], offsets["end_offset"]) == (506, 571)


def test_details_are_united_by_id_and_the_first_citation_stays():
    for source in (reader_of("details_union"), reader_of("details_union").completion):
        categories = extract_filter_results(source).categories
        assert categories["custom_blocklists"].details == (
            {"id": "a", "filtered": True},
            {"id": "b", "filtered": False},
        )
        assert categories["protected_material_code"].citation == {
            "URL": "https://example.org",
            "license": "MIT",
        }


def test_an_error_inside_a_stream_keeps_the_sdks_class_and_body():
    error = reader_of("s09_midstream_error_azure.sse").error
    assert type(error) is openai.APIError
    assert error.body["innererror"]["code"] == "ResponsibleAIPolicyViolation"


def test_an_error_in_place_of_a_chunk_says_what_the_gateway_wrote():
    error = reader_of("error_gateway").error
    assert str(error) == "Oops."
    assert error.body["statusCode"] == 500
    with pytest.raises(openai.APIError, match="Down for repair") as caught:
        list(StreamReader([{"error": {"message": "Down for repair", "type": "server_error"}}]))
    assert caught.value.type == "server_error"


def test_an_incomplete_stream_says_what_came():
    error = reader_of("cut").error
    assert error.partial == extract_content(error) == "Half"
    assert isinstance(error, openai.APIError)


HALF = events(
    {"choices": [{"index": 0, "content_filter_results": {"hate": {"severity": "low"}}}]},
    {"choices": [{"index": 0, "delta": {"content": "Half"}, "finish_reason": None}]},
)
CHUNK = {"choices": [{"index": 0, "delta": {"content": "."}}]}


def readable(reader):
    """Check that what came before the break is there, by every name."""
    assert reader.content == extract_content(reader) == "Half"
    assert reader.completion.choices[0].message.content == "Half"
    assert reader.finish_reason is None
    assert reader.filter_results.flagged_categories == ("hate",)
    assert not reader.is_complete


# Through `Kimi`, because older SDKs let errors of their HTTP library out of a stream.
def break_off(end, raised, **options):
    with (
        serving(HALF, end=end) as server,
        Kimi(api_key="x", base_url=server.base_url, max_retries=0, **options) as client,
        StreamReader(client.chat.completions.create(**ASKED)) as reader,
    ):
        with pytest.raises(raised) as caught:
            list(reader)
        assert reader.error is caught.value
        assert list(reader) == []
        if end == "hold":
            assert server.client_left.wait(5)
    readable(reader)


async def break_off_async(end, raised, **options):
    with serving(HALF, end=end) as server:
        async with (
            AsyncKimi(api_key="x", base_url=server.base_url, max_retries=0, **options) as client,
            AsyncStreamReader(await client.chat.completions.create(**ASKED)) as reader,
        ):
            with pytest.raises(raised) as caught:
                _ = [piece async for piece in reader]
            assert reader.error is caught.value
            assert [piece async for piece in reader] == []
            if end == "hold":
                assert await asyncio.to_thread(server.client_left.wait, 5)
        readable(reader)


BREAKS = pytest.mark.parametrize(
    ("end", "raised", "options"),
    [
        ("reset", openai.APIConnectionError, {}),
        ("close", openai.APIError, {}),
        ("hold", openai.APITimeoutError, {"timeout": 0.3}),
    ],
)


@BREAKS
def test_what_came_before_a_break_stays_readable(end, raised, options):
    break_off(end, raised, **options)


@BREAKS
def test_what_came_before_a_break_stays_readable_async(end, raised, options):
    asyncio.run(break_off_async(end, raised, **options))


async def cancelled():
    with serving(HALF, end="hold") as server:
        async with openai.AsyncOpenAI(api_key="x", base_url=server.base_url) as client:
            reader = AsyncStreamReader(await client.chat.completions.create(**ASKED))

            async def consume():
                async with reader:
                    async for _ in reader:
                        pass

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(consume(), 0.3)
            assert isinstance(reader.error, asyncio.CancelledError)
            assert await asyncio.to_thread(server.client_left.wait, 5)
        readable(reader)


def test_what_came_before_a_cancellation_stays_readable():
    asyncio.run(cancelled())


def held():
    """Serve a stream that goes on for ever after its first text."""
    return serving(HALF + events(CHUNK), end="hold")


def client_of(server):
    return openai.OpenAI(api_key="x", base_url=server.base_url, max_retries=0)


def test_leaving_the_block_closes_the_connection():
    with held() as server, client_of(server) as client:
        with StreamReader(client.chat.completions.create(**ASKED)) as reader:
            for _ in reader:
                break
            assert not server.client_left.is_set()
        assert server.client_left.wait(5)
        assert reader.error is None
        readable(reader)


def test_inside_the_block_a_loop_can_be_taken_up_again():
    with held() as server, client_of(server) as client:
        with StreamReader(client.chat.completions.create(**ASKED)) as reader:
            assert next(iter(reader)) == "Half"
            assert next(iter(reader)) == "."
        assert reader.content == "Half."


def test_without_a_block_leaving_the_loop_closes_the_connection():
    with held() as server, client_of(server) as client:
        reader = StreamReader(client.chat.completions.create(**ASKED))
        for _ in reader:
            break
        assert server.client_left.wait(5)
        assert list(reader) == []
        readable(reader)


def test_closing_ends_the_reading():
    with held() as server, client_of(server) as client:
        reader = StreamReader(client.chat.completions.create(**ASKED))
        pieces = iter(reader)
        next(pieces)
        reader.close()
        reader.close()
        assert server.client_left.wait(5)
        assert list(reader) == []
        readable(reader)


async def left_early(*, managed):
    with held() as server:
        async with openai.AsyncOpenAI(api_key="x", base_url=server.base_url) as client:
            reader = AsyncStreamReader(await client.chat.completions.create(**ASKED))
            if managed:
                async with reader:
                    async for _ in reader:
                        break
            else:
                async for _ in reader:
                    break
            assert await asyncio.to_thread(server.client_left.wait, 5)
        readable(reader)


@pytest.mark.parametrize("managed", [True, False])
def test_leaving_an_async_loop_closes_the_connection(managed):
    asyncio.run(left_early(managed=managed))


def fail(piece):
    raise KeyError(piece)


def test_an_exception_of_the_callers_own_closes_the_connection_and_is_no_error_of_the_stream():
    with held() as server, client_of(server) as client:
        reader = StreamReader(client.chat.completions.create(**ASKED))
        with pytest.raises(KeyError), reader:
            fail(next(iter(reader)))
        assert server.client_left.wait(5)
        assert reader.error is None
        readable(reader)


def test_chunks_may_come_from_anywhere():
    chunks = [CHUNK, {"choices": [{"delta": {}, "finish_reason": "stop"}]}]
    reader = StreamReader(chunks)
    assert list(reader.events()) == chunks
    assert (reader.content, reader.finish_reason, reader.is_complete) == (".", "stop", True)


def test_a_reader_that_has_read_nothing_has_nothing():
    reader = StreamReader([])
    assert (reader.content, reader.reasoning, reader.finish_reason) == ("", "", None)
    assert (reader.tool_calls, reader.usage, reader.error) == ([], None, None)
    assert reader.completion.choices == []
    assert not reader.filter_results.annotations_present
    assert not reader.is_complete


@pytest.mark.parametrize("end", ["[DONE]", None])
def test_a_stream_that_saw_its_end_marker_is_complete_without_a_finish_reason(end):
    async def read_async(base_url):
        async with AsyncKimi(api_key="sample", base_url=base_url) as client:
            reader = AsyncStreamReader(await client.chat.completions.create(**ASKED))
            raised = None
            try:
                assert [piece async for piece in reader] == ["."]
            except IncompleteStreamError as error:
                raised = error
            return reader, raised

    def read_sync(base_url):
        with Kimi(api_key="sample", base_url=base_url) as client:
            reader = StreamReader(client.chat.completions.create(**ASKED))
            raised = None
            try:
                assert list(reader) == ["."]
            except IncompleteStreamError as error:
                raised = error
            return reader, raised

    with serving(events(CHUNK, *([end] if end else []))) as server:
        for reader, raised in (
            read_sync(server.base_url),
            asyncio.run(read_async(server.base_url)),
        ):
            assert reader.is_complete == (raised is None) == bool(end)
            assert reader.content == "."


async def never_awaited():
    pass


def test_what_is_no_stream_is_refused_with_the_way_to_get_one():
    whole = ChatCompletion.construct(choices=[])
    for source in (whole, None, 3):
        with pytest.raises(TypeError, match=r"`create\(\.\.\., stream=True\)`"):
            StreamReader(source)
    coroutine = never_awaited()
    for source in (whole, coroutine, iter([])):
        with pytest.raises(TypeError, match="`await create"):
            AsyncStreamReader(source)
    coroutine.close()


class Wrapped:
    """A stream as a tracer wraps it: asynchronous to read, but closed by a plain function."""

    def __init__(self, chunks):
        self.chunks, self.is_closed = iter(chunks), False

    def __aiter__(self):
        return self

    async def __anext__(self):
        for chunk in self.chunks:
            return chunk
        raise StopAsyncIteration

    def close(self):
        self.is_closed = True

    aclose = close


@pytest.mark.parametrize("is_managed", [True, False])
def test_a_stream_that_a_plain_function_closes_can_be_read(is_managed):
    chunks = [{"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}]

    async def read_it(stream):
        reader = AsyncStreamReader(stream)
        if not is_managed:
            return [piece async for piece in reader]
        async with reader:
            return [piece async for piece in reader]

    stream = Wrapped(chunks)
    assert asyncio.run(read_it(stream)) == ["Hi"]
    assert stream.is_closed
