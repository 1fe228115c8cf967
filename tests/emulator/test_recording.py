"""Recording through a proxy, and replaying what was recorded."""

from __future__ import annotations

import http.client
import json
import stat
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest
from waiting import LONGEST

from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.emulator.recording import Recorder, load_recording
from agentsflare_kimi.emulator.wire import Request

KEY = "sk-canary-0123456789"
HELLO = [{"role": "user", "content": "Hello, how are you?"}]
REQUESTS = [
    {"model": "kimi-k2.6", "messages": HELLO},
    {"model": "kimi-k2.6", "messages": HELLO, "stream": True},
    {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Größe? 😀"}]},
    {"model": "kimi-k2.6", "messages": HELLO, "temperature": 0.1},
    {"model": "kimi-k2-thinking", "messages": HELLO},
]


def post(emulator: Emulator, body: object, path="/v1/chat/completions") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(emulator.base_url).netloc, timeout=LONGEST)
    headers = {"Authorization": f"Bearer {KEY}"}
    connection.request("POST", path, json.dumps(body), headers)
    try:
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "recording.jsonl"


def test_what_is_replayed_is_byte_equal_to_what_was_recorded(recording):
    with (
        Emulator() as upstream,
        Emulator(record=recording, upstream=upstream.base_url) as recorder,
    ):
        direct = [post(upstream, body) for body in REQUESTS]
        recorded = [post(recorder, body) for body in REQUESTS]
    with Emulator(replay=recording) as replay:
        replayed = [post(replay, body) for body in reversed(REQUESTS)]
    assert recorded == direct
    assert replayed[::-1] == direct


def test_a_recording_holds_no_key_and_is_its_owners(recording):
    answers = [f"Your key is {KEY}, is it not?"]
    with (
        Emulator(answers=answers) as upstream,
        Emulator(record=recording, upstream=upstream.base_url) as recorder,
    ):
        body = {"model": "kimi-chat", "messages": [{"role": "user", "content": f"Is it {KEY}?"}]}
        post(recorder, body)
    assert KEY not in recording.read_text(encoding="utf-8")
    assert "[redacted]" in recording.read_text(encoding="utf-8")
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600


def test_prompts_are_left_out_on_request_and_still_answered(recording):
    body = {
        "model": "kimi-chat",
        "messages": [{"role": "user", "content": "a secret plan"}],
        "user": "somebody",
    }
    with (
        Emulator(answers=["Noted."]) as upstream,
        Emulator(record=recording, upstream=upstream.base_url, redact_prompts=True) as recorder,
    ):
        recorded = post(recorder, body)
    text = recording.read_text(encoding="utf-8")
    assert "secret plan" not in text
    assert "somebody" not in text
    with Emulator(replay=recording) as replay:
        assert post(replay, body) == recorded


def test_repeated_requests_get_their_answers_in_turn(recording):
    with (
        Emulator(answers=["one", "two"]) as upstream,
        Emulator(record=recording, upstream=upstream.base_url) as recorder,
    ):
        recorded = [post(recorder, REQUESTS[0]) for _ in range(2)]
    with Emulator(replay=recording) as replay:
        replayed = [post(replay, REQUESTS[0]) for _ in range(3)]
    assert replayed == [*recorded, recorded[1]]


def test_the_order_of_keys_does_not_matter(recording):
    with (
        Emulator() as upstream,
        Emulator(record=recording, upstream=upstream.base_url) as recorder,
    ):
        recorded = post(recorder, REQUESTS[0])
    with Emulator(replay=recording) as replay:
        assert post(replay, dict(reversed(REQUESTS[0].items()))) == recorded


def test_what_was_not_recorded_is_refused(recording):
    recording.write_text("", encoding="utf-8")
    with Emulator(replay=recording) as replay:
        status, body = post(replay, REQUESTS[0])
    assert status == 400
    assert b"no recorded pair answers this request: the recording is empty" in body


