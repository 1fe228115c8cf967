"""Which model answered, and what headers announce: said once, or refused, or left alone."""

import asyncio
import json
import logging
import pickle
import warnings

import openai
import pytest
from loopback import serving

from agentsflare_kimi import (
    AsyncKimi,
    DeprecatedModelWarning,
    Kimi,
    KimiWarning,
    ServedModelError,
    ServedModelWarning,
    StreamReader,
    diagnose,
    extract_content,
)
from agentsflare_kimi.calling.end_headers import announced_end
from agentsflare_kimi.calling.observing import observing
from agentsflare_kimi.emulator import Emulator

SERVED = {"x-emulator-scenario": "served-model"}
ASKED = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]}


def answer(model, text="Hi"):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    choice["finish_reason"] = "stop"
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
    }


def events(*models):
    chunks = [
        {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "delta": {"content": "a"},
                    "finish_reason": "stop" if place == len(models) - 1 else None,
                }
            ],
        }
        for place, model in enumerate(models)
    ]
    return (
        "".join(f"data: {json.dumps(each)}\n\n" for each in chunks).encode() + b"data: [DONE]\n\n"
    )


def kimi(server, **options):
    return Kimi(base_url=server.base_url, api_key="k", max_retries=0, **options)


def create(client, **options):
    return client.chat.completions.create(**ASKED | options)


def whole(client):
    return create(client).model


def streamed(client):
    return [chunk.model for chunk in create(client, stream=True)]


def raw(client):
    return client.chat.completions.with_raw_response.create(**ASKED).parse().model


def unparsed(client):
    return client.chat.completions.with_raw_response.create(**ASKED).http_response.json()["model"]


def parsed(client):
    return client.chat.completions.parse(**ASKED).model


def said(do, category=KimiWarning):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        do()
    return [each for each in caught if issubclass(each.category, category)]


def served(model, *, sent="kimi-k2.6", **options):
    """Return what is warned of when *model* answers."""
    body = json.dumps(answer(model)).encode()
    with (
        serving(body, content_type="application/json") as server,
        kimi(server, **options) as client,
    ):
        return said(lambda: create(client, model=sent), ServedModelWarning)


@pytest.mark.parametrize("ask", [whole, streamed, raw, unparsed, parsed])
def test_another_model_is_said_once_for_each_client_and_pair(ask):
    body, kind = json.dumps(answer("kimi-k2.5")).encode(), "application/json"
    if ask is streamed:
        body, kind = events("kimi-k2.5", "kimi-k2.5"), "text/event-stream"
    with (
        serving(body, content_type=kind) as server,
        kimi(server) as client,
        kimi(server) as other,
    ):
        caught = said(lambda: [ask(client), ask(client), ask(client.with_options())])
        [of_the_other] = said(lambda: ask(other))

    [warning] = caught
    assert warning.category is of_the_other.category is ServedModelWarning
    assert warning.filename == __file__
    assert "kimi-k2.6" in str(warning.message)
    assert "kimi-k2.5" in str(warning.message)
    assert "AGENTSFLARE_ON_SUBSTITUTION" in str(warning.message)


@pytest.mark.parametrize("name", ["http_response", "response", "watch"])
@pytest.mark.parametrize("value", ["text", {"a": 1}, [1]])
def test_fields_of_an_answer_may_have_any_name(name, value):
    body = json.dumps({**answer("kimi-k2.6"), name: value}).encode()
    with serving(body, content_type="application/json") as server, kimi(server) as client:
        assert getattr(create(client), name) == value


def test_each_pair_of_one_client_is_said():
    with Emulator() as emulator, kimi(emulator) as client:
        caught = said(
            lambda: [
                create(client, model=model, extra_headers=SERVED)
                for model in ("kimi-k2.6", "kimi-k2.7-code", "kimi-k2.6", "kimi-k2.7-code")
            ],
            ServedModelWarning,
        )

    assert len(caught) == 2


