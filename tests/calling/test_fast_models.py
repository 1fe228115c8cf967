"""Models that are made fast are those that the SDK makes."""

import copy
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openai import OpenAI
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.calling.fast_models import made_fast

TEXT = st.text(max_size=5)
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT, st.just("\ud800"),
    st.lists(TEXT, max_size=1), st.dictionaries(TEXT, st.integers(), max_size=1),
)  # fmt: skip


def _fields(required, optional):
    return st.fixed_dictionaries(required, optional=optional)


def _usual_or_odd(strategy):
    return st.one_of(strategy, strategy, strategy, ODD)


CALL = _fields(
    {"index": st.integers(0, 3)},
    {
        "id": _usual_or_odd(TEXT),
        "type": _usual_or_odd(st.sampled_from(["function", "custom"])),
        "function": _usual_or_odd(_fields({}, {"name": TEXT, "arguments": _usual_or_odd(TEXT)})),
        "custom": _usual_or_odd(_fields({}, {"name": TEXT, "input": _usual_or_odd(TEXT)})),
    },
)
MESSAGE = _fields(
    {},
    {
        "role": _usual_or_odd(st.sampled_from(["assistant", "tool"])),
        "content": _usual_or_odd(st.one_of(st.none(), TEXT)),
        "refusal": ODD,
        "reasoning_content": ODD,
        "tool_calls": _usual_or_odd(st.lists(CALL, max_size=2)),
        "annotations": ODD,
    },
)
CHOICE = _fields(
    {
        "index": _usual_or_odd(st.integers(0, 2)),
        "finish_reason": _usual_or_odd(st.sampled_from([None, "stop", "length", "tool_calls"])),
        "delta": _usual_or_odd(MESSAGE),
        "message": _usual_or_odd(MESSAGE),
    },
    {
        "content_filter_results": ODD,
        "logprobs": st.one_of(
            ODD,
            st.just({"content": [{"token": "a", "logprob": 0, "top_logprobs": []}]}),
            st.just(None),
        ),
    },
)
USAGE = _fields(
    {"prompt_tokens": st.integers(0), "completion_tokens": st.integers(0)},
    {
        "total_tokens": _usual_or_odd(st.integers(0)),
        "cached_tokens": ODD,
        "completion_tokens_details": _usual_or_odd(_fields({}, {"reasoning_tokens": ODD})),
    },
)
BODY = _fields(
    {
        "choices": _usual_or_odd(st.lists(CHOICE, min_size=1, max_size=2)),
        "id": _usual_or_odd(TEXT),
        "created": _usual_or_odd(st.integers()),
        "model": TEXT,
        "object": st.sampled_from(["chat.completion", "chat.completion.chunk", ""]),
    },
    {
        "usage": _usual_or_odd(USAGE),
        "service_tier": ODD,
        "prompt_filter_results": ODD,
    },
)


def _usual(kind):
    name = {"chat.completion": "message", "chat.completion.chunk": "delta"}[kind]
    return {
        "id": "c", "created": 1, "model": "kimi-k2.6", "object": kind,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                name: {"role": "assistant", "content": "Hello", "reasoning_content": "…"},
                "content_filter_results": {"hate": {"filtered": False}},
            }
        ],
    }  # fmt: skip


def _whole(value):
    """Everything that a model holds, with the kinds of its parts."""
    if hasattr(value, "model_fields_set"):
        own = {name: _whole(each) for name, each in vars(value).items()}
        extra = {name: _whole(each) for name, each in (value.model_extra or {}).items()}
        # Validation counts what the model has no field for among these, too.
        return type(value), own, extra, value.model_fields_set - extra.keys()
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return type(value), value


def _with_log_probability(value):
    body = _usual("chat.completion")
    found = [{"token": "a", "bytes": None, "logprob": value, "top_logprobs": []}]
    body["choices"][0]["logprobs"] = {"content": found, "refusal": None}
    return body


@example(_with_log_probability(0), ChatCompletion)
@example(_usual("chat.completion"), ChatCompletion)
@given(BODY, st.sampled_from([ChatCompletion, ChatCompletionChunk]))
def test_it_is_the_model_that_the_sdk_makes(body, kind):
    before = copy.deepcopy(body)
    made = made_fast(body, kind)

    assert body == before
    if made is not None:
        with OpenAI(api_key="k", base_url="http://localhost") as sdk:
            usual = sdk._process_response_data(data=body, cast_to=kind, response=None)
        assert _whole(made) == _whole(usual)


def test_what_a_caller_asks_for_need_not_be_hashable():
    assert made_fast({}, Annotated[dict[str, object], {"note": "mine"}]) is None


@pytest.mark.parametrize(
    ("kind", "cast_to"),
    [("chat.completion", ChatCompletion), ("chat.completion.chunk", ChatCompletionChunk)],
)
def test_what_is_usual_is_made_fast(kind, cast_to):
    made = made_fast(_usual(kind), cast_to)
    assert type(made) is cast_to
    assert made.to_dict() == _usual(kind)


@pytest.mark.parametrize(
    ("changes", "cast_to"),
    [
        ({"created": "1"}, ChatCompletion),
        ({"object": ""}, ChatCompletion),
        ({"id": None}, ChatCompletion),
        ({"choices": [{"logprobs": {"content": [{"token": "a", "logprob": 0}]}}]}, ChatCompletion),
        ({}, Completion),
        ({}, object),
    ],
)
def test_what_is_odd_is_left_to_the_sdk(changes, cast_to):
    assert made_fast(_usual("chat.completion") | changes, cast_to) is None
