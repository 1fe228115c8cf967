"""What one refusal teaches, over a socket: how often a request is sent, and with what."""

import warnings

import openai
import pytest

from agentsflare_kimi import (
    Kimi,
    KimiWarning,
    ModelError,
    RejectedParameterWarning,
    RetiredModelWarning,
)
from agentsflare_kimi.calling.learned_rejections import read_lessons
from agentsflare_kimi.emulator import Emulator

ASK = [{"role": "user", "content": "Hello"}]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
NAMED = {"type": "function", "function": {"name": "f"}}
OFF = {"type": "disabled"}
MISSING = "thinking is enabled but reasoning_content is missing in assistant tool call message at"


def refused(message, status=400):
    return {"status": status, "body": {"error": {"message": message}}}


def sent(judge, *bodies, **options):
    """Send *bodies* to a gateway that answers what *judge* says; return what it got."""
    with (
        Emulator(strict=False, extra_models=["house"], answers=judge) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", extra_models=["house"], **options) as client,
    ):
        for body in bodies:
            client.chat.completions.create(**{"messages": ASK, **body})
        return [request.body for request in emulator.requests]


def forced_only_without_thinking(body):
    is_forced = body.get("tool_choice") not in (None, "auto", "none")
    if is_forced and body.get("thinking") != OFF:
        kind = "required" if body["tool_choice"] == "required" else "specified"
        return refused(f"tool_choice '{kind}' is incompatible with thinking enabled")
    return "fine"


@pytest.mark.parametrize("choice", ["required", NAMED], ids=["required", "named"])
@pytest.mark.parametrize("model", ["kimi-k2.6", "kimi-k2.5", "house"])
def test_a_forced_tool_call_goes_out_without_thinking_in_one_request_after_the_first(model, choice):
    body = {"model": model, "tools": TOOLS, "tool_choice": choice}
    with pytest.warns(RejectedParameterWarning, match="AGENTSFLARE_ON_FORCED_TOOL") as caught:
        bodies = sent(forced_only_without_thinking, body, body, {"model": model})

    first, second, third, unforced = bodies
    assert "thinking" not in first
    assert second == third == first | {"thinking": OFF}
    assert "thinking" not in unforced, "thinking stays off for more than the forced request"
    assert len(caught) == 1


def always_thinking(body):
    if body.get("thinking") == OFF:
        return refused("invalid thinking: only type=enabled is allowed for this model")
    return forced_only_without_thinking(body)


@pytest.mark.filterwarnings("ignore::agentsflare_kimi.KimiWarning")
@pytest.mark.parametrize(
    ("model", "requests"), [("kimi-k2.7-code", 2), ("kimi-k3", 2), ("house", 3)]
)
def test_where_the_model_always_thinks_the_choice_is_softened(model, requests):
    body = {"model": model, "tools": TOOLS, "tool_choice": NAMED}
    with pytest.warns(KimiWarning, match="gateway rejected .* tool_choice"):
        bodies = sent(always_thinking, body, body)

    assert len(bodies) == requests + 1
    assert bodies[-1].get("tool_choice", "auto") == "auto"
    assert "thinking" not in bodies[-1]


def test_the_choice_can_be_softened_at_once_or_the_request_refused():
    body = {"model": "kimi-k2.6", "tools": TOOLS, "tool_choice": "required"}
    with pytest.warns(RejectedParameterWarning, match="without calling the tool"):
        bodies = sent(forced_only_without_thinking, body, on_forced_tool="auto")
    assert bodies[-1]["tool_choice"] == "auto"

    with pytest.raises(ModelError, match="AGENTSFLARE_ON_FORCED_TOOL"):
        sent(pytest.fail, body, on_forced_tool="error")
    with pytest.raises(openai.BadRequestError):
        sent(forced_only_without_thinking, body | {"model": "house"}, on_forced_tool="error")


def only_a_blank(body):
    for index, message in enumerate(body["messages"]):
        if message.get("tool_calls") and not message.get("reasoning_content"):
            return refused(f"{MISSING} index {index}")
    return "fine"


CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
HISTORY = [
    *ASK,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "a", "content": "1"},
]


@pytest.mark.parametrize(
    ("model", "tried"),
    [
        ("kimi-k2.6", [None, "", " ", " "]),
        ("house", [None, "", " ", " "]),
        ("kimi-k2-thinking", ["", " ", " "]),
    ],
)
def test_a_blank_is_sent_where_the_gateway_takes_empty_reasoning_for_none(model, tried):
    body = {"model": model, "messages": HISTORY}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bodies = sent(only_a_blank, body, body)

    assert [each["messages"][1].get("reasoning_content") for each in bodies] == tried
    told = [str(each.message) for each in caught if each.category is RejectedParameterWarning]
    assert "the gateway requires a blank" in told[-1]
    assert "reasoning_content" not in HISTORY[1]


def test_a_gateway_that_is_never_content_is_not_asked_for_ever():
    with pytest.warns(RejectedParameterWarning), pytest.raises(openai.BadRequestError):
        sent(lambda _: refused(f"{MISSING} index 1"), {"model": "kimi-k2.6", "messages": HISTORY})


DEVELOPER = [{"role": "developer", "content": "Be brief."}, *ASK]


