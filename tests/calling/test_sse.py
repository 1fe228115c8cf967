"""Any split of the bytes of a stream gives the same events."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi import UnreadableResponseError
from agentsflare_kimi.calling.sse import EventDecoder

LINE_ENDS = ["\n", "\r\n", "\r"]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20)


def _events(pieces):
    return [(event.event, event.data) for event in EventDecoder().iter_bytes(iter(pieces))]


async def _async_events(pieces):
    async def feed():
        for piece in pieces:
            yield piece

    return [(event.event, event.data) async for event in EventDecoder().aiter_bytes(feed())]


@st.composite
def split_streams(draw):
    end = draw(st.sampled_from(LINE_ENDS))
    lines, expected = [], []
    for _ in range(draw(st.integers(0, 6))):
        name, values = draw(st.sampled_from([None, "ping"])), draw(st.lists(texts, max_size=3))
        values = [value for value in values if not value.lstrip().startswith("[DONE]")]
        lines += [f": {draw(texts)}"] if draw(st.booleans()) else []
        lines += [f"event: {name}"] if name else []
        lines += [f"data: {value}" for value in values]
        lines.append("")
        if values or name:
            expected.append((name, "\n".join(values)))
    body = "".join(line + end for line in lines).encode()
    if draw(st.booleans()):
        body = b"\xef\xbb\xbf" + body
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    bounds = zip([0, *cuts], [*cuts, len(body)], strict=True)
    return [body[start:stop] for start, stop in bounds], expected


@given(split_streams())
def test_any_split_gives_the_same_events(stream):
    pieces, expected = stream
    assert _events(pieces) == expected
    assert asyncio.run(_async_events(pieces)) == expected


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_any_bytes_give_events_or_one_kind_of_error(body, cuts):
    cuts = sorted({cut for cut in cuts if cut <= len(body)})
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    def outcome(pieces):
        try:
            return _events(pieces)
        except UnreadableResponseError as error:
            return str(error)

    assert outcome(pieces) == outcome([body])


def test_nothing_after_the_end_is_read():
    def feed():
        yield b"data: [DONE]\n\n"
        raise AssertionError

    decoder = EventDecoder()
    assert [event.data for event in decoder.iter_bytes(feed())] == ["[DONE]"]
    assert decoder.is_done


def test_fields_of_an_event():
    (event,) = EventDecoder().iter_bytes(iter([b"id: 7\nretry: 30\nevent: e\ndata: 1\n\n"]))
    assert (event.id, event.retry, event.event, event.json()) == ("7", 30, "e", 1)


@pytest.mark.parametrize("data", ["", " ", "null"])
def test_an_event_without_data_is_none(data):
    (event,) = EventDecoder().iter_bytes(iter([f"event: ping\ndata: {data}\n\n".encode()]))
    assert event.json() is None


@pytest.mark.parametrize("data", ["{", "[" * 100_000, "9" * 5_000, "\x1b[2J"])
def test_data_that_is_no_json_is_shown_safely(data):
    (event,) = EventDecoder().iter_bytes(iter([f"data: {data}\n\n".encode()]))
    with pytest.raises(UnreadableResponseError) as caught:
        event.json()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_long_line_is_not_copied_again_and_again():
    body = b"data: " + json.dumps("x" * 300_000).encode() + b"\n\n"
    (event,) = EventDecoder().iter_bytes(body[i : i + 1] for i in range(len(body)))
    assert event.json() == "x" * 300_000


def test_the_decoder_keeps_the_event_that_it_gave_last():
    decoder = EventDecoder()
    for event in decoder.feed(b'data: {"a": 1}\n\nevent: x\ndata: {"b":2}\n\n'):
        assert decoder.latest is event
    assert decoder.latest.data == '{"b":2}'