@pytest.mark.parametrize("is_stream", [False, True])
def test_the_async_client_says_it_too(is_stream):
    async def ask(emulator):
        options = {"base_url": emulator.base_url, "api_key": "k"}
        async with AsyncKimi(**options) as client:
            for _ in range(2):
                came = await create(client, stream=is_stream, extra_headers=SERVED)
                if is_stream:
                    assert [chunk async for chunk in came]

    with Emulator() as emulator:
        [warning] = said(lambda: asyncio.run(ask(emulator)))

    assert warning.category is ServedModelWarning
    assert warning.filename == __file__


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("kimi-k2.6", "kimi-k2.6"),
        ("kimi-k2.6", "Kimi-K2.6"),
        ("kimi-k2.6", "moonshotai/kimi-k2.6"),
        ("kimi-k2.6", "kimi-k2.6-20260420"),
        ("kimi-k2.6", "accounts/fireworks/models/kimi-k2p6"),
        ("kimi-k2.6", "FW-Kimi-K2.6"),
        ("kimi-k2.6", ""),
        ("kimi-k2.6", None),
        ("kimi-k2.6", 26),
        ("kimi-latest", "kimi-k2.6"),
        ("moonshot-v1-auto", "moonshot-v1-8k"),
        ("kimi-chat", "kimi-k2.6"),
        ("acme-router", "acme-model-7"),
    ],
)
def test_the_same_model_by_another_name_is_none(sent, name):
    assert served(name, sent=sent, on_unknown="ignore") == []


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("kimi-k2.6", "kimi-k2.5"),
        ("kimi-k2.6", "moonshotai/kimi-k2.5"),
        ("kimi-k2.6", "gpt-4o-mini"),
        ("kimi-k2.6", "\x1b[2J"),
        # What was sent counts, not what the caller wrote.
        ("kimi-k2-0905-preview", "kimi-k2-0905-preview"),
    ],
)
def test_another_model_is_named_safely(sent, name):
    [warning] = served(name, sent=sent)

    assert str(warning.message).isprintable()


def test_a_migrated_request_answered_by_its_successor_is_fine():
    assert served("kimi-k2.6", sent="kimi-k2-0905-preview") == []


def test_ignored_and_empty_chunks_say_nothing():
    assert served("kimi-k2.5", on_substitution="ignore") == []
    keep_alive = {"id": "", "model": "keep-alive", "object": "", "choices": []}
    body = f"data: {json.dumps(keep_alive)}\n\n".encode() + events("", "kimi-k2.6")
    with serving(body) as server, kimi(server, on_substitution="error") as client:
        assert said(lambda: streamed(client)) == []


@pytest.mark.parametrize("ask", [whole, raw, unparsed, parsed])
def test_as_an_error_it_keeps_the_answer(ask):
    body = json.dumps(answer("kimi-k2.5", "the text")).encode()
    with (
        serving(body, content_type="application/json") as server,
        kimi(server, on_substitution="error") as client,
    ):
        for _ in range(2):  # each time
            with pytest.raises(ServedModelError) as caught:
                ask(client)

    error = caught.value
    assert isinstance(error, openai.APIError)
    assert (error.model_sent, error.model_served) == ("kimi-k2.6", "kimi-k2.5")
    assert error.partial == extract_content(error.completion) == "the text"
    assert diagnose(error).cause == "model_substituted"
    assert error.__notes__[0].startswith("agentsflare-kimi: model_substituted")
    assert pickle.loads(pickle.dumps(error)).partial == "the text"


def test_as_an_error_it_ends_a_stream_at_once():
    with (
        serving(events("kimi-k2.5", "kimi-k2.5")) as server,
        kimi(server, on_substitution="error") as client,
    ):
        reader = StreamReader(create(client, stream=True))
        with pytest.raises(ServedModelError) as caught:
            list(reader)

    assert caught.value.partial == "a"
    assert reader.content == "a"
    assert not reader.is_complete


def test_of_the_responses_api_too():
    body = {"id": "r", "object": "response", "output": [], "status": "completed"}
    body["model"] = "kimi-k2.5"
    with (
        serving(json.dumps(body).encode(), content_type="application/json") as server,
        kimi(server) as client,
    ):
        caught = said(lambda: client.responses.create(model="kimi-k2.6", input="Hi"))

    assert [each.category for each in caught] == [ServedModelWarning]


