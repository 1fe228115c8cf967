import asyncio
import concurrent.futures
import contextlib
import inspect
import json
import logging
import math
import pickle
import threading
import warnings

import anyio
import openai
import pytest
from pydantic import BaseModel, SecretStr

from agentsflare_kimi import (
    AsyncKimi,
    ConfigurationError,
    DeprecatedModelWarning,
    Kimi,
    KimiSettings,
    LossyMigrationWarning,
    MissingApiKeyError,
    RejectedParameterWarning,
    RetiredModelError,
    RetiredModelWarning,
    UnknownModelError,
    UnlistedModelWarning,
    UnsafeBaseUrlError,
    create_async_client,
    create_client,
    list_models,
)
from agentsflare_kimi.emulator import Emulator

MESSAGES = [{"role": "user", "content": "Hello"}]
ENDED = [model.id for model in list_models() if model.status in {"retired", "deprecated"}]
HERE = __file__
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}


class Answer(BaseModel):
    text: str


@pytest.fixture
def emulator():
    with Emulator(api_key="k") as emulator:
        yield emulator


@pytest.fixture
def client(emulator):
    with Kimi(base_url=emulator.base_url, api_key="k") as client:
        yield client


@pytest.fixture
def no_waiting(monkeypatch):
    async def sleep(seconds):
        await asyncio.sleep(0)

    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(anyio, "sleep", sleep)


def line_of(function, fragment):
    lines, start = inspect.getsourcelines(function)
    return start + next(index for index, line in enumerate(lines) if fragment in line)


# One request, by every way that a program can make it. Each marks the line that is the caller's.


def create(client, **body):
    return client.chat.completions.create(**body)  # the line


def stream(client, **body):
    return list(client.chat.completions.create(stream=True, **body))  # the line


def parse(client, **body):
    return client.chat.completions.parse(response_format=Answer, **body)  # the line


def raw(client, **body):
    return client.chat.completions.with_raw_response.create(**body).parse()  # the line


def streaming_response(client, **body):
    with client.chat.completions.with_streaming_response.create(**body) as response:  # the line
        return response.parse()


def stream_helper(client, **body):
    with client.chat.completions.stream(**body) as events:  # the line
        return list(events)


async def create_async(client, **body):
    return await client.chat.completions.create(**body)  # the line


async def stream_async(client, **body):
    chunks = await client.chat.completions.create(stream=True, **body)  # the line
    return [chunk async for chunk in chunks]


async def parse_async(client, **body):
    return await client.chat.completions.parse(response_format=Answer, **body)  # the line


async def raw_async(client, **body):
    response = await client.chat.completions.with_raw_response.create(**body)  # the line
    return response.parse()


async def streaming_response_async(client, **body):
    method = client.chat.completions.with_streaming_response.create
    async with method(**body) as response:  # the line
        return await response.parse()


async def stream_helper_async(client, **body):
    async with client.chat.completions.stream(**body) as events:  # the line
        return [event async for event in events]


WAYS = [create, stream, parse, raw, streaming_response, stream_helper]
ASYNC_WAYS = [
    create_async,
    stream_async,
    parse_async,
    raw_async,
    streaming_response_async,
    stream_helper_async,
]


