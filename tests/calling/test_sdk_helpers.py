"""`.stream()` of odd streams: what comes is right, and what is raised is of `openai`'s tree."""

import asyncio
import json
import pickle
import warnings

import openai
import pydantic
import pytest
from fault_server import DONE, FaultServer, chunk, data
from openai import pydantic_function_tool

from agentsflare_kimi import AsyncKimi, Kimi, ServedModelWarning, extract_filter_results
from agentsflare_kimi.errors import UnparsedAnswerError


class City(pydantic.BaseModel):
    name: str


TOOLS = [pydantic_function_tool(City)]
OSLO = '{"name":"Oslo"}'


def said(delta=None, finish=None, index=0, **more):
    choice = {"index": index, "delta": {} if delta is None else delta, "finish_reason": finish}
    return chunk() | {"choices": [choice]} | more


def call(**fragment):
    return said({"tool_calls": [fragment]})


def function(arguments, name=None):
    return {"arguments": arguments} | ({"name": name} if name else {})


def events(*chunks):
    return lambda connection: connection.stream(*map(data, chunks), DONE)


END = said(finish="tool_calls")
FIRST = {"id": "a", "type": "function", "function": function("", "City")}
TWICE = [("a", "City", OSLO), ("b", "City", OSLO)]
ONCE = TWICE[:1]
# Name, chunks, calls in the completion.
CALLS = {
    "numbered": (
        [call(index=0, **FIRST), call(index=0, function=function(OSLO)), END],
        ONCE,
    ),
    "null": ([call(index=None, **FIRST), call(index=None, function=function(OSLO)), END], ONCE),
    "missing": ([call(**FIRST), call(function=function(OSLO)), END], ONCE),
    "text": ([call(index="0", **FIRST), call(index="0", function=function(OSLO)), END], ONCE),
    "from-one": ([call(index=1, **FIRST), call(index=1, function=function(OSLO)), END], ONCE),
    "counts-fragments": (
        [call(index=0, **FIRST), call(index=1, id="a", function=function(OSLO)), END],
        ONCE,
    ),
    "repeated": (
        [
            call(index=0, id="a", type="function", function=function(OSLO, "City")),
            call(index=0, id="b", type="function", function=function(OSLO, "City")),
            END,
        ],
        TWICE,
    ),
    "without-type": ([call(index=0, id="a", function=function(OSLO, "City")), END], ONCE),
    "id-comes-late": (
        [
            call(index=0, function=function('{"name":', "City")),
            call(index=0, id="a", function=function('"Oslo"}')),
            END,
        ],
        ONCE,
    ),
    "name-repeated": (
        [
            call(index=0, **FIRST),
            *(call(index=0, function=function(each, "City")) for each in OSLO),
            END,
        ],
        ONCE,
    ),
    "replay": (
        [
            call(index=0, **FIRST),
            call(index=0, function=function(OSLO)),
            call(index=0, id="a", type="function", function=function(OSLO, "City")),
            END,
        ],
        ONCE,
    ),
    "snapshots": (
        [
            call(index=0, **FIRST),
            *(call(index=0, function=function(OSLO[:end])) for end in (3, 8, 12, 15)),
            END,
        ],
        ONCE,
    ),
    "interleaved": (
        [
            call(index=0, id="a", type="function", function=function("{", "City")),
            call(index=1, id="b", type="function", function=function("{", "City")),
            call(index=0, function=function(OSLO[1:])),
            call(index=1, function=function(OSLO[1:])),
            END,
        ],
        TWICE,
    ),
    "with-the-end": (
        [
            said(
                {"tool_calls": [{"index": 0, **FIRST, "function": function(OSLO, "City")}]},
                "tool_calls",
            )
        ],
        ONCE,
    ),
    "stop-after-calls": (
        [call(index=0, **FIRST), call(index=0, function=function(OSLO)), END, said(finish="stop")],
        ONCE,
    ),
    "no-function": (
        [
            call(index=0, **FIRST),
            call(index=0),
            call(index=0, function=None),
            call(index=0, function=function(OSLO)),
            END,
        ],
        ONCE,
    ),
}
KEEP_ALIVE = said() | {"id": "keep-alive", "model": "", "choices": []}
ANNOTATION = {
    "id": "",
    "object": "",
    "created": 0,
    "model": "",
    "choices": [],
    "prompt_filter_results": [
        {
            "prompt_index": 0,
            "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}},
        }
    ],
}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
STOP = said({}, "stop")
TEXTS = {
    "roles": [said({"role": "assistant", "content": text}) for text in ("He", "llo")] + [STOP],
    "null-delta": [
        said({"content": "Hello"}),
        said() | {"choices": [{"index": 0, "delta": None}]},
        STOP,
    ],
    "no-delta": [{**said(), "choices": [{"index": 0}]}, said({"content": "Hello"}), STOP],
    "no-index": [
        {**said(), "choices": [{"delta": {"content": "Hello"}}]},
        {**said(), "choices": [{"index": None, "delta": {}, "finish_reason": "stop"}]},
    ],
    "fields-like-methods": [
        said({"content": "Hello"}, to_dict=1, copy={"a": 1}, __class__="x"),
        {**said(), "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "to_dict": 1}]},
    ],
    "parts": [said({"content": [{"type": "text", "text": "Hel"}]}), said({"content": "lo"}), STOP],
    "object-empty": [said({"content": "Hello"}, object=""), said({}, "stop", object=None)],
    "keep-alive": [KEEP_ALIVE, said({"content": "Hel"}), KEEP_ALIVE, said({"content": "lo"}), STOP],
    "choices-null": [said(choices=None), said({"content": "Hello"}), STOP],
    "annotations": [
        ANNOTATION,
        said({"content": "Hello"}),
        said({"annotations": [{"type": "url_citation"}]}),
        said({"annotations": [{"type": "url_citation"}, {"type": "url_citation"}]}),
        STOP,
    ],
    "odd-logprobs": [
        {**said(), "choices": [{"index": 0, "delta": {"content": "Hello"}, "logprobs": "odd"}]},
        STOP,
    ],
    "second-choice-first": [said({"content": "x"}, index=1), said({"content": "Hello"}), STOP],
    "usage-in-the-middle": [
        said({"content": "Hello"}),
        said({}, "stop", usage=USAGE),
        KEEP_ALIVE,
        KEEP_ALIVE | {"usage": NO_USAGE},
    ],
    "usage-in-the-choice": [
        said({"content": "Hello"}),
        {
            **said(),
            "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": USAGE}],
        },
    ],
}
SMILE = ["\ud83d", "\ude00"]
OTHERS = {
    "halves-apart": [*(said({"content": half}) for half in SMILE), STOP],
    "half-alone": [said({"content": SMILE[0]}), STOP],
    "half-at-the-end": [said({"content": f"Hello{SMILE[0]}"})],
    "half-in-a-call": [call(index=0, **FIRST | {"function": function(SMILE[0])}), END],
    "cut-json": [said({"content": '{"name": "Os'}), STOP],
    "prose": [said({"content": "I cannot."}), STOP],
    "cut-call": [call(index=0, **FIRST), call(index=0, function=function('{"na')), END],
    "nothing": [ANNOTATION],
    "far-choice": [said({"content": "Hello"}, index=-3), STOP],
    "other-model": [said({"content": "Hello"}, model="kimi-k2.5"), STOP],
    "length": [said({"content": "Os"}), said({}, "length")],
    "blocked": [said({"content": "Os"}), said({}, "content_filter")],
    "broken": [said({"content": "Os"}), {"error": {"message": "the reason"}}],
    "city": [said({"content": OSLO[:6]}), said({"content": OSLO[6:]}), STOP],
}  # fmt: skip
REPLIES = {
    **{name: events(*chunks) for name, (chunks, _) in CALLS.items()},
    **{name: events(*chunks) for name, chunks in (TEXTS | OTHERS).items()},
}


