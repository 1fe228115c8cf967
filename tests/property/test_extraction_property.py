"""Whatever stands in place of any part of an answer, the helpers answer and do not raise."""

import copy
import json

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from samples import own, shared

from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.content import assistant_message, extract_content, extract_reasoning
from agentsflare_kimi.reading.diagnosis import Diagnosis, diagnose
from agentsflare_kimi.reading.filters import FilterReport, extract_filter_results, is_filter_error
from agentsflare_kimi.reading.streams import StreamReader

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just("more digits than can be printed").map(lambda _: 10**5000)
    | st.sampled_from([-1, "", "content_filter", "{", '{"error": {"code": "content_filter"}}'])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["error", "code", "details", "id", "filtered"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)

COMPLETIONS = [json.loads(body) for _, body, _ in shared("c")]
COMPLETIONS += [body for _, body, _ in own("completions")]
ERRORS = [body for _, body, _ in own("errors")]
STREAMS = [body for _, body, _ in own("streams")]


def places(value, path=()):
    """Yield the path to every part of a JSON value."""
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in inner:
        yield from places(part, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = replaced(value[path[0]], path[1:], new)
    return value


@st.composite
def mangled(draw, samples):
    """Draw a sample with arbitrary JSON in place of one or two of its parts."""
    sample = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 2))):
        sample = replaced(sample, draw(st.sampled_from(list(places(sample)))), draw(JSON))
    return sample


def check_types(source):
    assert isinstance(extract_content(source), str)
    assert isinstance(extract_reasoning(source), str)
    message = assistant_message(source)
    assert isinstance(message["content"], str | None)
    assert message["role"] == "assistant"
    report = extract_filter_results(source)
    assert isinstance(report, FilterReport)
    assert isinstance(str(report), str)
    json.dumps(report.to_dict())
    for result in report.categories.values():
        assert isinstance(result.severity, str | None)
        assert isinstance(result.filtered, bool | None)
        assert isinstance(result.detected, bool | None)
        assert all(isinstance(item, dict) for item in result.details)
    for choice in report.choices:
        assert isinstance(choice.index, int)
        assert isinstance(choice.content, str | None)
        assert isinstance(choice.finish_reason, str | None)
    assert report.is_filtered or not report.blocked_categories
    return report


def as_model(model, body):
    """Return what the SDK makes of a body; it refuses some that are not objects."""
    return model.construct(**body) if isinstance(body, dict) else body


@given(mangled(COMPLETIONS))
def test_any_completion(body):
    check_types(body)
    check_types(as_model(ChatCompletion, body))


class NotAvailable:
    """As `pandas.NA`, in rows of a table: what is compared with it is neither true nor false."""

    __hash__ = None

    def __eq__(self, _):
        return self

    def __bool__(self):
        raise TypeError("the truth of a missing value is ambiguous")


@given(st.data())
def test_a_value_that_is_neither_true_nor_false(data):
    sample = data.draw(st.sampled_from([*COMPLETIONS, *ERRORS]))
    place = data.draw(st.sampled_from(list(places(sample))))
    body = replaced(sample, place, NotAvailable())

    error = openai.APIError("x", None, body=None)
    error.body = body
    for source in (body, error):
        assert isinstance(extract_content(source), str)
        assert assistant_message(source)["role"] == "assistant"
        assert isinstance(str(extract_filter_results(source)), str)
    assert isinstance(diagnose(error), Diagnosis)


@given(mangled(ERRORS))
def test_any_error_body(body):
    error = openai.APIError("x", None, body=None)
    error.body = body
    report = check_types(error)
    assert is_filter_error(error) in {True, False}
    assert report.is_filtered is is_filter_error(error)
    assert isinstance(diagnose(error), Diagnosis)
    check_types(body)


@given(mangled(STREAMS))
def test_any_stream_of_chunks(chunks):
    chunks = (
        [chunk for chunk in chunks if isinstance(chunk, dict)] if isinstance(chunks, list) else []
    )
    plain, modelled = StreamAccumulator(), StreamAccumulator()
    for chunk in chunks:
        check_types(chunk)
        assert isinstance(plain.add(chunk), str)
        assert isinstance(modelled.add(as_model(ChatCompletionChunk, chunk)), str)
    check_types(plain.completion())
    check_types(modelled.completion())
    reader = StreamReader(chunks)
    try:
        list(reader)
    except openai.APIError as error:
        assert reader.error is error  # noqa: PT017  # it need not raise
    assert isinstance(reader.completion, ChatCompletion)
    assert check_types(reader) == reader.filter_results
    assert isinstance(reader.tool_calls, list)


@given(JSON)
def test_anything_at_all(value):
    check_types(value)
    check_types({"choices": value})
    check_types({"choices": [{"message": value, "content_filter_results": value}]})
    check_types({"choices": [{"message": {"content": value, "tool_calls": value}}]})
    check_types({"prompt_filter_results": value, "error": value})
    StreamAccumulator().add(value)
    assert is_filter_error(value) is False


class Raising:
    """Raises whenever it is asked for anything but its class."""

    def __getattribute__(self, name):
        if name == "__class__":
            return Raising
        raise RuntimeError(name)

    __iter__ = __len__ = __eq__ = __str__ = __repr__ = __getattribute__
    __hash__ = object.__hash__


class RaisingMapping(dict):
    def get(self, *_):
        raise RuntimeError

    items = keys = __getitem__ = __iter__ = get


@pytest.mark.parametrize("odd", [Raising(), RaisingMapping(a=1)], ids=["object", "mapping"])
def test_objects_that_raise_when_asked(odd):
    for source in (odd, {"choices": [odd]}, {"choices": [{"message": odd}]}, {"error": odd}):
        check_types(source)
        StreamAccumulator().add(source)
    check_types({"choices": [{"content_filter_results": odd}], "prompt_filter_results": odd})
    check_types({"choices": [{"content_filter_results": {"hate": odd}}]})
    check_types({"choices": [{"message": {"content": odd, "tool_calls": [odd]}}]})
    received = StreamAccumulator()
    received.add({"choices": [{"delta": {"content": odd, "tool_calls": [odd], "x": odd}}]})
    received.add({"choices": [{"content_filter_results": {"hate": odd}, "logprobs": odd}]})
    check_types(received.completion())


@pytest.mark.parametrize("deep", [[], {}])
def test_values_nested_deeper_than_python_can_walk(deep):
    for _ in range(100_000):
        deep = {"error": deep} if isinstance(deep, dict) else [deep]
    for results in (deep, {"hate": deep}, {"hate": {"filtered": True, "details": deep, "x": deep}}):
        body = {"choices": [{"content_filter_results": results, "message": {"content": deep}}]}
        check_types(body)
        received = StreamAccumulator()
        for _ in range(2):
            received.add({**body, "usage": deep, "x": deep})
            received.add({"choices": [{"content_filter_results": copy.copy(results)}]})
        check_types(received.completion())
    check_types(deep)
    check_types({"error": deep})
    check_types({"error": {"message": "[" * 100_000}})