def ask(way, emulator, settings=None, **body):
    """Make one request by *way*, and return what it warned of."""
    options = {"settings": settings, "base_url": emulator.base_url, "api_key": "k"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if inspect.iscoroutinefunction(way):

            async def main():
                async with AsyncKimi(**options) as client:
                    return await way(client, **body)

            result = asyncio.run(main())
        else:
            with Kimi(**options) as client:
                result = way(client, **body)
    assert result
    return [warning for warning in caught if issubclass(warning.category, FutureWarning)]


@pytest.mark.parametrize("way", [*WAYS, *ASYNC_WAYS], ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", ENDED)
def test_an_ended_model_works_on_every_path_with_one_warning_at_the_callers_line(
    way, name, emulator, no_waiting
):
    emulator.scenario = ["overloaded-503"]

    (warning,) = ask(way, emulator, model=name, messages=MESSAGES)

    refused, accepted = emulator.requests
    assert (refused.status, accepted.status) == (503, 200)
    assert (warning.filename, warning.lineno) == (HERE, line_of(way, "# the line"))
    assert name in str(warning.message)
    if "vision" in name:
        assert warning.category is DeprecatedModelWarning
        assert accepted.model == name
    else:
        assert warning.category is RetiredModelWarning
        assert accepted.model == "kimi-k2.6"
        expected = "enabled" if "thinking" in name else "disabled"
        assert accepted.body["thinking"]["type"] == expected


def test_the_same_call_fails_with_the_stock_client_and_works_with_ours(emulator):
    call = {"model": "kimi-k2-turbo-preview", "messages": MESSAGES, "temperature": 0.6}
    with (
        openai.OpenAI(base_url=emulator.base_url, api_key="k") as stock,
        pytest.raises(openai.BadRequestError, match="is not available"),
    ):
        stock.chat.completions.create(**call)

    with (
        Kimi(base_url=emulator.base_url, api_key="k") as kimi,
        pytest.warns(RetiredModelWarning),
    ):
        completion = kimi.chat.completions.create(**call)

    assert completion.model == "kimi-k2.6"
    assert emulator.requests[-1].body["thinking"] == {"type": "disabled"}
    assert "temperature" not in emulator.requests[-1].body


def test_extra_body_counts(client, emulator):
    with pytest.warns(LossyMigrationWarning, match="temperature=0.6"):
        client.chat.completions.create(
            model="kimi-k2.6",
            messages=MESSAGES,
            temperature=0.6,
            extra_body={"model": "k2-turbo", "thinking": {"type": "enabled"}},
        )

    assert emulator.requests[0].model == "kimi-k2.6"
    assert emulator.requests[0].body["thinking"] == {"type": "enabled"}


def test_the_callers_own_parts_are_never_written_to(client):
    call = {
        "role": "assistant",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
    }
    result = {"role": "tool", "tool_call_id": "a", "content": "1"}
    body = {"messages": [*MESSAGES, call, result], "extra_body": {"top_p": 0.95}}
    before = json.dumps(body)

    with pytest.warns(RetiredModelWarning):
        client.chat.completions.create(model="kimi-k2-thinking", **body)

    assert json.dumps(body) == before


def test_a_warning_is_logged_once_and_nothing_goes_to_stdout(client, capfd, caplog):
    with (
        caplog.at_level(logging.INFO, logger="agentsflare_kimi"),
        pytest.warns(RetiredModelWarning),
    ):
        client.chat.completions.create(model="kimi-k2-0905-preview", messages=MESSAGES)

    (record,) = [r for r in caplog.records if r.name == "agentsflare_kimi"]
    assert "model_migrated" in record.getMessage()
    assert "kimi-k2-0905-preview" in record.getMessage()
    assert capfd.readouterr().out == ""


def test_names_the_page_does_not_list_are_sent_with_a_warning(client, emulator):
    with pytest.warns(UnlistedModelWarning, match="kimi-chat"):
        client.chat.completions.create(model="kimi-chat", messages=MESSAGES, temperature=0.7)

    assert emulator.requests[0].body["temperature"] == 0.7


def test_an_unknown_name_is_refused_before_anything_is_sent(client, emulator):
    with pytest.raises(UnknownModelError, match=r"Did you mean kimi-k2\.6"):
        client.chat.completions.create(model="kimi-k2.6-ultra", messages=MESSAGES)

    assert emulator.requests == ()


def test_an_extra_model_is_sent_without_a_word():
    with (
        Emulator(extra_models=["house-model"]) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", extra_models=["house-model"]) as client,
    ):
        assert client.chat.completions.create(model="house-model", messages=MESSAGES)


@pytest.mark.parametrize("path", ["/embeddings", "/completions"])
def test_other_endpoints_get_the_living_name_and_nothing_else(client, emulator, path):
    with pytest.warns(RetiredModelWarning), pytest.raises(openai.NotFoundError):
        client.post(path, body={"model": "k2-turbo", "temperature": 0.6}, cast_to=object)

    assert emulator.requests[0].body == {"model": "kimi-k2.6", "temperature": 0.6}


@pytest.mark.parametrize("name", ["kimi-k2-turbo-preview", "moonshot-v1-8k-vision-preview"])
def test_what_is_told_of_other_endpoints_is_only_what_was_done(name, emulator):
    with (
        Kimi(base_url=emulator.base_url, api_key="k", on_deprecated="migrate") as client,
        pytest.warns((RetiredModelWarning, DeprecatedModelWarning)) as caught,
        pytest.raises(openai.NotFoundError),
    ):
        client.post("/responses", body={"model": name}, cast_to=object)

    message = str(caught[0].message)
    assert "the request goes to kimi-k2.6 instead. Set AGENTSFLARE_ON_" in message
    assert "thinking" not in message


def test_a_body_without_a_model_passes_untouched(client, emulator):
    for body in ({"messages": []}, [1], None, {"model": 3}):
        with pytest.raises(openai.APIStatusError):
            client.post("/chat/completions", body=body, cast_to=object)

    assert [request.body for request in emulator.requests] == [
        {"messages": []},
        [1],
        None,
        {"model": 3},
    ]


# Parameters that a gateway rejects, for a model that the caller named.


@pytest.mark.parametrize(
    "way", [create, stream, raw, create_async, stream_async], ids=lambda w: w.__name__
)
def test_a_rejected_parameter_is_left_out_once_the_gateway_said_so(way, emulator):
    (warning,) = ask(way, emulator, model="kimi-k2.6", messages=MESSAGES, temperature=0.3, top_p=1)

    assert warning.category is RejectedParameterWarning
    assert (warning.filename, warning.lineno) == (HERE, line_of(way, "# the line"))
    first, second = emulator.requests
    assert first.body["temperature"] == 0.3
    assert not {"temperature", "top_p"} & second.body.keys()


def test_the_lesson_is_kept_for_this_client_and_model(client, emulator):
    call = {"model": "kimi-k2.6", "messages": MESSAGES, "temperature": 0.3}
    with pytest.warns(RejectedParameterWarning):
        client.chat.completions.create(**call)

    client.with_options(timeout=9).chat.completions.create(**call)
    assert len(emulator.requests) == 3

    with pytest.warns(RejectedParameterWarning):
        client.chat.completions.create(**call | {"model": "kimi-k2.5"})


def test_a_lenient_gateway_gets_what_the_caller_wrote():
    with (
        Emulator(strict=False) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k") as client,
    ):
        client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES, temperature=0.3)

        assert [request.body["temperature"] for request in emulator.requests] == [0.3]


def test_a_lesson_can_be_forced_early_or_forbidden(client, emulator):
    call = {"model": "kimi-k2.6", "messages": MESSAGES, "temperature": 0.3}
    with pytest.warns(RejectedParameterWarning, match="rejects parameters"):
        client.with_options(adapt_parameters="always").chat.completions.create(**call)
    assert len(emulator.requests) == 1

    with pytest.raises(openai.BadRequestError, match="invalid temperature"):
        client.with_options(adapt_parameters="never").chat.completions.create(**call)


def test_a_name_the_catalog_does_not_know_learns_from_the_gateways_words():
    replies = [
        {
            "status": 400,
            "body": {"error": {"message": "invalid temperature: only 1 is allowed for this model"}},
        },
        "fine",
    ]
    with (
        Emulator(extra_models=["house-model"], answers=replies) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", on_unknown="ignore") as client,
    ):
        with pytest.warns(RejectedParameterWarning, match="temperature=0.3"):
            client.chat.completions.create(
                model="house-model", messages=MESSAGES, temperature=0.3, n=2
            )
        assert emulator.requests[1].body == {"model": "house-model", "messages": MESSAGES}


REFUSED_N = "invalid n: only 1 is allowed for this model"
REFUSED_TEMPERATURE = "invalid temperature: only 1 is allowed for this model"
REFUSED_THINKING = "invalid thinking: only type=enabled is allowed for this model"
REFUSED_CHOICE = "tool_choice 'required' is incompatible with thinking enabled"
REFUSED_HISTORY = (
    "thinking is enabled but reasoning_content is missing in assistant tool call message at index 1"
)
ON = {"thinking": {"type": "enabled", "keep": "all"}}
OFF = {"thinking": {"type": "disabled"}}
NAMED = {"type": "function", "function": {"name": "f"}}


def refused(message):
    return {"status": 400, "body": {"error": {"message": message}}}


def sent_after(model, message, first, *then):
    """Send *first*, which the gateway answers with *message*, then more; return all bodies."""
    with (
        Emulator(strict=False, extra_models=[model], answers=[refused(message), "a"]) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", extra_models=[model]) as client,
    ):
        with pytest.warns(RejectedParameterWarning):
            client.chat.completions.create(model=model, **{"messages": MESSAGES, **first})
        for body in then:
            client.chat.completions.create(model=model, **{"messages": MESSAGES, **body})
        return [
            {key: value for key, value in request.body.items() if key not in {"model", "messages"}}
            for request in emulator.requests
        ]


@pytest.mark.parametrize(
    ("model", "message", "first", "then"),
    [
        ("kimi-k2.6", REFUSED_CHOICE, {"tool_choice": "required"}, {"tool_choice": "none"}),
        (
            "kimi-k2.6",
            REFUSED_CHOICE,
            {"tool_choice": "required"},
            {"tool_choice": "required"} | OFF,
        ),
        ("kimi-k2.7-code", REFUSED_THINKING, OFF, ON),
        ("kimi-k2.6", REFUSED_TEMPERATURE, {"temperature": 0.3}, {"temperature": 1}),
        ("kimi-k2.6", REFUSED_TEMPERATURE, {"temperature": 0.3}, {"temperature": 0.6} | OFF),
        ("house", REFUSED_CHOICE, {"tool_choice": "required"}, {"tool_choice": "none"}),
        ("house", REFUSED_CHOICE, {"tool_choice": "required"}, {"tool_choice": NAMED}),
        ("house", REFUSED_CHOICE, {"tool_choice": "required"}, {"tool_choice": "required"} | OFF),
        ("house", REFUSED_THINKING, OFF, ON),
        ("house", REFUSED_TEMPERATURE, {"temperature": 0.3}, {"temperature": 1.0}),
        ("house", REFUSED_N, {"n": 2, "temperature": 0}, {"n": 1, "temperature": 0.9}),
        ("moonshot-v1-8k", REFUSED_N, {"n": 3}, {"n": 3, "temperature": 0.9, "top_p": 0.5}),
    ],
)
def test_a_lesson_never_takes_what_was_not_refused(model, message, first, then):
    body = {key: then[key] for key in then.keys() - {"thinking"}}
    extra = {key: then[key] for key in then.keys() & {"thinking"}}
    start = {"extra_body": first} if first is OFF else first

    *_, last = sent_after(model, message, start, body | {"extra_body": extra})

    assert last == then


@pytest.mark.parametrize(
    ("model", "message", "first", "then"),
    [
        (
            "kimi-k2.6",
            REFUSED_CHOICE,
            {"tool_choice": "required"},
            {"tool_choice": "required"} | OFF,
        ),
        ("house", REFUSED_CHOICE, {"tool_choice": "required"}, {"tool_choice": "required"} | OFF),
        ("kimi-k2.7-code", REFUSED_CHOICE, {"tool_choice": "required"}, {"tool_choice": "auto"}),
        ("house", REFUSED_TEMPERATURE, {"temperature": 0.3}, {}),
        ("kimi-chat", REFUSED_TEMPERATURE, {"temperature": 0.7, "top_p": 0.5}, {"top_p": 0.5}),
        ("house", REFUSED_THINKING, {"extra_body": OFF}, {}),
        ("kimi-k2.5", REFUSED_THINKING, {"extra_body": OFF}, {}),
    ],
)
def test_a_lesson_takes_what_was_refused(model, message, first, then):
    *_, last = sent_after(model, message, first, first)

    assert last == then


def test_a_model_that_pins_nothing_loses_only_what_was_refused_there():
    first, second = sent_after("moonshot-v1-8k", REFUSED_N, {"n": 3, "temperature": 0})

    assert (first, second) == ({"n": 3, "temperature": 0}, {"temperature": 0})


def test_the_gateways_word_counts_where_the_catalog_expects_no_refusal():
    # Some gateways ignore that thinking is disabled.
    body = {"temperature": 0.6, "tool_choice": "required", "extra_body": OFF}

    assert (
        sent_after("kimi-k2.6", REFUSED_TEMPERATURE, body)[1] == {"tool_choice": "required"} | OFF
    )
    assert sent_after("kimi-k2.6", REFUSED_CHOICE, body)[1] == {"temperature": 0.6} | OFF


@pytest.mark.parametrize(
    ("body", "says"), [({"temperature": 0.3}, True), ({"temperature": 0.3, "n": 2}, False)]
)
def test_further_requests_are_spoken_of_only_if_they_fare_the_same(body, says):
    with (
        Emulator(extra_models=["house"], answers=[refused(REFUSED_TEMPERATURE), "a"]) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", extra_models=["house"]) as client,
        pytest.warns(RejectedParameterWarning, match="sent once more") as caught,
    ):
        client.chat.completions.create(model="house", messages=MESSAGES, **body)

    assert ("later requests to it will be changed too" in str(caught[0].message)) is says


@pytest.mark.filterwarnings("ignore::agentsflare_kimi.KimiWarning")
@pytest.mark.parametrize(
    ("model", "thinking"),
    [
        ("kimi-chat", {}),
        ("kimi-latest", {}),
        ("house", {}),
        ("kimi-k2-turbo-preview", {}),
        ("kimi-k2.6", OFF),
        ("kimi-k2.6", {}),
    ],
)
def test_reasoning_that_a_gateway_misses_is_given_to_any_model(model, thinking):
    turn = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    result = {"role": "tool", "tool_call_id": "a", "content": "1"}
    body = {"model": model, "messages": [*MESSAGES, turn, result], "extra_body": thinking}
    answers = [refused(REFUSED_HISTORY), "fine"]
    with (
        Emulator(strict=False, extra_models=["house"], answers=answers) as emulator,
        Kimi(base_url=emulator.base_url, api_key="k", extra_models=["house"]) as client,
    ):
        client.chat.completions.create(**body)
        client.chat.completions.create(**body)

    assert ["reasoning_content" in request.messages[1] for request in emulator.requests] == [
        False,
        True,
        True,
    ]
    assert emulator.requests[1].messages[1] == turn | {"reasoning_content": ""}
    assert emulator.requests[1].body.get("thinking") == emulator.requests[0].body.get("thinking")


def test_another_400_is_the_callers_business(client, emulator):
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="kimi-k2.6", messages=[])

    assert len(emulator.requests) == 1


