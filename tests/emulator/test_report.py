"""The verdict on the client under test."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlsplit

import openai
import pytest
from waiting import LONGEST, wait_until

from agentsflare_kimi.emulator import Emulator

HELLO = [{"role": "user", "content": "Hello, how are you?"}]


def post(emulator: Emulator, body: dict | None = None) -> bytes:
    """Ask as a client without any manners would."""
    connection = http.client.HTTPConnection(urlsplit(emulator.base_url).netloc, timeout=LONGEST)
    text = json.dumps({"model": "kimi-chat", "messages": HELLO} | (body or {}))
    connection.request("POST", "/v1/chat/completions", text, {"Authorization": "Bearer key"})
    try:
        return connection.getresponse().read()
    finally:
        connection.close()


def codes(emulator: Emulator) -> list[str]:
    return [item.code for item in emulator.report().observations]


def test_the_sdk_is_resilient_where_it_is():
    with (
        Emulator(scenario=["rate-limited", "server-error"]) as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any") as client,
    ):
        client.chat.completions.create(model="kimi-chat", messages=HELLO)
    report = emulator.report()
    assert report
    assert report.is_resilient
    assert str(report) == "3 requests, no problems"
    report.assert_resilient()


def test_an_ignored_retry_after_is_told_with_its_figures():
    with Emulator(scenario=["rate-limited"]) as emulator:
        post(emulator)
        post(emulator)
    (problem,) = emulator.report().problems
    assert problem.code == "ignored_retry_after"
    assert problem.requests == (0, 1)
    with pytest.raises(AssertionError, match="where Retry-After said 1 s"):
        emulator.report().assert_resilient()


@pytest.mark.parametrize("scenario", ["bad-key", "prompt-blocked", "balance-gateway"])
def test_retrying_what_cannot_succeed_is_told(scenario):
    with Emulator(scenario=[scenario]) as emulator:
        post(emulator)
        time.sleep(0.15)
        post(emulator)
    assert codes(emulator) == ["retried_in_vain"]


def test_the_sdk_retries_an_empty_balance_in_vain():
    with (
        Emulator(scenario="balance-exhausted") as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any", max_retries=1) as client,
        pytest.raises(openai.RateLimitError),
    ):
        client.chat.completions.create(model="kimi-chat", messages=HELLO)
    assert codes(emulator) == ["retried_in_vain"]


def test_a_loop_around_the_sdk_is_seen_although_its_header_says_first_attempt():
    with (
        Emulator(scenario="bad-key") as emulator,
        openai.OpenAI(base_url=emulator.base_url, api_key="any", max_retries=0) as client,
    ):
        for _ in range(2):
            with pytest.raises(openai.NotFoundError):
                client.chat.completions.create(model="kimi-chat", messages=HELLO)
    assert codes(emulator) == ["retried_in_vain"]


def test_an_answer_function_that_raises_is_told_and_leaves_nothing_pending():
    def answer(body):
        raise LookupError("a bug of the test's own")

    emulator = Emulator(answers=answer, max_concurrency=1)
    with emulator, openai.OpenAI(base_url=emulator.base_url, api_key="any") as client:
        for _ in range(2):
            with pytest.raises(openai.InternalServerError, match=r"LookupError: a bug .* at test_"):
                client.chat.completions.create(model="kimi-chat", messages=HELLO)
    assert len(emulator.requests) == 2  # the SDK did not try again
    assert [type(error) for error in emulator.errors] == [LookupError, LookupError]
    assert emulator._log.pending == 0
    assert "answer_failed" in codes(emulator)


def test_a_list_of_answers_that_ran_out_is_noted():
    with Emulator(answers=["one"]) as emulator:
        post(emulator)
        post(emulator)
    (note,) = emulator.report().observations
    assert (note.code, note.requests, note.is_problem) == ("answers_ran_out", (1,), False)
    assert note.summary == "the list of 1 scripted answer had run out: this one was made up"


def test_a_storm_of_retries_is_told_once():
    with Emulator(scenario="server-error") as emulator:
        for _ in range(7):
            post(emulator)
    found = codes(emulator)
    assert found.count("retry_storm") == 1
    assert found.count("no_backoff") == 6


def test_taking_a_cut_stream_for_the_whole_is_told():
    with Emulator(scenario=["stream-cut"]) as emulator:
        events = post(emulator, {"stream": True}).decode().split("\n\n")
        chunks = [json.loads(line.removeprefix("data: ")) for line in events if line]
        text = "".join(
            choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"]
        )
        assert codes(emulator) == ["cut_stream_not_repeated"]
        assert emulator.report().is_resilient
        said = {"role": "assistant", "content": text}
        post(emulator, {"messages": [*HELLO, said, {"role": "user", "content": "Go on"}]})
    assert codes(emulator) == ["accepted_cut_stream"]


@pytest.mark.parametrize("scenario", ["missing-done", "output-blocked-foundry"])
def test_a_stream_with_a_finish_reason_is_complete(scenario):
    with Emulator(scenario=[scenario]) as emulator:
        post(emulator, {"stream": True})
    assert codes(emulator) == []


def test_dropped_reasoning_is_a_problem_and_other_rejections_are_notes():
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    lost = [*HELLO, {"role": "assistant", "tool_calls": [call]}]
    with Emulator() as emulator:
        post(emulator, {"model": "kimi-k2.6", "messages": lost})
        post(emulator, {"model": "kimi-k2.6", "temperature": 0.3})
        post(emulator, {"model": "kimi-k2-turbo-preview"})
    dropped, rejected, retired = emulator.report().observations
    assert (dropped.code, dropped.is_problem) == ("dropped_reasoning", True)
    assert (rejected.code, rejected.is_problem) == ("rejected_request", False)
    assert (retired.code, retired.is_problem) == ("retired_model", False)
    assert "its successor is kimi-k2.6" in retired.summary


def test_a_client_without_a_time_limit_is_noted(monkeypatch):
    with Emulator(scenario="no-answer") as emulator:
        connection = http.client.HTTPConnection(urlsplit(emulator.base_url).netloc)
        text = json.dumps({"model": "kimi-chat", "messages": HELLO})
        connection.request("POST", "/v1/chat/completions", text, {"Authorization": "Bearer key"})
        wait_until(lambda: emulator.requests)
        assert codes(emulator) == []
        later = time.time() + 60
        monkeypatch.setattr(time, "time", lambda: later)
        assert codes(emulator) == ["still_waiting"]
        connection.close()


def test_reset_forgets():
    with Emulator(scenario="bad-key") as emulator:
        post(emulator)
        emulator.reset()
        assert emulator.requests == ()
        assert emulator.report().request_count == 0