def test_a_miss_names_the_nearest_pair_and_is_a_problem(recording):
    pairs = [
        {"request": {"body": {"model": "kimi-k2.5", "temperature": 1}}, "answer": "one"},
        {"request": {"body": REQUESTS[0] | {"messages": [{"role": "user"}]}}, "answer": "two"},
    ]
    pairs[1]["request"]["body"]["messages"][0]["content"] = "something else"
    recording.write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    with Emulator(replay=recording) as replay:
        _, body = post(replay, REQUESTS[0])
    assert b"the nearest is number 2, which differs in messages[0]" in body
    (problem,) = replay.report().problems
    assert problem.code == "replay_miss"


def test_no_account_id_stays_in_a_recording(recording):
    with (
        Emulator(scenario="quota-with-ids") as upstream,
        Emulator(record=recording, upstream=upstream.base_url) as recorder,
    ):
        post(recorder, REQUESTS[0])
    written = recording.read_text("utf-8")
    assert "organization max RPM" in written
    assert "0123456789abcdef" not in written


def test_a_broken_stream_is_passed_on_and_not_recorded(recording, stream_breaks):
    with (
        Emulator(scenario="truncated") as upstream,
        Emulator(record=recording, upstream=upstream.base_url) as recorder,
        openai.OpenAI(base_url=recorder.base_url, api_key=KEY, max_retries=0) as client,
    ):
        with pytest.raises(stream_breaks):
            list(client.chat.completions.create(**REQUESTS[1]))
        assert recorder.requests[0].outcome == "cut"
    assert recording.read_text(encoding="utf-8") == ""


def test_an_unreachable_upstream_is_a_bad_gateway(recording):
    with Emulator() as upstream:
        address = upstream.base_url
    with Emulator(record=recording, upstream=address) as recorder:
        status, body = post(recorder, REQUESTS[0])
    assert (status, json.loads(body)["error"]) == (502, "Bad Gateway")


@pytest.mark.parametrize(
    "upstream",
    ["http://example.com/v1", "ftp://127.0.0.1/v1", "https://user:pw@example.com/v1", "nonsense"],
)
def test_a_key_is_passed_on_to_safe_places_only(recording, upstream):
    with pytest.raises(ValueError, match="cannot record from"):
        Emulator(record=recording, upstream=upstream)


def test_pairs_can_be_written_by_hand(recording):
    pairs = [
        {"request": {"body": {"messages": [{"content": "Ping"}]}}, "answer": "Pong"},
        {"request": {"body": {"model": "kimi-chat"}}, "answer": {"content": "Chatting"}},
        {"answer": "Anything else"},
    ]
    recording.write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    with (
        Emulator(replay=recording) as replay,
        openai.OpenAI(base_url=replay.base_url, api_key="any") as client,
    ):

        def say(model: str, text: str) -> str | None:
            messages = [{"role": "user", "content": text}]
            answer = client.chat.completions.create(model=model, messages=messages)
            return answer.choices[0].message.content

        assert say("kimi-k2.6", "Ping") == "Pong"
        assert say("kimi-chat", "Hello") == "Chatting"
        assert say("kimi-k2.6", "Hello") == "Anything else"


def test_a_line_that_is_no_pair_is_named(recording):
    recording.write_text('{"answer": "fine"}\n\nnot json\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"recording\.jsonl:3: a pair needs"):
        Emulator(replay=recording)


def test_a_body_that_is_no_text_is_kept_all_the_same(recording):
    body = f"\xff\xfe{KEY}".encode("latin-1")
    request = Request(
        method="POST",
        path="/v1/chat/completions?trace=1",
        headers={"authorization": f"Bearer {KEY}"},
        body=b"{}",
    )
    Recorder(recording).record(request, 200, {"content-type": "image/png"}, body)
    (entry,) = load_recording(recording)
    assert entry.answers(request)
    assert entry.response.body == b"\xff\xfe[redacted]"
    assert entry.response.headers == {"content-type": "image/png"}


def test_a_short_key_is_no_secret_and_mangles_nothing(recording):
    request = Request(
        method="POST", path="/v1/models", headers={"authorization": "Bearer body"}, body=b"{}"
    )
    Recorder(recording).record(request, 200, {}, b'{"body": 1}')
    assert load_recording(recording)[0].response.body == b'{"body": 1}'
