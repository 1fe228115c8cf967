import asyncio
import copy
import json
import pickle

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import serving
from openai.types.chat import ChatCompletion
from samples import check, names, own, shared, told

from agentsflare_kimi.reading.content import extract_content
from agentsflare_kimi.reading.filters import FilterReport, extract_filter_results, is_filter_error

COMPLETIONS = shared("c") + [
    (name, json.dumps(body).encode(), expected) for name, body, expected in own("completions")
]
ERRORS = shared("e") + [
    (name, json.dumps(body).encode(), expected) for name, body, expected in own("errors")
]
BODIES = {name: body for name, body, _ in COMPLETIONS}
MESSAGES = [{"role": "user", "content": "Hello"}]


def ask(base_url):
    with openai.OpenAI(api_key="sample", base_url=base_url, max_retries=0) as client:
        return client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)


async def ask_async(base_url):
    async with openai.AsyncOpenAI(api_key="sample", base_url=base_url, max_retries=0) as client:
        return await client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)


def answers(body, **options):
    """Return what the sync and the async client make of *body*, exceptions included."""
    found = []
    with serving(body, content_type="application/json", **options) as server:
        for call in (ask, lambda url: asyncio.run(ask_async(url))):
            try:
                found.append(call(server.base_url))
            except openai.OpenAIError as error:
                found.append(error)
    return found


@pytest.mark.parametrize(("name", "body", "expected"), COMPLETIONS, ids=names(COMPLETIONS))
def test_report_of_a_completion(name, body, expected):
    for source in [json.loads(body), *answers(body)]:
        check(extract_filter_results(source), expected)
        if "content" in expected:
            assert extract_content(source) == (expected["content"] or "")


@pytest.mark.parametrize(("name", "body", "expected"), ERRORS, ids=names(ERRORS))
def test_report_of_an_error(name, body, expected):
    for error in answers(body, status=400):
        assert isinstance(error, openai.BadRequestError)
        check(extract_filter_results(error), expected)
        assert is_filter_error(error) is expected["is_filtered"]
        if "content" in expected:
            assert extract_content(error) == (expected["content"] or "")


@pytest.mark.parametrize(("name", "body", "expected"), ERRORS, ids=names(ERRORS))
def test_report_of_the_cause_of_an_exception(name, body, expected):
    error = answers(body, status=400)[0]
    wrapped, outermost = RuntimeError("step failed"), ValueError("run failed")
    wrapped.__cause__, outermost.__cause__ = error, wrapped
    assert extract_filter_results(outermost) == extract_filter_results(error)
    assert is_filter_error(outermost) is expected["is_filtered"]


@pytest.mark.parametrize(("name", "body", "expected"), ERRORS, ids=names(ERRORS))
def test_report_of_an_error_body_given_as_json(name, body, expected):
    try:
        source = json.loads(body)
    except ValueError:
        pytest.skip("not JSON")
    assert extract_filter_results(source).is_filtered is expected["is_filtered"]


def test_an_exception_that_refers_to_itself_is_read_once():
    error = RuntimeError("loop")
    error.__cause__ = error
    assert not is_filter_error(error)


def finished(error, reason, results):
    body = {
        "choices": [{"finish_reason": reason, "index": 0, "content_filter_results": results}],
    }
    exc = error.__new__(error)
    exc.completion = ChatCompletion.construct(**body)
    return exc


def test_finish_reason_errors_of_the_sdk_are_read_by_their_completion():
    results = {"hate": {"filtered": True, "severity": "high"}}
    error = finished(openai.ContentFilterFinishReasonError, "content_filter", results)
    assert extract_filter_results(error).blocked_categories == ("hate",)
    assert is_filter_error(error)


def test_a_content_filter_error_without_a_completion_is_still_a_block():
    error = openai.ContentFilterFinishReasonError.__new__(openai.ContentFilterFinishReasonError)
    error.completion = None
    assert is_filter_error(error)
    assert extract_filter_results(error).is_filtered


def test_an_answer_that_was_too_long_is_no_filter_error_whatever_was_noted_on_its_prompt():
    results = {"profanity": {"filtered": True, "detected": True}}
    error = finished(openai.LengthFinishReasonError, "length", results)
    assert not is_filter_error(error)
    assert extract_filter_results(error).blocked_categories == ("profanity",)


