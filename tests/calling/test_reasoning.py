import asyncio
import copy
import inspect
import json
import time
import warnings
from typing import TypeVar

import openai
import pytest
from fault_server import DONE, FaultServer, data
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi import AsyncKimi, Kimi, RejectedParameterWarning, assistant_message
from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.calling.reasoning import ReasoningMemory
from agentsflare_kimi.emulator import Emulator

USER = {"role": "user", "content": "What is the weather in Oslo?"}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
    for name in ("get_weather", "get_time")
]
ROUNDS = 3
T = TypeVar("T")


def call(identifier="functions.f:0", name="f", arguments="{}"):
    function = {"name": name, "arguments": arguments}
    return {"id": identifier, "type": "function", "function": function}


def answer(reasoning, *calls):
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": list(calls),
        "reasoning_content": reasoning,
    }


def without_reasoning(message):
    return {name: value for name, value in message.items() if name != "reasoning_content"}


def restored(memory, *messages):
    body = {"messages": [*messages]}
    return [message.get("reasoning_content") for message in memory.restore(body)["messages"]]


# The memory by itself.


def test_what_was_dropped_is_put_back_and_the_callers_messages_stay():
    memory = ReasoningMemory()
    said = answer("because", call())
    memory.remember([USER], said)
    body = {"model": "kimi-k2.6", "messages": [USER, without_reasoning(said)]}
    before = copy.deepcopy(body)

    assert memory.restore(body)["messages"] == [USER, said]
    assert body == before


def test_a_body_that_lacks_nothing_is_returned_as_it_is():
    memory = ReasoningMemory()
    said = answer("because", call())
    memory.remember([USER], said)
    for messages in ([USER], [USER, said], [USER, {"role": "assistant", "content": "hi"}], 3, None):
        body = {"messages": messages}
        assert memory.restore(body) is body


@pytest.mark.parametrize(
    "rebuilt",
    [
        {"content": None},
        {"content": []},
        {"name": None},
        {"refusal": None, "annotations": []},
        {"tool_calls": [call(arguments='{ "b":2,\n"a": 1 }')]},
        {"tool_calls": [call(arguments='{"a":1,"b":2}') | {"index": 0}]},
        {"tool_calls": [call(arguments='{"b":2.0,"a":1}')]},
        {"tool_calls": [call("functions_f_0", arguments='{"a":1,"b":2}')]},
        {"tool_calls": [call("", arguments='{"a":1,"b":2}')]},
    ],
    ids=str,
)
def test_a_message_that_a_framework_rebuilt_is_recognised(rebuilt):
    memory = ReasoningMemory()
    said = answer("because", call(arguments='{"a": 1, "b": 2}'))
    memory.remember([USER], said)

    asked = {"role": "user", "content": [{"type": "text", "text": USER["content"]}]}
    assert restored(memory, asked, without_reasoning(said) | rebuilt) == [None, "because"]


@pytest.mark.parametrize(
    ("before", "calls"),
    [
        ([{"role": "user", "content": "Something else"}], [call()]),
        ([{"role": "system", "content": "You serve Bob."}, USER], [call()]),
        ([], [call()]),
        ([USER], [call(name="g")]),
        ([USER], [call(arguments='{"a": 1}')]),
        ([USER], [call(), call(identifier="functions.f:1")]),
    ],
    ids=["other question", "other system", "trimmed", "name", "arguments", "one more"],
)
def test_another_conversation_or_call_gets_nothing(before, calls):
    memory = ReasoningMemory()
    memory.remember([USER], answer("private", call()))

    assert "private" not in restored(memory, *before, without_reasoning(answer("", *calls)))


def test_an_empty_reasoning_counts_and_its_absence_does_not():
    memory = ReasoningMemory()
    memory.remember([USER], answer("", call()))
    memory.remember([USER], {"role": "assistant", "tool_calls": [call(name="g")]})

    assert len(memory) == 1
    assert restored(memory, USER, without_reasoning(answer("", call()))) == [None, ""]