@pytest.fixture(scope="module")
def server():
    with FaultServer(REPLIES) as server:
        yield server


def _stream(kind, url, resource=lambda client: client.chat.completions, seen=None, **options):
    """Return the final completion of `.stream()`; events are kept in *seen*."""
    request = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "hi"}], **options}
    seen = [] if seen is None else seen

    async def read():
        client = kind(api_key="k", base_url=url, max_retries=0)
        if kind is Kimi:
            with resource(client).stream(**request) as stream:
                seen.extend(stream)
                return stream.get_final_completion()
        async with resource(client).stream(**request) as stream:
            seen.extend([event async for event in stream])
            return await stream.get_final_completion()

    return asyncio.run(read())


BOTH = pytest.mark.parametrize("kind", [Kimi, AsyncKimi])


@BOTH
@pytest.mark.parametrize("name", sorted(CALLS))
def test_calls_are_put_together_however_they_are_numbered(server, kind, name):
    seen = []
    message = _stream(kind, server.url(name), tools=TOOLS, seen=seen).choices[0].message

    found = [(each.id, each.function.name, each.function.arguments) for each in message.tool_calls]
    assert found == CALLS[name][1]
    assert [each.function.parsed_arguments for each in message.tool_calls] == [
        City(name="Oslo") for _ in found
    ]
    done = [event for event in seen if event.type == "tool_calls.function.arguments.done"]
    assert [event.arguments for event in done] == [OSLO for _ in found]
    told = [event for event in seen if event.type == "tool_calls.function.arguments.delta"]
    for place, _ in enumerate(found):
        deltas = "".join(event.arguments_delta for event in told if event.index == place)
        assert deltas == OSLO or name == "snapshots"