def test_a_warning_made_an_error_is_raised_each_time():
    with (
        Emulator(scenario="served-model") as emulator,
        kimi(emulator) as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error", KimiWarning)
        for _ in range(2):
            with pytest.raises(ServedModelWarning):
                create(client)


def test_a_server_hears_of_each_request():
    with Emulator(scenario="served-model") as emulator, kimi(emulator) as client:
        for _ in range(2):
            with observing() as observed:
                assert said(lambda: create(client)) == []
            assert [notice.kind for notice in observed.notices] == ["substituted"]


def test_it_is_logged(caplog):
    with (
        Emulator(scenario="served-model") as emulator,
        kimi(emulator) as client,
        caplog.at_level(logging.INFO, "agentsflare_kimi"),
    ):
        said(lambda: create(client))

    assert "model_substituted" in caplog.text


# ---------- Headers

TWO_LINKS = "<https://a.example>; rel=next, <https://b.example>; rel=sunset"

ENDING = {"x-emulator-scenario": "deprecation-headers"}


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_announced_end_is_said_once_for_a_model(is_stream, caplog):
    def ask(client, model):
        came = create(client, model=model, extra_headers=ENDING, stream=is_stream)
        return list(came) if is_stream else came

    with Emulator() as emulator, kimi(emulator) as client:
        caught = said(
            lambda: [ask(client, model) for model in ("kimi-k2.6", "kimi-k2.6", "kimi-k2.7-code")]
        )

    assert [each.category for each in caught] == [DeprecatedModelWarning] * 2
    assert "kimi-k2.6 is deprecated from 2026-12-31 on" in str(caught[0].message)
    assert "ends on 2026-12-31; see https://platform.kimi.ai/docs/models." in str(caught[0].message)
    assert "kimi-k2.7-code is deprecated" in str(caught[1].message)
    assert "model_end_announced" in caplog.text


def test_raw_and_async_answers_have_headers_too():
    async def ask(emulator):
        async with AsyncKimi(base_url=emulator.base_url, api_key="k") as client:
            await client.chat.completions.with_raw_response.create(**ASKED)
            async with client.chat.completions.with_streaming_response.create(**ASKED):
                pass

    with Emulator(scenario="deprecation-headers") as emulator:
        assert len(said(lambda: asyncio.run(ask(emulator)))) == 1


def test_an_announced_end_can_be_silenced():
    with (
        Emulator(scenario="deprecation-headers") as emulator,
        kimi(emulator, on_deprecated="ignore") as client,
    ):
        assert said(lambda: create(client)) == []


def test_a_warning_made_an_error_is_raised_each_time_and_closes_the_answer():
    closed = []

    class Client(Kimi):
        def _process_response(self, *, response, **options):
            try:
                return super()._process_response(response=response, **options)
            finally:
                closed.append(response.is_closed)

    with (
        Emulator(scenario="deprecation-headers") as emulator,
        Client(base_url=emulator.base_url, api_key="k") as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("error", KimiWarning)
        for _ in range(2):
            with pytest.raises(DeprecatedModelWarning):
                create(client, stream=True)
    assert closed == [True, True]


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, ""),
        ({"link": '<https://a.example/x>; rel="deprecation"'}, ""),
        ({"deprecation": "false"}, ""),
        ({"deprecation": "true"}, "is deprecated"),
        ({"deprecation": "@1688169599"}, "is deprecated from 2023-06-30 on"),
        ({"deprecation": "Sun, 11 Nov 2018 23:59:59 GMT"}, "is deprecated from 2018-11-11 on"),
        ({"sunset": "2027-01-31"}, "ends on 2027-01-31"),
        ({"sunset": "soon \x1b[2J"}, "is going to end"),
        ({"sunset": "@999999999999"}, "is going to end"),
        (
            {
                "sunset": "2027-01-31",
                "link": "<https://a.example>; rel=next, <https://b.example>; rel=sunset",
            },
            "ends on 2027-01-31; see https://b.example",
        ),
        ({"sunset": "x", "link": '<javascript:alert(1)>; rel="sunset"'}, "is going to end"),
    ],
)
def test_headers_are_read_leniently(headers, text):
    assert announced_end(headers) == text