# Construction: argument > settings > environment > default, and nothing of OpenAI's.


def test_a_client_is_made_from_the_environment(monkeypatch, emulator):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", " 'k' ")
    monkeypatch.setenv("AGENTSFLARE_BASE_URL", emulator.base_url + "/chat/completions")
    monkeypatch.setenv("AGENTSFLARE_MAX_RETRIES", "5")

    with Kimi() as client:
        assert client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
        assert isinstance(client, openai.OpenAI)
        assert client.max_retries == client.settings.max_retries == 5
        assert (client.timeout.read, client.timeout.connect) == (300, 5)


@pytest.mark.parametrize("make", [Kimi, AsyncKimi, create_client, create_async_client])
def test_without_a_key_construction_says_what_to_do(make, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")

    for key in (None, "", " "):
        with pytest.raises(MissingApiKeyError, match="AGENTSFLARE_API_KEY") as caught:
            make(api_key=key)
        assert "emulator" in str(caught.value)
        assert isinstance(caught.value, openai.OpenAIError)


def test_an_empty_argument_is_no_argument(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "from-environment")
    monkeypatch.setenv("AGENTSFLARE_BASE_URL", "http://localhost:9/v1")

    for nothing in (None, "", " "):
        client = Kimi(api_key=nothing, base_url=nothing)
        assert client.api_key == "from-environment"
        assert str(client.base_url) == "http://localhost:9/v1/"


@pytest.mark.parametrize("make", [Kimi, AsyncKimi, create_client, create_async_client])
def test_an_argument_wins_over_settings_over_the_environment(make, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "from-environment")
    monkeypatch.setenv("AGENTSFLARE_MAX_RETRIES", "7")
    settings = KimiSettings(api_key="from-settings", timeout=11)

    client = make(settings=settings, api_key="from-argument", on_retired="error")

    assert client.api_key == "from-argument"
    assert client.max_retries == 7
    assert client.timeout.read == 11
    assert client.settings.on_retired == "error"
    assert make(settings=settings).api_key == "from-settings"
    assert make().api_key == "from-environment"


@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
def test_copies_keep_class_and_settings(make):
    client = make(api_key="k", on_retired="error", keep_reasoning=False)

    for copied in (
        client.with_options(timeout=3),
        client.copy(max_retries=1),
        client.with_options().copy(),
    ):
        assert type(copied) is make
        assert copied.settings.on_retired == "error"
        assert copied.settings.keep_reasoning is False
    assert client.with_options(on_retired="warn").settings.on_retired == "warn"
    assert client.with_options(timeout=3).timeout == 3
    assert client.with_options(timeout=3).settings.timeout == 3
    assert client.with_options(api_key="other").settings.api_key.get_secret_value() == "other"
    other = KimiSettings(api_key="third", base_url="http://localhost:9/v1")
    assert client.copy(settings=other).api_key == "third"
    assert str(client.copy(settings=other).base_url) == "http://localhost:9/v1/"


def test_a_refusal_survives_a_copy(client):
    with pytest.raises(RetiredModelError, match=r"use kimi-k2\.6") as caught:
        client.with_options(on_retired="error").with_options(max_retries=0).chat.completions.create(
            model="kimi-k2-thinking", messages=MESSAGES
        )

    assert caught.value.suggestions == ("kimi-k2.6",)


def test_a_subclass_stays_a_subclass(emulator):
    class Mine(Kimi):
        pass

    client = Mine(base_url=emulator.base_url, api_key="k").with_options(max_retries=0)

    assert type(client) is Mine
    with client:
        assert client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)