@BOTH
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_texts_are_put_together(server, kind, name):
    seen = []
    completion = _stream(kind, server.url(name), seen=seen)

    choice = completion.choices[0]
    assert (choice.index, choice.finish_reason) == (0, "stop")
    assert choice.message.content == "Hello"
    assert completion.id == "chatcmpl-1"
    assert completion.model == "kimi-k2.6"
    assert choice.message.role in {"assistant", None}
    assert "".join(event.delta for event in seen if event.type == "content.delta") in {
        "Hello",
        "xHello",
    }
    if name == "annotations":
        assert extract_filter_results(completion).annotations_present
        assert len(choice.message.annotations) == 3
    if name.startswith("usage"):
        assert completion.usage.total_tokens == 3
    if name == "second-choice-first":
        assert completion.choices[1].message.content == "x"


@BOTH
def test_halves_of_a_pair_are_joined(server, kind):
    assert _stream(kind, server.url("halves-apart")).choices[0].message.content == "😀"
    assert _stream(kind, server.url("half-alone")).choices[0].message.content == "\ufffd"
    assert _stream(kind, server.url("half-at-the-end")).choices[0].message.content == "Hello\ufffd"
    (asked,) = _stream(kind, server.url("half-in-a-call")).choices[0].message.tool_calls
    assert asked.function.arguments == "\ufffd"


FAULTS = {
    "cut-json": (City, pydantic.ValidationError),
    "prose": (City, ValueError),
    "halves-apart": (City, ValueError),
    "half-alone": (City, ValueError),
    "cut-call": (None, pydantic.ValidationError),
    "nothing": (None, AssertionError),
    "far-choice": (None, IndexError),
}


@BOTH
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_what_the_sdk_raises_is_an_error_of_the_tree_too(server, kind, name):
    expected, raised = FAULTS[name]
    options = {"response_format": expected} if expected else {"tools": TOOLS}
    with pytest.raises(UnparsedAnswerError) as caught:
        _stream(kind, server.url(name), **options)

    error = caught.value
    assert isinstance(error, openai.APIError)
    assert isinstance(error, raised)
    assert isinstance(error.__cause__, raised)
    assert isinstance(error.completion, openai.types.chat.ChatCompletion)
    assert error.request is not None
    assert any(note.startswith("agentsflare-kimi:") for note in error.__notes__)
    if isinstance(error, pydantic.ValidationError):
        assert error.error_count() == len(error.errors()) == 1
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