@pytest.mark.parametrize(
    "text",
    [
        "role 'developer' is not allowed",
        "unsupported role ROLE_UNSPECIFIED",
        "invalid parameter 'messages[0].role': invalid role 'developer', must be one of: system",
        "messages[0].role: unknown variant `developer`, expected one of `system`, `user`",
        "Invalid value: 'developer'. Supported values are: 'system', 'assistant' and 'user'.",
        "Input should be 'system', 'user', 'assistant' or 'tool' for role",
    ],
)
@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("model", ["kimi-k2.6", "house"])
def test_developer_messages_become_system_messages_where_they_are_refused(model, status, text):
    def judge(body):
        is_refused = any(message["role"] == "developer" for message in body["messages"])
        return refused(text, status) if is_refused else "fine"

    body = {"model": model, "messages": DEVELOPER}
    with pytest.warns(RejectedParameterWarning, match="role set to 'system'") as caught:
        bodies = sent(judge, body, body)

    roles = [each["messages"][0]["role"] for each in bodies]
    assert roles == ["developer", "system", "system"]
    assert bodies[1]["messages"][0]["content"] == "Be brief."
    assert (DEVELOPER[0]["role"], len(caught)) == ("developer", 1)


def test_what_speaks_of_no_role_teaches_nothing_of_roles():
    assert read_lessons("the developer of this plugin has no access") == ()


def text_of(client, path, body):
    return client.post(path, body=body, cast_to=object)


@pytest.mark.parametrize("path", ["/completions", "/responses", "/responses?a=1"])
def test_other_paths_that_generate_text_learn_too(path):
    text = refused("invalid temperature: only 1 is allowed for this model")
    with (
        Emulator(answers=[text, "fine"]) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", max_retries=0) as client,
    ):
        body = {"model": "kimi-k2.6", "input": "Hello", "temperature": 0.6, "stop": "x"}
        chat = {"model": "kimi-k2.6", "messages": ASK, "temperature": 0.6}
        with pytest.warns(RejectedParameterWarning):
            client.chat.completions.create(**chat)
        with pytest.raises(openai.NotFoundError):
            text_of(client, path, body)

        assert emulator.requests[-1].body == {"model": "kimi-k2.6", "input": "Hello", "stop": "x"}


@pytest.mark.parametrize("path", ["/embeddings", "/images/generations", "/audio/speech"])
def test_a_name_that_is_no_kimi_name_is_not_judged_elsewhere(path):
    with (
        warnings.catch_warnings(),
        Emulator() as emulator,
        Kimi(base_url=emulator.base_url, api_key="k") as client,
    ):
        warnings.simplefilter("error")
        with pytest.raises(openai.NotFoundError):
            text_of(client, path, {"model": "text-embedding-3-small"})
        assert emulator.requests[0].body == {"model": "text-embedding-3-small"}
        with pytest.raises(ModelError, match=r"kimi-k2\.66"):
            text_of(client, path, {"model": "kimi-k2.66"})
        with pytest.raises(ModelError, match="gpt-4o"):
            text_of(client, "/responses", {"model": "gpt-4o"})
        with pytest.warns(RetiredModelWarning), pytest.raises(openai.NotFoundError):
            text_of(client, path, {"model": "kimi-k2-turbo-preview"})


def test_a_client_for_each_request_pays_for_a_lesson_once_and_another_key_for_itself():
    refusal = "invalid temperature: only 1 is allowed for this model"

    def judge(body):
        return refused(refusal) if "temperature" in body else "fine"

    with Emulator(strict=False, answers=judge) as emulator, warnings.catch_warnings():
        warnings.simplefilter("ignore", RejectedParameterWarning)
        for key in ("a", "a", "b", lambda: "c", lambda: "c"):
            with Kimi(base_url=emulator.base_url, api_key=key) as client:
                client.chat.completions.create(model="kimi-k2.6", messages=ASK, temperature=0.3)
        statuses = [request.status for request in emulator.requests]

    assert statuses == [400, 200, 200, 400, 200, 400, 200, 400, 200]


def schema_named(model, **more):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, **more}
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    return {"model": model, "messages": ASK, "response_format": wanted}


@pytest.mark.parametrize("model", ["kimi-k2.6", "kimi-k2.5"])
def test_the_name_of_a_schemas_dialect_is_left_out_once_it_was_refused(model):
    zod = schema_named(model, **{"$schema": "http://json-schema.org/draft-07/schema#"})
    with (
        Emulator() as emulator,
        Kimi(base_url=emulator.base_url, api_key="k") as client,
    ):
        with pytest.warns(RejectedParameterWarning, match=r"json_schema\.schema\.\$schema"):
            client.chat.completions.create(**zod)
        client.chat.completions.create(**zod)

        first, second, third = [request.body["response_format"] for request in emulator.requests]
    assert first == zod["response_format"]
    assert second == third == schema_named(model)["response_format"]


def test_a_keyword_that_constrains_the_answer_is_never_left_out():
    one_of = {"name": {"oneOf": [{"type": "string"}]}}
    with (
        Emulator() as emulator,
        Kimi(base_url=emulator.base_url, api_key="k") as client,
        pytest.raises(openai.BadRequestError, match="oneOf"),
    ):
        client.chat.completions.create(**schema_named("kimi-k2.6", properties=one_of))
