"""Records of answers and failures: nothing received is lost, and nothing of it is printed."""

import json
import warnings

import pytest
from openai.types.chat import ChatCompletion

from agentsflare_kimi import ContentFilteredError, extract_filter_results
from agentsflare_kimi.batch.records import answer_record, error_record, line_of
from agentsflare_kimi.errors import ServedModelError


def answer(content="the answer", **fields):
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return ChatCompletion.construct(
        **{
            "id": "x",
            "object": "chat.completion",
            "created": 1,
            "model": "kimi-k2.6",
            "choices": [choice],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
            **fields,
        }
    )


def content_of(record):
    return record["response"]["body"]["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "odd",
    [
        {"content": [{"type": "text", "text": "the answer"}]},
        {"usage": {"prompt_tokens": "7"}},
        {"usage": ["the answer"]},
        {"created": "the answer"},
    ],
)
def test_an_answer_of_unexpected_types_is_recorded_without_a_warning_that_shows_it(odd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = answer_record("a", "digest", answer(**odd))

    assert json.loads(line_of(record))["response"]["body"].keys() >= odd.keys() - {"content"}


def test_a_number_that_json_lacks_leaves_the_line_json():
    record = answer_record("a", "digest", answer(usage={"prompt_tokens": float("nan")}))

    def refuse(name):
        raise AssertionError(name)

    read = json.loads(line_of(record), parse_constant=refuse)
    assert read["usage"]["prompt_tokens"] is None
    assert content_of(read) == "the answer"


def refused_by_the_filter(completion):
    report = extract_filter_results(completion)
    return ContentFilteredError("blocked", report=report, completion=completion)


def of_another_model(completion):
    return ServedModelError(
        "another answered", model_sent="a", model_served="b", completion=completion
    )


@pytest.mark.parametrize("failure", [refused_by_the_filter, of_another_model])
def test_an_answer_that_a_setting_refuses_is_kept_with_its_tokens(failure):
    record = error_record("a", "digest", failure(answer()), lambda text: text.replace("ed", "ED"))

    assert record["error"]["message"].startswith(("blockED (A", "another answerED (A"))
    assert record["error"]["code"] in {"content_filtered", "model_substituted"}
    assert content_of(record) == "the answer"
    assert record["usage"]["total_tokens"] == 7