def test_the_memory_is_bounded_in_entries_bytes_and_age(monkeypatch):
    memory = ReasoningMemory(most_entries=3, most_bytes=1_000, oldest_seconds=60)
    for number in range(5):
        memory.remember([USER], answer("x" * 10, call(name=f"f{number}")))
    assert len(memory) == 3
    assert restored(memory, USER, without_reasoning(answer("", call(name="f1")))) == [None, None]
    assert restored(memory, USER, without_reasoning(answer("", call(name="f4")))) == [
        None,
        "x" * 10,
    ]

    memory.remember([USER], answer("y" * 950, call(name="large")))
    assert len(memory) == 1
    memory.remember([USER], answer("z" * 2_000, call(name="too large")))
    assert memory.size <= 1_000

    now = __import__("time").monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 120)
    assert restored(memory, USER, without_reasoning(answer("", call(name="large")))) == [None, None]


def test_ten_thousand_answers_stay_within_the_bound():
    memory = ReasoningMemory()
    for number in range(10_000):
        memory.remember([USER], answer("x" * 2_000, call(name=f"f{number}")))

    assert len(memory) <= 1_024
    assert memory.size <= 8 * 1_048_576


def test_odd_messages_are_passed_over():
    memory = ReasoningMemory()
    odd = [
        None,
        "text",
        3,
        {"role": "assistant", "tool_calls": "odd"},
        {"tool_calls": [None, {}, {"function": 3}]},
    ]
    memory.remember(
        odd,
        {
            "role": "assistant",
            "tool_calls": [None, 3, {"function": {"arguments": 5}}],
            "reasoning_content": "r",
        },
    )

    body = {
        "messages": [
            *odd,
            {"role": "assistant", "tool_calls": [None, 3, {"function": {"arguments": 5}}]},
        ]
    }
    assert memory.restore(body)["messages"][-1]["reasoning_content"] == "r"


# What a framework does to a history, round by round. Its calls repeat to the letter.

SYSTEM = {"role": "system", "content": "Be brief. It is Saturday, November 28, 2026, 10:00:00."}


def loop_of(rounds, result="4 degrees and rain", system=SYSTEM):
    """Remember a tool loop; return the memory and the history without reasoning."""
    memory, history = ReasoningMemory(), [system, USER]
    for number in range(rounds):
        said = answer(f"thought {number}", call(f"functions.f:{number}"))
        memory.remember(history, said)
        outcome = {"role": "tool", "tool_call_id": f"functions.f:{number}", "content": result}
        history = [*history, without_reasoning(said), outcome]
    return memory, history


def renamed(history):
    text = json.dumps(history)
    return json.loads(text.replace("functions.f:", "functions_f_"))


def at_another_time(history):
    later = "Be brief. It is Sunday, November 29, 2026, 00:00:01."
    return [{"role": "system", "content": later}, *history[1:]]


def with_results(content):
    def edit(history):
        old = [m | {"content": content} if m["role"] == "tool" else m for m in history[:-1]]
        return [*old, history[-1]]

    return edit


def without_first_round(history):
    return [*history[:2], *history[4:]]