@BOTH
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("length", openai.LengthFinishReasonError),
        ("blocked", openai.ContentFilterFinishReasonError),
    ],
)
def test_the_sdks_own_errors_stay_and_have_the_answer(server, kind, name, expected):
    with pytest.raises(expected) as caught:
        _stream(kind, server.url(name), response_format=City)
    assert caught.value.completion.choices[0].message.content == "Os"


@BOTH
def test_an_error_of_the_gateway_passes_with_the_text_until_then(server, kind):
    with pytest.raises(openai.APIError, match="the reason") as caught:
        _stream(kind, server.url("broken"))
    assert not isinstance(caught.value, UnparsedAnswerError)
    assert caught.value.partial == "Os"


@BOTH
def test_what_is_well_is_parsed(server, kind):
    answer = _stream(kind, server.url("city"), response_format=City)
    assert answer.choices[0].message.parsed == City(name="Oslo")


@BOTH
def test_copies_and_the_beta_resource_keep_the_promise(server, kind):
    for resource in (
        lambda client: client.with_options(timeout=3).chat.completions,
        lambda client: client.beta.chat.completions,
    ):
        with pytest.raises(UnparsedAnswerError):
            _stream(kind, server.url("nothing"), resource)


def test_a_warning_that_a_filter_makes_an_error_is_no_fault_of_the_answer(server):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ServedModelWarning)
        with pytest.raises(ServedModelWarning):
            _stream(Kimi, server.url("other-model"))


def test_the_helper_stays_the_sdks(server):
    client = Kimi(api_key="k", base_url=server.url("city"))
    request = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "hi"}]}
    manager = client.chat.completions.stream(**request)
    assert isinstance(manager, openai.lib.streaming.chat.ChatCompletionStreamManager)
    with manager as stream:
        assert isinstance(stream, openai.lib.streaming.chat.ChatCompletionStream)
        for name in ("_iterator", "_raw_stream", "_state", "_response"):
            assert name in vars(stream), f"openai {openai.__version__}'s helper has no {name}"
        assert next(stream).type == "chunk"
        assert stream.current_completion_snapshot.choices[0].message.content == OSLO[:6]
    assert client.chat.completions.stream.__name__ == "stream"


# ---------- The Responses API


def _event(kind, number, **fields):
    body = {"type": kind, "sequence_number": number, **fields}
    return f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()


def _response(status="in_progress", **more):
    body = {"id": "r", "object": "response", "created_at": 1, "model": "kimi-k2.6", "tools": []}
    return body | {"output": [], "status": status, "tool_choice": "auto"} | more


BEGIN = _event("response.created", 0, response=_response())
INCOMPLETE = _response("incomplete", incomplete_details={"reason": "content_filter"})
RESPONSES = {
    "no-created": [_event("response.completed", 1, response=_response("completed"))],
    "only-created": [BEGIN],
    "early-delta": [
        BEGIN,
        _event(
            "response.output_text.delta",
            1,
            output_index=7,
            content_index=0,
            delta="x",
            item_id="i",
            logprobs=[],
        ),
    ],
    "incomplete": [BEGIN, _event("response.incomplete", 1, response=INCOMPLETE)],
}


@BOTH
@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_streamed_responses_raise_in_the_tree_too(kind, name):
    async def read(url):
        client = kind(api_key="k", base_url=url, max_retries=0)
        request = {"model": "kimi-k2.6", "input": "hi"}
        if kind is Kimi:
            with client.responses.stream(**request) as stream:
                return stream.get_final_response()
        async with client.responses.stream(**request) as stream:
            return await stream.get_final_response()

    reply = RESPONSES[name]
    with (
        FaultServer({"r": lambda connection: connection.stream(*reply)}) as server,
        pytest.raises(openai.OpenAIError) as caught,
    ):
        asyncio.run(read(server.url("r")))
    assert isinstance(caught.value, UnparsedAnswerError)
    assert caught.value.completion.id == "r"
