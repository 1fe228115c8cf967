"""Each scenario over a real socket, as the plain SDK sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from agentsflare_kimi.emulator import Emulator, UnknownScenarioError, list_scenarios

HELLO = [{"role": "user", "content": "Hello, how are you?"}]
ANSWER = "Hello! How can I help you today?"

ERRORS = {
    "bad-key": (openai.NotFoundError, "Key not found"),
    "model-not-available": (openai.BadRequestError, "Model kimi-chat is not available"),
    "wrong-url": (openai.NotFoundError, ""),
    "model-not-found": (openai.NotFoundError, "Not found the model kimi-chat or Permission"),
    "upstream-key": (openai.AuthenticationError, "Invalid Authentication"),
    "permission-denied": (openai.PermissionDeniedError, "Permission denied"),
    "context-exceeded": (openai.BadRequestError, "exceeded model token limit"),
    "rate-limited": (openai.RateLimitError, "max concurrency"),
    "rate-limited-hour": (openai.RateLimitError, "max TPD"),
    "rate-limited-gateway": (openai.RateLimitError, "channel tier"),
    "overloaded": (openai.RateLimitError, "overloaded"),
    "overloaded-503": (openai.InternalServerError, "unavailable"),
    "overloaded-529": (openai.InternalServerError, "Overloaded"),
    "balance-exhausted": (openai.RateLimitError, "current token quota"),
    "balance-insufficient": (openai.RateLimitError, "Insufficient balance"),
    "balance-recharge": (openai.RateLimitError, "please recharge"),
    "balance-gateway": (openai.RateLimitError, "Insufficient balance"),
    "balance-openai": (openai.RateLimitError, "current quota"),
    "server-error": (openai.InternalServerError, "Internal server error"),
    "unexpected-output": (openai.InternalServerError, "unexpected output"),
    "quota-with-ids": (openai.RateLimitError, "max RPM"),
    "ip-not-allowed": (openai.PermissionDeniedError, "allowlist"),
    "console-404": (openai.NotFoundError, ""),
    "bad-gateway": (openai.InternalServerError, "Bad Gateway"),
    "edge-502": (openai.InternalServerError, ""),
    "edge-504": (openai.InternalServerError, ""),
    "edge-520": (openai.InternalServerError, ""),
    "edge-524": (openai.InternalServerError, ""),
    "prompt-blocked": (openai.BadRequestError, "blocked"),
    "prompt-blocked-sibling": (openai.BadRequestError, "blocked"),
    "prompt-blocked-moonshot": (openai.BadRequestError, "high risk"),
    "prompt-blocked-foundry": (openai.BadRequestError, ""),
}
# With status 200, and no answer all the same: what the plain SDK makes of them is not ours.
ODD_ANSWERS = {
    "html-200",
    "error-200",
    "gateway-error-200",
    "empty-200",
    "half-json",
    "no-choices",
}
CUT = {"reset", "truncated"}
BROKEN_STREAMS = {
    "stream-error": openai.APIError,
    "stream-error-moonshot": openai.APIError,
    "stream-error-text": openai.APIError,
    "stream-garbage": json.JSONDecodeError,
    "stall": None,
}
SILENT_STREAMS = {
    "stream-cut",
    "stream-error-gateway",
    "stream-html",
    "empty-stream",
    "comments-only",
}
# The plain SDK reads these wrongly: facts/reliability.md section 3.
MISREAD_STREAMS = {"bom", "pings", "stream-error-event"}
WAITING = {"no-answer", "slow"}
NAMES = {scenario.name for scenario in list_scenarios()}
GOOD = NAMES.difference(
    ERRORS,
    ODD_ANSWERS,
    CUT,
    BROKEN_STREAMS,
    SILENT_STREAMS,
    MISREAD_STREAMS,
    WAITING,
    {"error-beside-choices"},
)
BLOCKED = {"output-blocked", "output-blocked-late", "output-blocked-foundry"}


@pytest.fixture(scope="module")
def client() -> Iterator[openai.OpenAI]:
    with (
        Emulator() as emulator,
        openai.OpenAI(
            base_url=emulator.base_url, api_key="any", max_retries=0, timeout=0.5
        ) as client,
    ):
        yield client


def ask(client: openai.OpenAI, scenario: str, **rest):
    headers = {"x-emulator-scenario": scenario}
    return client.chat.completions.create(
        model="kimi-chat", messages=HELLO, extra_headers=headers, **rest
    )


def read(stream) -> str:
    choices = [choice for chunk in stream for choice in chunk.choices or []]
    return "".join((choice.delta and choice.delta.content) or "" for choice in choices)


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_has_the_sdks_class_and_the_wires_words(client, name, is_stream):
    kind, words = ERRORS[name]
    with pytest.raises(kind, match=words or None) as caught:
        ask(client, name, stream=is_stream)
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", sorted(GOOD - BLOCKED))
def test_a_good_answer_stays_one(client, name):
    assert ask(client, name).choices[0].message.content == ANSWER
    assert read(ask(client, name, stream=True)) == ANSWER


@pytest.mark.parametrize("name", sorted(BLOCKED))
def test_a_blocked_answer_says_so(client, name):
    whole = ask(client, name).choices[0]
    assert whole.finish_reason == "content_filter"
    chunks = list(ask(client, name, stream=True))
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices]
    assert [reason for reason in reasons if reason][-1] == "content_filter"
    assert ANSWER.startswith(whole.message.content)
    assert ANSWER.startswith(read(chunks))


@pytest.mark.parametrize("name", sorted(CUT))
def test_a_cut_connection_breaks_whole_answers_and_streams(client, name, stream_breaks):
    with pytest.raises(openai.APIConnectionError):
        ask(client, name)
    got = []
    with pytest.raises(stream_breaks):
        got.extend(ask(client, name, stream=True))
    assert ANSWER.startswith(read(got))
    assert read(got)


@pytest.mark.parametrize("name", BROKEN_STREAMS)
def test_a_broken_stream_raises_after_what_came_before(client, name, stream_breaks):
    assert ask(client, name).choices[0].message.content == ANSWER
    got = []
    with pytest.raises(BROKEN_STREAMS[name] or stream_breaks):
        got.extend(ask(client, name, stream=True))
    assert ANSWER.startswith(read(got))
    assert read(got)


@pytest.mark.parametrize("name", sorted(SILENT_STREAMS))
def test_a_stream_that_ends_early_passes_unnoticed_by_the_sdk(client, name):
    assert ask(client, name).choices[0].message.content == ANSWER
    assert len(read(ask(client, name, stream=True))) < len(ANSWER)


@pytest.mark.parametrize("name", sorted(ODD_ANSWERS))
def test_an_odd_answer_comes_as_it_is_written(client, name):
    (scenario,) = [row for row in list_scenarios() if row.name == name]
    raw = client.chat.completions.with_raw_response.create(
        model="kimi-chat", messages=HELLO, extra_headers={"x-emulator-scenario": name}
    )
    assert (raw.status_code, raw.text) == (200, scenario.body)


def test_no_answer_is_a_timeout(client):
    with pytest.raises(openai.APITimeoutError):
        ask(client, "no-answer")


def test_retry_after_is_sent(client):
    with pytest.raises(openai.RateLimitError) as caught:
        ask(client, "rate-limited")
    assert caught.value.response.headers["retry-after"] == "1"


def test_filter_reports_have_their_shapes(client):
    down = ask(client, "filter-down")
    assert down.choices[0].content_filter_result["error"]["code"] == "content_filter_error"
    flagged = ask(client, "flagged").choices[0].content_filter_results
    assert flagged["protected_material_code"]["detected"] is True
    blocked = ask(client, "output-blocked").choices[0].content_filter_results
    assert blocked["violence"] == {"filtered": True, "severity": "high"}
    verdict = ask(client, "output-blocked-foundry").choices[0].content_filter_result
    assert verdict["error"]["code"] == "content_filter"
    assert "prompt_annotations" in ask(client, "old-annotations").model_extra
    bare = ask(client, "no-annotations")
    assert "prompt_filter_results" not in bare.model_extra
    assert "content_filter_results" not in bare.choices[0].model_extra


def test_the_asynchronous_filter_reports_after_the_text(client):
    *_, last = ask(client, "async-filter", stream=True)
    assert last.object == ""
    assert last.choices[0].delta is None
    assert last.choices[0].content_filter_offsets["check_offset"] > 0


def test_a_scenario_is_chosen_by_a_suffix_of_the_model(client):
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model="kimi-k2.6@balance-exhausted", messages=HELLO)
    answer = client.chat.completions.create(model="kimi-k2.6@ok", messages=HELLO)
    assert answer.model == "kimi-k2.6"


def test_an_unknown_scenario_is_named(client):
    with pytest.raises(openai.BadRequestError, match="did you mean rate-limited"):
        ask(client, "rate-limit")
    with pytest.raises(UnknownScenarioError, match="serve --list-scenarios"):
        Emulator(scenario="nonsense")


def test_a_list_of_scenarios_holds_for_one_request_each():
    with Emulator(scenario=["overloaded-503", "bad-gateway"]) as emulator:
        client = openai.OpenAI(base_url=emulator.base_url, api_key="any")
        answer = client.chat.completions.create(model="kimi-chat", messages=HELLO)
        client.close()
    assert answer.choices[0].message.content == ANSWER
    assert [request.status for request in emulator.requests] == [503, 502, 200]


def test_a_scenario_can_be_changed_between_requests():
    with (
        Emulator() as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any", max_retries=0) as client,
    ):
        emulator.scenario = "server-error"
        for _ in range(2):
            with pytest.raises(openai.InternalServerError):
                client.chat.completions.create(model="kimi-chat", messages=HELLO)
        emulator.scenario = "ok"
        client.chat.completions.create(model="kimi-chat", messages=HELLO)


def test_each_scenario_has_a_summary_and_a_source():
    for scenario in list_scenarios():
        assert scenario.summary
        assert scenario.source.startswith(("facts/", "ours", "https://"))


def test_latency_and_token_rate_take_their_time():
    pace = {"latency": 0.05, "tokens_per_second": 200}
    with (
        Emulator(**pace) as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any") as client,
    ):
        assert read(client.chat.completions.create(model="kimi-chat", messages=HELLO, stream=True))
        client.chat.completions.create(model="kimi-chat", messages=HELLO)
    for request in emulator.requests:
        assert request.finished_at - request.received_at >= 0.05 + 9 / 200


def test_answers_can_be_scripted():
    def answer(body):
        return body["messages"][0]["content"].upper()

    with (
        Emulator(answers=["first", {"content": "second", "finish_reason": "length"}]) as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any", max_retries=0) as client,
    ):
        said = [
            client.chat.completions.create(model="kimi-chat", messages=HELLO).choices[0]
            for _ in range(3)
        ]
        emulator.answers = answer
        said.append(client.chat.completions.create(model="kimi-chat", messages=HELLO).choices[0])
        emulator.answers = [{"status": 418, "body": {"error": {"message": "teapot"}}}]
        with pytest.raises(openai.APIStatusError, match="teapot"):
            client.chat.completions.create(model="kimi-chat", messages=HELLO)
    assert [choice.message.content for choice in said] == [
        "first",
        "second",
        ANSWER,
        "HELLO, HOW ARE YOU?",
    ]
    assert said[1].finish_reason == "length"


def test_one_answer_holds_for_all():
    with (
        Emulator(answers="always this") as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any") as client,
    ):
        for _ in range(2):
            answer = client.chat.completions.create(model="kimi-chat", messages=HELLO)
            assert answer.choices[0].message.content == "always this"


def test_more_requests_at_once_than_allowed_are_rate_limited():
    with (
        Emulator(max_concurrency=1, latency=0.2) as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any", max_retries=0) as client,
        ThreadPoolExecutor(2) as pool,
    ):

        def ask_once(_number: int) -> int:
            raw = client.chat.completions.with_raw_response
            try:
                return raw.create(model="kimi-chat", messages=HELLO).status_code
            except openai.RateLimitError as error:
                return error.status_code

        assert sorted(pool.map(ask_once, range(2))) == [200, 429]
        assert ask_once(3) == 200
        assert len(emulator.requests) == 3


def test_a_scripted_completion_is_sent_as_it_is_and_streamed_all_the_same():
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    message = {"role": "assistant", "content": "", "tool_calls": [call]}
    completion = {
        "id": "mine",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
    }
    with (
        Emulator(answers=[completion, completion]) as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any") as client,
    ):
        whole = client.chat.completions.create(model="kimi-chat", messages=HELLO)
        with client.chat.completions.stream(model="kimi-chat", messages=HELLO) as stream:
            streamed = stream.get_final_completion()
    assert whole.id == "mine"
    for said in (whole, streamed):
        assert said.choices[0].message.tool_calls[0].function.arguments == '{"a": 1}'


TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def fragments(client: openai.OpenAI, scenario: str):
    stream = ask(client, scenario, stream=True, tools=[TOOL])
    choices = [choice for chunk in stream for choice in chunk.choices]
    return [call for choice in choices for call in choice.delta.tool_calls or []]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ok", [(0, "functions.weather:0", "weather", ""), (0, None, None, "{}")]),
        (
            "tool-index-missing",
            [(None, "functions.weather:0", "weather", ""), (None, None, None, "{}")],
        ),
        (
            "tool-names-repeated",
            [
                (0, "functions.weather:0", "weather", ""),
                (0, "functions.weather:0", "weather", "{}"),
            ],
        ),
        (
            "tool-ids-late",
            [
                (0, None, "weather", ""),
                (0, None, None, "{}"),
                (0, "functions.weather:0", None, None),
            ],
        ),
        (
            "tool-calls-again",
            [
                (0, "functions.weather:0", "weather", ""),
                (0, None, None, "{}"),
                (0, "functions.weather:0", "weather", "{}"),
            ],
        ),
    ],
)
def test_fragments_of_tool_calls_come_as_the_scenario_says(client, name, expected):
    found = [
        (
            call.index,
            call.id,
            call.function and call.function.name,
            call.function and call.function.arguments,
        )
        for call in fragments(client, name)
    ]
    assert found == expected


def test_another_model_may_answer(client):
    assert ask(client, "served-model").model == "kimi-k2.5"
    assert {chunk.model for chunk in ask(client, "served-model", stream=True)} >= {"kimi-k2.5"}


@pytest.mark.parametrize("is_stream", [False, True])
def test_headers_come_with_a_good_answer(client, is_stream):
    raw = client.chat.completions.with_raw_response.create(
        model="kimi-chat",
        messages=HELLO,
        stream=is_stream,
        extra_headers={"x-emulator-scenario": "deprecation-headers"},
    )
    assert raw.headers["sunset"] == "Thu, 31 Dec 2026 00:00:00 GMT"
    assert raw.headers["deprecation"].startswith("@")
    raw.http_response.close()


def test_a_usage_of_zeros_comes_after_the_real_one(client):
    assert ask(client, "zero-usage").usage.total_tokens == 0
    chunks = ask(client, "zero-usage", stream=True, stream_options={"include_usage": True})
    totals = [chunk.usage.total_tokens for chunk in chunks if chunk.usage]
    assert totals[0] > 0
    assert totals[1:] == [0]


@pytest.mark.parametrize("name", ["error-in-choice", "error-beside-choices"])
def test_an_error_may_stand_in_a_good_status(client, name):
    whole = ask(client, name)
    held = whole.choices[0] if name == "error-in-choice" else whole
    assert held.error["code"] == 502