def test_the_sdks_own_arguments_work(emulator):
    http_client = openai.DefaultHttpxClient(transport=emulator.transport())
    client = Kimi(
        api_key=lambda: "k",
        base_url=emulator.base_url,
        http_client=http_client,
        default_headers={"X-Team": "blue"},
        default_query={"q": "1"},
        timeout=openai.Timeout(3),
        max_retries=0,
    )
    with client:
        client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)

    assert client.timeout == openai.Timeout(3)
    assert emulator.requests[0].headers["x-team"] == "blue"
    assert "q=1" in emulator.requests[0].path
    assert http_client.is_closed


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [(None, math.inf), (openai.Timeout(5), 5), (openai.Timeout(None), math.inf), (7, 7)],
    ids=str,
)
def test_settings_say_what_is_in_force(timeout, expected, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "of-the-environment")
    monkeypatch.setenv("AGENTSFLARE_TIMEOUT", "11")

    client = Kimi(timeout=timeout, api_key=lambda: "other")

    assert client.settings.timeout == expected
    assert client.settings.api_key is None
    assert client.with_options(max_retries=1).timeout == client.timeout
    assert client.with_options(on_retired="warn").settings.timeout == expected


def test_no_timeout_can_be_set_by_variable(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_TIMEOUT", "inf")

    assert Kimi(api_key="k").timeout == openai.Timeout(None, connect=5)


def test_a_wrong_argument_is_named():
    with pytest.raises(ConfigurationError, match="on_retired"):
        Kimi(api_key="k", on_retired="maybe")
    with pytest.raises(TypeError, match="on_retierd"):
        Kimi(api_key="k", on_retierd="warn")


def test_an_env_file_is_read_when_named(tmp_path, monkeypatch):
    file = tmp_path / "settings.env"
    file.write_text("AGENTSFLARE_API_KEY=from-file\nAGENTSFLARE_MAX_RETRIES=4\n")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("AGENTSFLARE_API_KEY=not-asked-for\n")

    assert create_client(env_file=file).api_key == "from-file"
    with pytest.raises(MissingApiKeyError):
        create_client()


OPENAI_VARIABLES = {
    "OPENAI_API_KEY": "sk-openai-canary",
    "OPENAI_BASE_URL": "http://127.0.0.1:1/openai-canary",
    "OPENAI_ORG_ID": "org-openai-canary",
    "OPENAI_PROJECT_ID": "proj-openai-canary",
    "OPENAI_ADMIN_KEY": "sk-admin-openai-canary",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer openai-canary\nX-Canary: openai-canary",
    "OPENAI_WEBHOOK_SECRET": "whsec-openai-canary",
}


@pytest.mark.parametrize("copied", [False, True], ids=["client", "with_options"])
@pytest.mark.parametrize("way", [create, create_async], ids=["sync", "async"])
@pytest.mark.parametrize("variable", OPENAI_VARIABLES)
def test_no_openai_variable_has_any_effect(variable, way, copied, monkeypatch):
    monkeypatch.setenv(variable, OPENAI_VARIABLES[variable])

    with Emulator(api_key="k") as emulator:
        make = AsyncKimi if way is create_async else Kimi
        client = make(api_key="k", base_url=emulator.base_url)
        client = client.with_options(max_retries=0) if copied else client
        body = {"model": "kimi-k2.6", "messages": MESSAGES}
        asyncio.run(way(client, **body)) if way is create_async else way(client, **body)

        (request,) = emulator.requests
    assert request.status == 200, "another key than ours was sent"
    assert "canary" not in json.dumps(dict(request.headers))
    assert not {"openai-organization", "openai-project"} & request.headers.keys()
    state = {name: value for name, value in vars(client).items() if not name.startswith("__")}
    assert "canary" not in repr(state)


def test_what_the_caller_passes_itself_is_sent(emulator):
    client = Kimi(
        api_key="k",
        base_url=emulator.base_url,
        organization="org-1",
        project="proj-1",
        webhook_secret="w",
    ).with_options(max_retries=0)
    client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)

    assert emulator.requests[0].headers["openai-organization"] == "org-1"
    assert emulator.requests[0].headers["openai-project"] == "proj-1"
    assert client.webhook_secret == "w"