EDITS = [
    renamed,
    at_another_time,
    with_results(""),
    with_results("4 degrees"),
    with_results("4 deg... [12 characters truncated]"),
    with_results("[Old tool result content cleared]"),
    lambda history: renamed(at_another_time(with_results("")(history))),
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_history_that_a_framework_edited_is_recognised(edit):
    memory, history = loop_of(4)

    found = restored(memory, *edit(history))

    assert [each for each in found if each] == [f"thought {number}" for number in range(4)]


@pytest.mark.parametrize("edit", [lambda history: history, renamed])
def test_rounds_that_were_dropped_leave_the_rest_recognised(edit):
    memory, history = ReasoningMemory(), [SYSTEM, USER]
    for number in range(4):
        said = answer(f"thought {number}", call(f"functions.f:{number}", f"step_{number}"))
        memory.remember(history, said)
        outcome = {"role": "tool", "tool_call_id": f"functions.f:{number}", "content": "done"}
        history = [*history, without_reasoning(said), outcome]

    found = restored(memory, *edit(without_first_round(history)))

    assert [each for each in found if each] == ["thought 1", "thought 2", "thought 3"]


def test_turns_that_were_dropped_leave_the_rest_recognised():
    memory = ReasoningMemory()
    earlier = [USER, {"role": "assistant", "content": "Rain."}]
    question = {"role": "user", "content": "And tomorrow?"}
    memory.remember([SYSTEM, *earlier, question], answer("because", call()))
    said = without_reasoning(answer("", call("x")))

    assert restored(memory, SYSTEM, question, said)[-1] == "because"
    assert restored(memory, SYSTEM, earlier[1], question, said)[-1] == "because"
    assert restored(memory, SYSTEM, USER, said)[-1] is None, "the question before the call is gone"
    added = {"role": "user", "content": "I am Bob."}
    assert restored(memory, SYSTEM, added, question, said)[-1] is None


@pytest.mark.parametrize(
    "content", ["9 degrees and rain", "4 degrees and rain!", "5", "rain", "4 degrees (clear)"]
)
def test_another_result_is_another_conversation(content):
    memory, history = loop_of(2)

    found = restored(memory, *with_results(content)(history))

    assert "thought 1" not in found


@pytest.mark.parametrize(
    "content", ["Be brief, Bob. It is 10:00.", "Serve user 4712. It is 10:00.", "It is 10:00."]
)
def test_another_system_prompt_is_another_conversation(content):
    system = {"role": "system", "content": "Serve user 4711. It is 10:00."}
    memory, history = loop_of(1, system=system)

    assert restored(memory, {"role": "system", "content": content}, *history[1:])[2] is None


def test_two_conversations_that_look_alike_are_told_apart_by_their_ids_or_not_at_all():
    memory = ReasoningMemory()
    for user, identifier in (("alice", "call_a1"), ("bob", "call_b2")):
        memory.remember([USER], answer(f"of {user}", call(identifier)))

    assert restored(memory, USER, without_reasoning(answer("", call("call_b2"))))[1] == "of bob"
    assert restored(memory, USER, without_reasoning(answer("", call("call_a1"))))[1] == "of alice"
    assert restored(memory, USER, without_reasoning(answer("", call("renamed"))))[1] is None


def test_an_answer_without_reasoning_is_not_taken_for_one_with():
    memory = ReasoningMemory()
    memory.remember([USER], answer("of alice", call()))
    memory.remember([USER], without_reasoning(answer("", call())))

    assert restored(memory, USER, without_reasoning(answer("", call())))[1] is None


def test_what_was_forgotten_is_not_taken_for_a_look_alike(monkeypatch):
    memory = ReasoningMemory(oldest_seconds=60)
    now = time.monotonic()
    memory.remember([USER], answer("of alice", call()))
    monkeypatch.setattr("time.monotonic", lambda: now + 61)
    memory.remember([USER], answer("of bob", call()))

    assert len(memory) == 1
    assert restored(memory, USER, without_reasoning(answer("", call())))[1] is None


def test_a_conversation_that_polls_costs_no_more_than_its_length_allows():
    memory, history = loop_of(120, result="pending")

    found = [each for each in restored(memory, *renamed(history)) if each]

    assert found == [f"thought {number}" for number in range(120)]


def test_one_memory_serves_the_clients_of_one_user(emulator):
    memory = ReasoningMemory()
    conversation = [USER]
    for number in range(ROUNDS + 1):
        with Kimi(base_url=emulator.base_url, api_key=f"k{number}", memory=memory) as client:
            body = {"model": "kimi-k2.6", "messages": conversation, "tools": TOOLS}
            said = whole(client, body)
        conversation = [*conversation, said, *results(said)]

    sent = [m for m in emulator.requests[-1].messages if m.get("tool_calls")]
    assert all(message["reasoning_content"] for message in sent)
    assert len(memory) == len(sent) == ROUNDS


# In the client, over a socket, against the strict emulator.


def drop_reasoning(message):
    """Build the message as LangChain, LlamaIndex and hand-written loops do."""
    calls = [
        call(each.id, each.function.name, each.function.arguments)
        for each in message.tool_calls or ()
    ]
    built = {"role": "assistant", "content": message.content}
    return built | ({"tool_calls": calls} if calls else {})


def results(message):
    return [
        {"role": "tool", "tool_call_id": each["id"], "content": "4 degrees"}
        for each in message.get("tool_calls", ())
    ]


def whole(client, body):
    return drop_reasoning(client.chat.completions.create(**body).choices[0].message)


def raw(client, body):
    response = client.chat.completions.with_raw_response.create(**body)
    return drop_reasoning(response.parse().choices[0].message)


def streaming_response(client, body):
    with client.chat.completions.with_streaming_response.create(**body) as response:
        return drop_reasoning(response.parse().choices[0].message)


def gather(chunks):
    built = {"role": "assistant", "content": None}
    calls = {}
    for chunk in chunks:
        for choice in chunk.choices:
            for each in choice.delta.tool_calls or ():
                target = calls.setdefault(each.index, call("", "", ""))
                target["id"] += each.id or ""
                target["function"]["name"] += (each.function and each.function.name) or ""
                target["function"]["arguments"] += (each.function and each.function.arguments) or ""
            built["content"] = (built["content"] or "") + (choice.delta.content or "") or None
    return built | ({"tool_calls": [*calls.values()]} if calls else {})


def streamed(client, body):
    return gather(client.chat.completions.create(stream=True, **body))


def raw_streamed(client, body):
    return gather(client.chat.completions.with_raw_response.create(stream=True, **body).parse())


def helper(client, body):
    with client.chat.completions.stream(**body) as stream:
        return drop_reasoning(stream.get_final_completion().choices[0].message)


def read(answer):
    return without_reasoning(assistant_message(json.loads(answer)))


def gather_lines(lines):
    events = [line.removeprefix("data: ") for line in lines if line.startswith("data: {")]
    return gather(ChatCompletionChunk.construct(**json.loads(event)) for event in events)


def until_done(lines):
    for line in lines:
        yield line
        if line == "data: [DONE]":
            return


def iter_bytes(client, body):
    with client.chat.completions.with_streaming_response.create(**body) as response:
        return read(b"".join(response.iter_bytes(7)))


def iter_text(client, body):
    with client.chat.completions.with_streaming_response.create(**body) as response:
        return read("".join(response.iter_text()))


def iter_lines(client, body):
    with client.chat.completions.with_streaming_response.create(**body) as response:
        return read("\n".join(response.iter_lines()))


def stream_lines(client, body):
    create = client.chat.completions.with_streaming_response.create
    with create(stream=True, **body) as response:
        return gather_lines(response.iter_lines())


def stream_lines_until_done(client, body):
    create = client.chat.completions.with_streaming_response.create
    with create(stream=True, **body) as response:
        return gather_lines(until_done(response.iter_lines()))


def stream_text(client, body):
    response = client.chat.completions.with_raw_response.create(stream=True, **body).http_response
    return gather_lines(response.read().decode().splitlines())


def post(client, body, cast_to):
    return client.post("/chat/completions", cast_to=cast_to, body=body)


def post_text(client, body):
    return read(post(client, body, str))


def post_bytes(client, body):
    return read(post(client, body, bytes))


def post_mapping(client, body):
    return read(json.dumps(post(client, body, object)))


def post_response(client, body):
    return read(post(client, body, http.Response).content)


class OwnStream(openai.Stream[T]):
    pass


def own_stream(client, body):
    options = {"stream": True, "stream_cls": OwnStream[ChatCompletionChunk]}
    body = {**body, "stream": True}
    return gather(client.post("/chat/completions", cast_to=ChatCompletion, body=body, **options))


def mapping_stream(client, body):
    options = {"stream": True, "stream_cls": openai.Stream[object]}
    body = {**body, "stream": True}
    chunks = client.post("/chat/completions", cast_to=object, body=body, **options)
    return gather(ChatCompletionChunk.construct(**chunk) for chunk in chunks)


async def whole_async(client, body):
    return drop_reasoning((await client.chat.completions.create(**body)).choices[0].message)


async def streaming_response_async(client, body):
    async with client.chat.completions.with_streaming_response.create(**body) as response:
        return drop_reasoning((await response.parse()).choices[0].message)


async def streamed_async(client, body):
    stream = await client.chat.completions.create(stream=True, **body)
    return gather([chunk async for chunk in stream])


async def raw_streamed_async(client, body):
    response = await client.chat.completions.with_raw_response.create(stream=True, **body)
    return gather([chunk async for chunk in response.parse()])


async def all_of(pieces):
    return [piece async for piece in pieces]


async def iter_bytes_async(client, body):
    async with client.chat.completions.with_streaming_response.create(**body) as response:
        return read(b"".join(await all_of(response.iter_bytes())))


async def iter_text_async(client, body):
    async with client.chat.completions.with_streaming_response.create(**body) as response:
        return read("".join(await all_of(response.iter_text())))


async def iter_lines_async(client, body):
    async with client.chat.completions.with_streaming_response.create(**body) as response:
        return read("\n".join(await all_of(response.iter_lines())))


async def stream_lines_async(client, body):
    create = client.chat.completions.with_streaming_response.create
    async with create(stream=True, **body) as response:
        return gather_lines(await all_of(response.iter_lines()))


async def stream_lines_until_done_async(client, body):
    create = client.chat.completions.with_streaming_response.create
    lines = []
    async with create(stream=True, **body) as response:
        async for line in response.iter_lines():
            lines.append(line)
            if line == "data: [DONE]":
                break
    return gather_lines(lines)


async def post_text_async(client, body):
    return read(await post(client, body, str))


async def post_response_async(client, body):
    return read((await post(client, body, http.Response)).content)


class AsyncOwnStream(openai.AsyncStream[T]):
    pass


async def own_stream_async(client, body):
    options = {"stream": True, "stream_cls": AsyncOwnStream[ChatCompletionChunk]}
    body = {**body, "stream": True}
    stream = await client.post("/chat/completions", cast_to=ChatCompletion, body=body, **options)
    return gather(await all_of(stream))


STREAM_WAYS = [
    streamed,
    raw_streamed,
    own_stream,
    mapping_stream,
    stream_lines,
    stream_lines_until_done,
    stream_text,
    streamed_async,
    raw_streamed_async,
    own_stream_async,
    stream_lines_async,
    stream_lines_until_done_async,
]
WAYS = [
    whole,
    raw,
    streaming_response,
    iter_bytes,
    iter_text,
    iter_lines,
    post_text,
    post_bytes,
    post_mapping,
    post_response,
    helper,
    whole_async,
    streaming_response_async,
    iter_bytes_async,
    iter_text_async,
    iter_lines_async,
    post_text_async,
    post_response_async,
    *STREAM_WAYS,
]


def run_loop(client, way, messages, **extra):
    """Run a tool loop to its end, and return the conversation."""
    conversation = [*messages]
    for _ in range(ROUNDS + 1):
        body = {"model": "kimi-k2.6", "messages": conversation, "tools": TOOLS, **extra}
        message = way(client, body)
        if inspect.isawaitable(message):
            message = asyncio.get_event_loop().run_until_complete(message)
        conversation += [message, *results(message)]
        if not message.get("tool_calls"):
            return conversation
    raise AssertionError("the loop did not end")


def run(kinds, way, base_url, **options):
    kind = kinds[1] if inspect.iscoroutinefunction(way) else kinds[0]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    client = kind(base_url=base_url, api_key="k", max_retries=0, **options)
    try:
        return run_loop(client, way, [USER])
    finally:
        closing = client.close()
        if inspect.isawaitable(closing):
            loop.run_until_complete(closing)
        loop.close()
        asyncio.set_event_loop(None)


@pytest.fixture
def emulator():
    with Emulator(tool_rounds=ROUNDS) as emulator:
        yield emulator


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_loop_whose_caller_drops_the_reasoning_succeeds_with_kimi(way, emulator):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        conversation = run((Kimi, AsyncKimi), way, emulator.base_url)

    assert conversation[-1]["content"]
    sent = [m for m in emulator.requests[-1].messages if m.get("tool_calls")]
    assert len(sent) == ROUNDS
    assert all(message["reasoning_content"] for message in sent)
    assert not any("reasoning_content" in message for message in conversation)


def delta(**told):
    return data({"choices": [{"index": 0, "finish_reason": None, "delta": told}]})


def without_finish_reason(connection):
    messages = json.loads(connection.request.body)["messages"]
    if messages[-1]["role"] == "tool":
        connection.well()
        return
    calls = [delta(tool_calls=[{"index": 0, **call()}])]
    connection.stream(b"\n", delta(role="assistant", reasoning_content="because"), *calls, DONE)


@pytest.mark.parametrize("way", STREAM_WAYS, ids=lambda way: way.__name__)
def test_a_stream_that_ends_without_a_finish_reason_is_remembered(way):
    with FaultServer({"done": without_finish_reason}) as server:
        run((Kimi, AsyncKimi), way, server.url("done"))
        _, last = server.requests["done", "0"]

    assert json.loads(last.body)["messages"][1]["reasoning_content"] == "because"


@pytest.mark.parametrize(
    "way", [whole, streamed, whole_async, streamed_async], ids=lambda w: w.__name__
)
def test_the_same_loop_fails_with_the_stock_client(way, emulator):
    with pytest.raises(openai.BadRequestError, match="reasoning_content is missing"):
        run((openai.OpenAI, openai.AsyncOpenAI), way, emulator.base_url)


def test_it_can_be_switched_off(emulator):
    with pytest.raises(openai.BadRequestError, match="reasoning_content is missing"):
        run(
            (Kimi, AsyncKimi),
            whole,
            emulator.base_url,
            keep_reasoning=False,
            adapt_parameters="never",
        )


def test_trimmed_history_goes_on_with_the_empty_field_the_api_accepts(emulator):
    with Kimi(base_url=emulator.base_url, api_key="k") as client:
        system = {"role": "system", "content": "Be brief."}
        said = whole(client, {"model": "kimi-k2.6", "messages": [system, USER], "tools": TOOLS})
        with pytest.warns(RejectedParameterWarning, match="reasoning_content"):
            whole(
                client,
                {"model": "kimi-k2.6", "messages": [USER, said, *results(said)], "tools": TOOLS},
            )

    sent = emulator.requests[-1].messages[1]
    assert sent["reasoning_content"] == ""


def test_copies_share_what_was_heard_unless_the_key_is_another(emulator):
    with Kimi(base_url=emulator.base_url, api_key="k") as client:
        body = {"model": "kimi-k2.6", "messages": [USER], "tools": TOOLS}
        said = whole(client, body)
        body["messages"] = [USER, said, *results(said)]

        whole(client.with_options(timeout=9, adapt_parameters="never"), body)
        with pytest.raises(openai.BadRequestError):
            whole(client.with_options(api_key="other", adapt_parameters="never"), body)


def test_two_users_on_one_client_never_see_each_others_reasoning():
    def think(body):
        user = body["messages"][0]["content"]
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [call()],
            "reasoning_content": f"of {user}",
        }

    with (
        Emulator(answers=think) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k") as client,
    ):
        users = [{"role": "user", "content": name} for name in ("Alice", "Bob")]
        bodies = [{"model": "kimi-k2.6", "messages": [user], "tools": TOOLS} for user in users]
        said = [whole(client, body) for body in bodies]
        assert said[0] == said[1], "the calls are equal to the letter"
        for user, message in zip(users, said, strict=True):
            whole(
                client,
                {
                    "model": "kimi-k2.6",
                    "messages": [user, message, *results(message)],
                    "tools": TOOLS,
                },
            )

        seen = [request.messages[1]["reasoning_content"] for request in emulator.requests[2:]]
        assert seen == ["of Alice", "of Bob"]


def test_a_message_built_with_our_helper_needs_no_memory(emulator):
    with openai.OpenAI(base_url=emulator.base_url, api_key="k") as client:

        def keep(client, body):
            return assistant_message(client.chat.completions.create(**body))

        assert run_loop(client, keep, [USER])[-1]["content"]
