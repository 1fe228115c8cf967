"""Which of several values in a stream holds, and what becomes of halves of characters."""

import itertools
import json

import pytest

from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.content import assistant_message, extract_content, extract_reasoning
from agentsflare_kimi.reading.streams import StreamReader

USAGE = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105, "cached_tokens": 64}
ZEROS = {
    "prompt_tokens": 0,
    "completion_tokens": 0,
    "total_tokens": 0,
    "prompt_tokens_details": {"cached_tokens": 0},
}


def chunk(delta=None, finish=None, **more):
    return {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more}


def folded(*chunks):
    received = StreamAccumulator()
    for each in chunks:
        received.add(each)
    return received


@pytest.mark.parametrize(
    ("reasons", "holds"),
    [
        (("tool_calls", "stop"), "tool_calls"),
        (("tool_calls", "stop", None, ""), "tool_calls"),
        (("stop", "tool_calls"), "tool_calls"),
        (("length", "stop"), "length"),
        (("stop", "stop"), "stop"),
        (("stop", "content_filter"), "content_filter"),
        (("content_filter", "tool_calls"), "content_filter"),
        (("content_filter", "stop"), "content_filter"),
        ((None, "stop", None), "stop"),
    ],
)
def test_the_finish_reason_that_says_most_holds(reasons, holds):
    received = folded(*(chunk(finish=reason) for reason in reasons))
    assert received.choices[0].finish_reason == holds


ANSWER = {"id": "answer", "model": "kimi-k2.6", "created": 5}
KEEP_ALIVE = {"id": "keep-alive", "model": "proxy", "created": 1, "choices": []}


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_id_model_and_time_are_those_of_the_answer_and_not_of_a_keep_alive(order):
    chunks = [KEEP_ALIVE, chunk({"content": "Hi"}, **ANSWER), KEEP_ALIVE]
    told = folded(*(chunks[place] for place in order)).completion()
    assert {name: told[name] for name in ANSWER} == ANSWER


def test_what_only_chunks_without_choices_say_is_kept():
    told = folded({**KEEP_ALIVE, "system_fingerprint": "fp"}, chunk({"content": "Hi"}))
    assert told.completion()["id"] == "keep-alive"
    assert told.completion()["system_fingerprint"] == "fp"


def usage_in_choice(usage):
    return {"choices": [{"index": 0, "delta": {}, "usage": usage}]}


def usage_aside(usage):
    return {"choices": [], "usage": usage}


@pytest.mark.parametrize("real", [usage_aside, usage_in_choice])
@pytest.mark.parametrize("empty", [usage_aside, usage_in_choice])
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_a_usage_of_zeros_never_hides_a_real_one(real, empty, order):
    chunks = [real(USAGE), empty(ZEROS)]
    assert folded(*(chunks[place] for place in order)).usage == USAGE


def test_a_usage_of_zeros_alone_is_what_was_said():
    assert folded(usage_aside(ZEROS)).usage == ZEROS


def test_the_last_of_two_real_usages_holds():
    early = {"prompt_tokens": 100, "completion_tokens": 0, "total_tokens": 100}
    assert folded(usage_aside(early), usage_in_choice(USAGE)).usage == USAGE


FACE = "\U0001f600"
FIRST, SECOND = "\ud83d", "\ude00"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a" + FIRST, SECOND + "b"], f"a{FACE}b"),
        ([FIRST, SECOND], FACE),
        ([FIRST, "", SECOND], FACE),
        (["a" + FIRST, "b"], "a\ufffdb"),
        (["a", SECOND + "b"], "a\ufffdb"),
        (["a" + FIRST], "a\ufffd"),
        ([FIRST, FIRST, SECOND], f"\ufffd{FACE}"),
        (["é", "ü"], "éü"),
    ],
)
@pytest.mark.parametrize("field", ["content", "reasoning_content"])
def test_halves_of_a_character_are_joined_and_a_lone_one_stays_readable(pieces, text, field):
    chunks = [*(chunk({field: piece}) for piece in pieces), chunk(finish="stop")]
    reader = StreamReader(chunks)
    came = list(reader)

    own = reader.content if field == "content" else reader.reasoning
    assert own == text
    assert field != "content" or "".join(came) == text
    sent = json.dumps(assistant_message(reader), ensure_ascii=False).encode()
    assert text.encode() in sent
    assert "".join(came).encode() is not None


def test_halves_in_whole_answers_and_arguments_can_be_sent_back():
    call = {"id": "a", "function": {"name": "f", "arguments": f'{{"q": "{FIRST}"}}'}}
    message = {"content": f"a{FIRST}b", "reasoning_content": SECOND, "tool_calls": [call]}
    answer = {"choices": [{"index": 0, "message": message}]}
    assert extract_content(answer) == "a\ufffdb"
    assert extract_reasoning(answer) == "\ufffd"
    json.dumps(assistant_message(answer), ensure_ascii=False).encode()


DETAILS = [
    {"type": "reasoning.text", "text": "First, ", "index": 0},
    {"type": "reasoning.summary", "summary": "then."},
    {"type": "reasoning.encrypted", "data": "abc"},
]


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        ({"reasoning_details": DETAILS}, "First, then."),
        ({"reasoning": "First, then.", "reasoning_details": DETAILS}, "First, then."),
        ({"reasoning_content": "", "reasoning_details": DETAILS}, "First, then."),
        ({"reasoning_details": []}, ""),
        ({"reasoning_details": [None, 1, {"text": 2}]}, ""),
        ({"reasoning_details": "First."}, "First."),
        ({"reasoning_details": 42}, ""),
    ],
)
def test_reasoning_in_parts_is_read_like_any_other(message, reasoning):
    whole = {"choices": [{"index": 0, "message": {"content": "Hi", **message}}]}
    streamed = folded(chunk(message), chunk({"content": "Hi"}, "stop")).completion()
    for source in (whole, streamed):
        assert extract_reasoning(source) == reasoning
        assert (assistant_message(source).get("reasoning_content") or "") == reasoning


def test_reasoning_in_parts_over_several_chunks_is_joined():
    parts = [chunk({"reasoning_details": [part]}) for part in DETAILS]
    reader = StreamReader([*parts, chunk({"content": "Hi"}, "stop")])
    assert "".join(reader) == "Hi"
    assert reader.reasoning == extract_reasoning(reader) == "First, then."
