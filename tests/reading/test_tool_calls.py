"""Fragments of tool calls, cut and repeated in the ways that gateways were reported to."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.content import assistant_message
from agentsflare_kimi.reading.streams import StreamReader

OSLO = '{"city": "Oslo"}'


def fragment(name=None, arguments=None, **told):
    function = {"name": name, "arguments": arguments}
    return {**told, "function": {k: v for k, v in function.items() if v is not None}}


def chunk(*fragments, finish=None):
    delta = {"tool_calls": [*fragments]} if fragments else {}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def calls_of(*chunks, finish="tool_calls"):
    received = StreamAccumulator()
    for each in chunks:
        received.add(each)
    if finish:
        received.add(chunk(finish=finish))
    return [
        (call.get("id"), call["function"].get("name"), call["function"].get("arguments"))
        for call in received.choices[0].tool_calls
    ]


def one_by_one(*fragments, **options):
    return calls_of(*map(chunk, fragments), **options)


# Which of index and id a gateway repeats beside each fragment. Reports: NousResearch/hermes-agent
# 8089, openai/openai-python 2806 and 3410.
BESIDE = {
    "index": ({"index": 0, "id": "a"}, {"index": 0}),
    "index and id": ({"index": 0, "id": "a"}, {"index": 0, "id": "a"}),
    "id": ({"id": "a"}, {"id": "a"}),
    "null index": ({"index": None, "id": "a"}, {"index": None, "id": ""}),
    "nothing": ({}, {}),
    "index as text": ({"index": "0", "id": "a"}, {"index": "0"}),
}
every_way = pytest.mark.parametrize(("first", "later"), BESIDE.values(), ids=BESIDE)


@every_way
@pytest.mark.parametrize("name", ["get_weather", None], ids=["name repeated", "name once"])
def test_a_name_is_not_doubled_and_arguments_are_joined(first, later, name):
    found = one_by_one(
        fragment("get_weather", "", **first),
        fragment(name, '{"city": ', **later),
        fragment(name, '"Oslo"}', **later),
    )
    assert found == [(first.get("id"), "get_weather", OSLO)]


@every_way
def test_two_calls_one_after_the_other_stay_two(first, later):
    second = {**first, "id": "b"} if "id" in first else first
    second_later = {**later, "id": "b"} if later.get("id") else later
    if first.get("index") is not None:
        second, second_later = {**second, "index": 1}, {**second_later, "index": 1}
    found = one_by_one(
        fragment("get_weather", '{"city": ', **first),
        fragment(None, '"Oslo"}', **later),
        fragment("get_time", '{"zone": ', **second),
        fragment(None, '"CET"}', **second_later),
    )
    assert [call[1:] for call in found] == [("get_weather", OSLO), ("get_time", '{"zone": "CET"}')]


@pytest.mark.parametrize("ids", [("a", "b"), (None, None)], ids=["ids", "no ids"])
@pytest.mark.parametrize("names", [("get_weather", "get_time"), ("get_weather", "get_weather")])
def test_parallel_calls_that_all_have_index_0_stay_two(ids, names):
    found = one_by_one(
        fragment(names[0], OSLO, index=0, id=ids[0]),
        fragment(names[1], '{"city": "Bergen"}', index=0, id=ids[1]),
    )
    assert [call[1:] for call in found] == [
        (names[0], OSLO),
        (names[1], '{"city": "Bergen"}'),
    ]


def test_parallel_calls_without_arguments_and_the_same_index_stay_two():
    found = one_by_one(
        fragment("get_time", "{}", index=0, id="a"), fragment("get_time", "{}", index=0, id="b")
    )
    assert [call[0] for call in found] == ["a", "b"]


def test_several_fragments_in_one_chunk_without_index_or_id_go_by_their_place():
    found = calls_of(
        chunk(fragment("one", '{"a":'), fragment("two", '{"b":')),
        chunk(fragment(None, "1}"), fragment(None, "2}")),
    )
    assert [call[1:] for call in found] == [("one", '{"a":1}'), ("two", '{"b":2}')]


@pytest.mark.parametrize("first", [fragment("get_weather"), fragment(None, '{"city": ')])
def test_an_id_may_come_late(first):
    rest = fragment(None if "name" in first["function"] else "get_weather", "", id="a")
    last = fragment(None, '"Oslo"}' if "arguments" in first["function"] else OSLO)
    assert one_by_one(first, rest, last) == [("a", "get_weather", OSLO)]
    numbered = [{"index": 0, **each} for each in (first, rest, last)]
    assert one_by_one(*numbered) == [("a", "get_weather", OSLO)]


def test_a_new_id_with_every_fragment_is_still_one_call():
    for beside in ({"index": 0}, {}):
        found = one_by_one(
            fragment("get_weather", "", id="a", **beside),
            fragment(None, '{"city": ', id="b", **beside),
            fragment(None, '"Oslo"}', id="c", **beside),
        )
        assert found == [("a", "get_weather", OSLO)]


def test_an_index_that_counts_fragments_is_still_one_call():
    found = one_by_one(
        fragment("get_weather", "", id="a", index=0),
        fragment(None, '{"city": ', id="a", index=1),
        fragment(None, '"Oslo"}', id="a", index=2),
    )
    assert found == [("a", "get_weather", OSLO)]


@every_way
def test_arguments_that_repeat_everything_so_far_are_not_doubled(first, later):
    found = one_by_one(
        fragment("get_weather", '{"ci', **first),
        fragment(None, '{"city": "O', **later),
        fragment(None, OSLO, **later),
    )
    assert found == [(first.get("id"), "get_weather", OSLO)]


@pytest.mark.parametrize("name", ["get_weather", None])
@pytest.mark.parametrize("again", [OSLO, '{"city":"Oslo"}'], ids=["same text", "same JSON"])
@every_way
def test_a_whole_call_repeated_at_the_end_is_not_doubled(first, later, again, name):
    found = one_by_one(
        fragment("get_weather", '{"city": ', **first),
        fragment(None, '"Oslo"}', **later),
        fragment(name, again, **(first if name else later)),
    )
    assert [(call[0], call[1], json.loads(call[2])) for call in found] == [
        (first.get("id"), "get_weather", {"city": "Oslo"})
    ]


def test_a_repeated_call_that_breaks_off_leaves_the_whole_one():
    found = one_by_one(
        fragment("get_weather", OSLO, index=0, id="a"),
        fragment(None, '{"city": "O', index=0),
        finish=None,
    )
    assert found == [("a", "get_weather", OSLO)]


def test_an_empty_object_before_the_real_arguments_is_replaced():
    found = one_by_one(
        fragment("get_weather", "{}", index=0, id="a"),
        fragment(None, '{"city": ', index=0),
        fragment(None, '"Oslo"}', index=0),
    )
    assert found == [("a", "get_weather", OSLO)]


def test_arguments_that_were_cut_keep_what_came():
    # Joined, these may be the start of nested arguments; a limit of tokens leaves them open.
    pieces = [fragment("f", '{"a":', index=0, id="a"), fragment(None, '{"a":1}', index=0)]
    assert one_by_one(*pieces, finish="length") == [("a", "f", '{"a":{"a":1}')]
    assert one_by_one(*pieces, finish=None) == [("a", "f", '{"a":{"a":1}')]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", '{"a":', "city"]), inner, max_size=3)
    ),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(st.sampled_from(["a", '{"a":', "city"]), VALUES, max_size=3)
NESTED = ARGUMENTS.map(lambda value: {"a": json.dumps({"a": json.dumps(value)})})


@st.composite
def honest(draw):
    """Draw arguments and a split of their text, which may begin with itself again and again."""
    text = json.dumps(
        draw(ARGUMENTS | NESTED),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": ")])),
    )
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@given(honest(), st.sampled_from([*BESIDE.values()]), st.booleans())
@example(['{"a":', '{"a":', '{"a":1}}}'], BESIDE["index"], False)
@example(['{"a":"', '{\\"a\\":', '1}"}'], BESIDE["index"], True)
@example(['{"a":"{}', '{}"}'], BESIDE["nothing"], True)
@example(["{", "}"], BESIDE["id"], True)
def test_any_honest_split_of_any_arguments_folds_to_the_original(pieces, beside, repeats_name):
    first, later = beside
    name = "f" if repeats_name else None
    found = one_by_one(
        fragment("f", pieces[0], **first),
        *(fragment(name, piece, **later) for piece in pieces[1:]),
    )
    assert found == [(first.get("id"), "f", "".join(pieces))]


@given(honest(), st.integers(0, 40))
def test_arguments_cut_anywhere_by_the_limit_of_tokens_are_left_as_they_came(pieces, size):
    text = "".join(pieces)[:size]
    kept, left = [], size
    for piece in pieces:
        kept.append(piece[:left])
        left -= len(kept[-1])
    found = one_by_one(
        fragment("f", kept[0], index=0, id="a"),
        *(fragment(None, piece, index=0) for piece in kept[1:]),
        finish="length",
    )
    assert found == [("a", "f", text)]


@given(honest().filter(lambda pieces: pieces[0]))
def test_any_snapshots_fold_to_the_last(pieces):
    so_far = ["".join(pieces[: end + 1]) for end in range(len(pieces))]
    found = one_by_one(
        fragment("f", so_far[0], index=0, id="a"),
        *(fragment(None, piece, index=0) for piece in so_far[1:]),
    )
    assert found == [("a", "f", so_far[-1])]


@pytest.mark.parametrize("arguments", [None, "", " "])
def test_a_call_without_arguments_can_be_sent_back(arguments):
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    whole = {"choices": [{"index": 0, "message": {"content": None, "tool_calls": [call]}}]}
    (sent,) = assistant_message(whole)["tool_calls"]
    assert sent["function"] == {"name": "f", "arguments": "{}"}


@pytest.mark.parametrize("told", [{"arguments": None}, {}])
def test_a_streamed_call_without_arguments_has_an_empty_object(told):
    call = {"index": 0, "id": "a", "function": {"name": "f", **told}}
    reader = StreamReader([chunk(call), chunk(finish="tool_calls")])
    list(reader)
    assert json.loads(reader.tool_calls[0].function.arguments) == {}


def test_arguments_sent_as_an_object_become_text():
    arguments = {"city": "Tromsø"}
    call = {"id": "a", "function": {"name": "f", "arguments": arguments}}
    whole = {"choices": [{"index": 0, "message": {"tool_calls": [call]}}]}
    (sent,) = assistant_message(whole)["tool_calls"]
    ((_, _, streamed),) = calls_of(chunk({"index": 0, **call}))
    for text in (sent["function"]["arguments"], streamed):
        assert json.loads(text) == arguments
    assert sent["type"] == "function"
