"""The pure gateway: one request in, one reply out."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.emulator.gateway import Gateway
from agentsflare_kimi.emulator.scenarios import list_scenarios
from agentsflare_kimi.emulator.wire import Cut, Reply, Request, Wait
from agentsflare_kimi.models.catalog import list_models

HELLO = [{"role": "user", "content": "Hello, how are you?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
ALIVE = [model.id for model in list_models() if model.status != "retired"]


def ask(gateway: Gateway | None = None, headers: dict[str, str] | None = None, **body) -> Reply:
    body = {"model": "kimi-k2.6", "messages": HELLO} | body
    return send("POST", "/v1/chat/completions", body, gateway, headers)


def send(method, path, body=None, gateway=None, headers=None) -> Reply:
    request = Request(
        method=method,
        path=path,
        headers={"authorization": "Bearer any", **(headers or {})},
        body=b"" if body is None else json.dumps(body).encode(),
    )
    return (gateway or Gateway()).reply(request)


def read(reply: Reply) -> dict:
    return json.loads(reply.body)


def message(reply: Reply) -> dict:
    return read(reply)["choices"][0]["message"]


def events(reply: Reply) -> list[dict]:
    lines = reply.body.decode().split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


def test_the_pages_example_is_answered_with_the_pages_response():
    reply = ask(
        model="kimi-chat",
        messages=[{"role": "user", "content": "You are a helpful assistant."}],
    )
    body = read(reply)
    assert list(body) == [
        "choices",
        "created",
        "id",
        "model",
        "object",
        "prompt_filter_results",
        "system_fingerprint",
        "usage",
    ]
    (choice,) = body["choices"]
    assert choice["message"] == {
        "annotations": [],
        "content": "Hello! How can I help you today?",
        "refusal": None,
        "role": "assistant",
    }
    assert choice["content_filter_results"]["protected_material_code"] == {
        "filtered": False,
        "detected": False,
    }
    (prompt,) = body["prompt_filter_results"]
    assert prompt["content_filter_results"]["jailbreak"] == {"filtered": False, "detected": False}
    assert [body["usage"][name] for name in ("prompt_tokens", "completion_tokens")] == [10, 11]


def test_equal_requests_get_equal_answers_and_others_get_others():
    assert ask().body == ask().body
    assert ask().body != ask(messages=[{"role": "user", "content": "Something else"}]).body


def test_a_stream_says_what_the_whole_answer_says():
    whole = message(ask())
    chunks = events(ask(stream=True))
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    assert "".join(delta.get("content", "") for delta in deltas) == whole["content"]
    reasoning = "".join(delta.get("reasoning_content", "") for delta in deltas)
    assert reasoning == whole["reasoning_content"]


def test_a_stream_starts_with_the_prompts_annotations_and_ends_with_the_usage():
    first, *_, last = events(ask(stream=True, stream_options={"include_usage": True}))
    assert first["choices"] == []
    assert first["prompt_filter_results"][0]["content_filter_results"]["hate"]["severity"] == "safe"
    assert last["choices"] == []
    assert last["usage"] == read(ask())["usage"]


def test_every_living_model_answers():
    assert {model: ask(model=model).status for model in ALIVE} == dict.fromkeys(ALIVE, 200)


@pytest.mark.parametrize(
    "model", [model.id for model in list_models() if model.status == "retired"] + ["gpt-4", ""]
)
def test_a_retired_or_unknown_model_is_not_available(model):
    reply = ask(model=model)
    assert reply.status == 400
    assert read(reply) == {
        "statusCode": 400,
        "message": f"Model {model} is not available, please check if the model is in the admin "
        "allowed range",
    }


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"temperature": 0.6}, "invalid temperature: only 1 is allowed for this model"),
        (
            {"temperature": 1, "thinking": {"type": "disabled"}},
            "invalid temperature: only 0.6 is allowed for this model",
        ),
        ({"top_p": 1}, "invalid top_p: only 0.95 is allowed for this model"),
        ({"n": 2}, "invalid n: only 1 is allowed for this model"),
        (
            {"tools": [WEATHER], "tool_choice": "required"},
            "tool_choice 'required' is incompatible with thinking enabled",
        ),
        ({"messages": []}, "Invalid request: messages must not be empty"),
        ({"max_tokens": 300_000}, "Your request exceeded model token limit : 262144"),
    ],
)
def test_a_rejected_parameter_gets_the_upstreams_words(parameters, message):
    reply = ask(**parameters)
    assert reply.status == 400
    assert read(reply) == {"error": {"message": message, "type": "invalid_request_error"}}


def test_a_lenient_gateway_accepts_what_a_model_rejects():
    assert ask(Gateway(strict=False), temperature=0.6, n=2).status == 200


@pytest.mark.parametrize(
    "headers", [{"authorization": ""}, {"authorization": "Bearer "}, {"authorization": "Basic x"}]
)
def test_without_a_key_the_key_is_not_found(headers):
    reply = ask(headers=headers)
    assert (reply.status, read(reply)) == (404, {"statusCode": 404, "message": "Key not found"})


def test_only_the_given_key_is_accepted():
    gateway = Gateway(api_key="right")
    assert ask(gateway).status == 404
    assert ask(gateway, {"authorization": "Bearer right"}).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/chat/completions/chat/completions"), ("GET", "/v1/chat/completions")],
)
def test_a_wrong_url_is_named(method, path):
    reply = send(method, path, {})
    assert reply.status == 404
    assert read(reply) == {
        "message": f"Cannot {method} {path}",
        "error": "Not Found",
        "statusCode": 404,
    }


def test_models_lists_what_the_page_lists_and_still_serves():
    listed = [model["id"] for model in read(send("GET", "/v1/models"))["data"]]
    served = {"new", "active", "deprecated"}
    assert listed == [model.id for model in list_models() if model.status in served]
    assert "kimi-k2-turbo-preview" not in listed
    assert "kimi-chat" not in listed
    assert read(send("GET", "/v1/models/kimi-k2.6"))["context_length"] == 262_144
    assert send("GET", "/v1/models/kimi-k2-thinking").status == 400


def test_thinking_can_be_switched_off():
    assert "reasoning_content" in message(ask())
    assert "reasoning_content" not in message(ask(thinking={"type": "disabled"}))


def test_a_small_budget_is_spent_on_reasoning():
    choice = read(ask(max_tokens=100))["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("length", "")
    assert choice["message"]["reasoning_content"]


def test_max_tokens_and_stop_cut_the_answer():
    plain = {"thinking": {"type": "disabled"}}
    choice = read(ask(max_tokens=3, **plain))["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("length", "Hello! How")
    choice = read(ask(stop=[" help"], **plain))["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("stop", "Hello! How can I")


def test_n_choices_differ():
    choices = read(ask(model="moonshot-v1-8k", n=3))["choices"]
    assert [choice["index"] for choice in choices] == [0, 1, 2]
    assert len({choice["message"]["content"] for choice in choices}) == 3


def test_a_tool_is_called_and_its_result_is_used():
    called = message(ask(tools=[WEATHER]))
    (call,) = called["tool_calls"]
    assert call["id"] == "functions.weather:0"
    assert json.loads(call["function"]["arguments"]) == {"city": "city"}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "18 °C"}
    answer = message(ask(tools=[WEATHER], messages=[*HELLO, called, result]))
    assert "18 °C" in answer["content"]
    assert "tool_calls" not in answer


def test_a_tool_loop_that_drops_the_reasoning_is_refused():
    called = message(ask(tools=[WEATHER]))
    del called["reasoning_content"]
    result = {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"], "content": "18 °C"}
    reply = ask(tools=[WEATHER], messages=[*HELLO, called, result])
    assert reply.status == 400
    assert "reasoning_content is missing" in read(reply)["error"]["message"]


def test_a_tool_can_be_called_for_several_rounds():
    gateway, messages = Gateway(tool_rounds=3), list(HELLO)
    ids = []
    while calls := (said := message(ask(gateway, tools=[WEATHER], messages=messages))).get(
        "tool_calls"
    ):
        ids.append(calls[0]["id"])
        messages += [said, {"role": "tool", "tool_call_id": ids[-1], "content": "rain"}]
    assert ids == [f"functions.weather:{index}" for index in range(3)]


def test_json_mode_answers_with_json():
    content = message(ask(response_format={"type": "json_object"}))["content"]
    assert json.loads(content) == {"answer": "Hello! How can I help you today?"}


def test_images_are_taken_inline_and_refused_by_address():
    def picture(url: str) -> list:
        return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]

    assert "1 image" in message(ask(messages=picture("data:image/png;base64,AA")))["content"]
    assert ask(messages=picture("ms://file-1")).status == 200
    assert ask(messages=picture("https://example.com/cat.png")).status == 400


def test_a_body_that_is_no_object_is_refused():
    assert send("POST", "/v1/chat/completions", [1]).status == 400


def test_neither_the_sdk_nor_pydantic_is_loaded():
    code = (
        "import sys, agentsflare_kimi.emulator.gateway as g; from agentsflare_kimi.emulator.wire "
        "import Request; g.Gateway().reply(Request(method='POST', path='/v1/chat/completions', "
        "headers={'authorization': 'Bearer k'}, body=b'{\"model\": \"nope\"}')); "
        "print([m for m in ('openai', 'pydantic', 'httpx', 'httpx2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_answer_that_was_begun_is_continued_not_repeated():
    begun = {"role": "assistant", "content": "Hello! How", "partial": True}
    said = message(ask(thinking={"type": "disabled"}, messages=[*HELLO, begun]))
    assert said["content"] == " can I help you today?"


def test_a_tool_result_needs_its_call():
    stray = {"role": "tool", "tool_call_id": "", "content": "18 °C"}
    reply = ask(messages=[*HELLO, stray])
    assert read(reply)["error"]["message"] == "tool_call_id  is not found"
    assert ask(Gateway(strict=False), messages=[*HELLO, stray]).status == 200


@pytest.mark.parametrize("count", [0, 6, 10**9])
def test_choices_have_a_limit(count):
    assert ask(model="kimi-chat", n=count).status == 400


def test_a_lone_surrogate_does_not_break_the_answer():
    reply = ask(messages=[{"role": "user", "content": "odd \ud800 text"}])
    assert "odd ? text" in message(reply)["content"]


FIELDS = st.sampled_from(
    [
        "messages",
        "tools",
        "tool_choice",
        "n",
        "max_tokens",
        "stop",
        "stream",
        "thinking",
        "model",
        "response_format",
        "stream_options",
        "role",
        "content",
        "tool_calls",
        "function",
        "name",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["user", "assistant", "tool"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=15,
)


@given(
    body=st.dictionaries(FIELDS, ANYTHING, max_size=6),
    model=st.sampled_from(["kimi-k2.6", "kimi-chat", "kimi-k3"]),
    scenario=st.sampled_from(list_scenarios()),
    is_strict=st.booleans(),
)
def test_any_body_gets_a_reply(body, model, scenario, is_strict):
    data = json.dumps(body | {"model": model}).encode()
    headers = {"authorization": "Bearer any"}
    request = Request(method="POST", path="/v1/chat/completions", headers=headers, body=data)
    reply = Gateway(strict=is_strict).reply(request, scenario)
    assert reply.status >= 200
    assert all(isinstance(part, bytes | Wait | Cut) for part in reply.parts)


def test_a_named_tool_is_called_once_after_each_message_of_the_user():
    other = {"type": "function", "function": {"name": "other"}}
    choice = {"type": "function", "function": {"name": "other"}}
    rest = {"model": "kimi-chat", "tools": [WEATHER, other], "tool_choice": choice}
    called = message(ask(**rest))
    assert called["tool_calls"][0]["function"] == {"name": "other", "arguments": "{}"}
    result = {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"], "content": "x"}
    answered = message(ask(messages=[*HELLO, called, result], **rest))
    assert answered["content"] == "The tool answered: x"
    assert message(ask(messages=[*HELLO, called, result, *HELLO], **rest))["tool_calls"]
    assert "tool_calls" not in message(ask(tools=[WEATHER], tool_choice="none"))


def test_an_answer_of_no_known_kind_is_named():
    request = Request(
        method="POST",
        path="/v1/chat/completions",
        headers={"authorization": "Bearer any"},
        body=json.dumps({"model": "kimi-chat", "messages": HELLO}).encode(),
    )
    with pytest.raises(TypeError, match="a text, a message or a completion, not int: 42"):
        Gateway().reply(request, answer=42)


def test_an_empty_assistant_message_is_refused():
    reply = ask(messages=[*HELLO, {"role": "assistant", "content": ""}])
    assert read(reply)["error"]["message"] == (
        "the message at position 1 with role 'assistant' must not be empty"
    )


def test_required_calls_each_tool_once_and_then_answers():
    tools = [{"type": "function", "function": {"name": name}} for name in ("work", "final_answer")]
    messages, called = [*HELLO], []
    for _ in range(3):
        said = message(
            ask(
                messages=messages,
                tools=tools,
                tool_choice="required",
                thinking={"type": "disabled"},
            )
        )
        for call in said.get("tool_calls", []):
            called.append(call["function"]["name"])
            messages += [said, {"role": "tool", "tool_call_id": call["id"], "content": "done"}]
    assert called == ["work", "final_answer"]
    assert said["content"] == "The tool answered: done"


@pytest.mark.parametrize("path", ["responses", "files", "batches", "embeddings"])
def test_a_path_that_the_gateway_lacks_is_answered_as_it_does(path):
    reply = send("POST", f"/v1/{path}", {"model": "kimi-k2.6"})
    assert (reply.status, read(reply)["message"]) == (404, f"Cannot POST /v1/{path}")