@pytest.mark.parametrize("odd", [None, 3, "text", [], [1], object(), b"x", float("nan")])
def test_what_is_no_answer_reports_nothing(odd):
    report = extract_filter_results(odd)
    assert told(report) == told(extract_filter_results({}))
    assert not report
    assert not report.annotations_present
    assert is_filter_error(odd) is False


def sample_report():
    return extract_filter_results(json.loads(BODIES["c13_future_categories.json"]))


def test_a_report_is_true_when_something_was_blocked():
    assert sample_report()
    assert not extract_filter_results({"choices": []})


def test_a_report_cannot_be_changed():
    report = sample_report()
    with pytest.raises(AttributeError):
        report.is_filtered = False
    with pytest.raises(TypeError):
        report.categories["hate"] = None


def test_a_report_can_be_sent_to_another_process_and_copied():
    report = sample_report()
    assert pickle.loads(pickle.dumps(report)) == report
    assert copy.deepcopy(report) == report


def test_a_report_as_json_has_every_field():
    report = sample_report()
    data = json.loads(json.dumps(report.to_dict()))
    assert data.keys() == FilterReport.__dataclass_fields__.keys()
    assert data["blocked_categories"] == ["sample_future_risk"]
    assert data["categories"]["sample_future_risk"]["extra"] == {
        "score": 0.93,
        "extra": {"a": [1, 2]},
    }


@pytest.mark.parametrize(
    ("results", "text"),
    [
        ({"hate": {"filtered": True, "severity": "high"}}, "blocked hate (high)"),
        ({"hate": {"filtered": False, "severity": "low"}}, "flagged hate (low)"),
        ({"hate": {"filtered": False, "severity": "safe"}}, "nothing found"),
        ({"error": {"code": 500, "message": "Timed out"}}, "did not run (Timed out)"),
        ({"error": {"code": "content_filter", "message": ""}}, "blocked (content_filter)"),
        ({"x\x1b[2J": {"filtered": True}}, "blocked x\\x1b[2J"),
        ({}, "no information"),
    ],
)
def test_a_report_as_text(results, text):
    report = extract_filter_results({"choices": [{"content_filter_results": results}]})
    assert str(report) == f"content filter: {text}"


def test_raw_is_what_came():
    results = {"self-harm": {"filtered": False, "severity": "safe", "new": [1]}}
    report = extract_filter_results({"choices": [{"content_filter_result": results}]})
    assert report.raw == ({"index": 0, "content_filter_result": results},)


def test_details_citation_and_other_fields_are_kept():
    results = {
        "custom_blocklists": [{"filtered": True, "id": "a"}, {"filtered": False, "id": "b"}],
        "protected_material_code": {
            "filtered": False,
            "detected": True,
            "url": "https://example.org/x",
            "license": "MIT",
        },
        "personally_identifiable_information": {"detected": True, "redacted_text": "***"},
        "purview": {"detected": False, "details": {"error": {"code": "x", "message": "y"}}},
    }
    found = extract_filter_results({"choices": [{"content_filter_results": results}]}).categories
    assert [item["id"] for item in found["custom_blocklists"].details if item["filtered"]] == ["a"]
    assert found["protected_material_code"].citation == {
        "URL": "https://example.org/x",
        "license": "MIT",
    }
    assert found["personally_identifiable_information"].extra == {"redacted_text": "***"}
    assert found["purview"].details == ({"error": {"code": "x", "message": "y"}},)


def test_a_choice_says_of_itself_whether_it_was_blocked():
    body = json.loads(BODIES["c31_three_choices_one_blocked.json"])
    assert [choice.is_filtered for choice in extract_filter_results(body).choices] == [
        False,
        True,
        False,
    ]


SEVERITIES = st.sampled_from(["safe", "very_low", "low", "medium", "high", "grave", 0, 2, 4, 6])


@given(st.lists(SEVERITIES, min_size=1, max_size=6))
def test_safe_never_hides_another_severity(labels):
    prompts = [{"content_filter_results": {"hate": {"severity": label}}} for label in labels]
    report = extract_filter_results({"prompt_filter_results": prompts})
    worst = report.categories["hate"].severity
    assert worst in map(str, labels)
    assert (worst in {"safe", "0"}) == all(label in {"safe", 0} for label in labels)
    assert report.is_flagged == (worst not in {"safe", "0"})