# It stays what the SDK's users know.


@pytest.mark.parametrize(
    ("ours", "theirs"), [(Kimi, openai.OpenAI), (AsyncKimi, openai.AsyncOpenAI)]
)
def test_signatures_have_the_sdks_keywords_and_ours(ours, theirs):
    for method in ("__init__", "copy", "with_options"):
        mine = inspect.signature(getattr(ours, method)).parameters
        assert mine.keys() >= inspect.signature(getattr(theirs, method)).parameters.keys()
        assert mine.keys() >= {"settings", *KimiSettings.model_fields}
    init = inspect.signature(ours.__init__).parameters.keys()
    assert init - inspect.signature(ours.copy).parameters.keys() <= {
        "_strict_response_validation",
        "env_file",
    }
    assert "OPENAI_API_KEY" not in ours.__init__.__doc__


@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
def test_a_mistyped_keyword_is_told_with_the_right_one(make):
    expected = rf"{make.__name__}\(\) .* 'on_retried'; did you mean 'on_retired'\?"
    with pytest.raises(TypeError, match=expected):
        make(api_key="k", on_retried="warn")


def test_threads_share_a_client(client, emulator):
    def work():
        for _ in range(5):
            client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [request.status for request in emulator.requests] == [200] * 40


def test_a_bare_method_in_a_thread_still_warns(client):
    results = []

    def run():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            client.chat.completions.create(model="kimi-k2-thinking", messages=MESSAGES)
            results.extend(caught)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert [warning.category for warning in results] == [RetiredModelWarning]


def test_machinery_between_the_caller_and_the_client_is_never_the_caller(client):
    create = client.chat.completions.create
    body = {"model": "kimi-k2-thinking", "messages": MESSAGES}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)  # of what other tests left behind
        with contextlib.ExitStack() as stack:
            stack.enter_context(client.chat.completions.stream(**body))  # the line
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pool.submit(create, **body).result()  # waits for the pool
        thread = threading.Thread(target=create, kwargs=body)
        # Which of the two waits when the request is made is a matter of chance.
        for wait in (thread.start, thread.join):
            wait()  # waits for the thread

    this = test_machinery_between_the_caller_and_the_client_is_never_the_caller
    marks = "# the line", "# waits for the pool", "# waits for the thread"
    places = [(warning.filename, warning.lineno) for warning in caught]
    assert places == [(HERE, line_of(this, mark)) for mark in marks]


def test_repr_and_pickled_settings_hold_no_key(client):
    assert "'k'" not in repr(client.settings)
    assert b"sk-canary" not in pickle.dumps(KimiSettings(api_key="sk-canary"))


OTHER_SERVICES = [{"data_residency": "eu"}, {"provider": object()}, {"workload_identity": {"a": 1}}]


@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
@pytest.mark.parametrize("options", OTHER_SERVICES, ids=lambda options: next(iter(options)))
def test_options_that_lead_to_another_service_are_refused(make, options, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    client = make(api_key="k")

    for build in (lambda: make(api_key="k", **options), lambda: client.with_options(**options)):
        with pytest.raises(ConfigurationError, match=rf"{next(iter(options))} .* leave it out"):
            build()


@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
def test_a_base_url_that_is_assigned_is_checked_as_any_other(make):
    client = make(api_key="k", base_url="https://one.example/v1")
    client.base_url = "https://two.example/v1/chat/completions"

    for each in (client, client.with_options(max_retries=0)):
        assert str(each.base_url) == "https://two.example/v1/"
        assert each.settings.base_url == "https://two.example/v1"
    with pytest.raises(UnsafeBaseUrlError, match="plain http"):
        client.base_url = "http://three.example/v1"
    assert str(client.base_url) == "https://two.example/v1/"


@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
def test_a_key_may_come_as_a_secret(make, monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_API_KEY", "from-environment")
    client = make(api_key=SecretStr("alice"))

    assert client.api_key == client.settings.api_key.get_secret_value() == "alice"
    other = client.copy(api_key=SecretStr("bob"))
    assert other.api_key == other.settings.api_key.get_secret_value() == "bob"


@pytest.mark.parametrize("given", [math.inf, 1e12, "inf", "30", 30])
def test_any_timeout_that_a_setting_may_have_can_be_given(emulator, given):
    client = Kimi(base_url=emulator.base_url, api_key="k", timeout=given)

    for each in (client, client.with_options(timeout=given)):
        each.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
        assert each.settings.timeout in {30, math.inf, 1e12}


@pytest.mark.parametrize("make", [Kimi, AsyncKimi])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_goes_to_this_machine_goes_past_any_proxy(make, host, emulator, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    client = make(base_url=emulator.base_url.replace("127.0.0.1", host), api_key="k")

    answer = client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
    if inspect.isawaitable(answer):
        asyncio.run(answer)

    assert len(emulator.requests) == 1
