import ast
import asyncio
import errno
import json
import socket
import ssl
import string
import subprocess
import sys

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import serving

import agentsflare_kimi
from agentsflare_kimi import Kimi
from agentsflare_kimi.reading.diagnosis import Diagnosis, diagnose
from agentsflare_kimi.reading.diagnosis_forms import list_forms

KEY = "sk-canary0123456789"
PROMPT = "canary prompt about harbours"


def moonshot(kind, message=""):
    return {"error": {"type": kind, "message": message}}


def refused(message):
    return moonshot("invalid_request_error", message)


def gateway(status, message):
    return {"statusCode": status, "message": message}


HTML = "<!DOCTYPE html><html><head><title>{}</title></head><body></body></html>"
UNAVAILABLE = "Model {} is not available, please check if the model is in the admin allowed range"

ANSWERS = [
    (400, gateway(400, UNAVAILABLE.format("kimi-k2.6")), "model_not_allowed", False),
    (404, gateway(404, "Key not found"), "key_not_found", False),
    (
        404,
        {"message": "Cannot POST /v1/chat", "error": "Not Found", "statusCode": 404},
        "wrong_url",
        False,
    ),
    (404, moonshot("resource_not_found_error", "x"), "model_not_found", False),
    (404, HTML.format("404"), "wrong_url", False),
    (405, "", "wrong_url", False),
    (401, moonshot("invalid_authentication_error"), "key_rejected", False),
    (401, moonshot("incorrect_api_key_error"), "key_rejected", False),
    (401, "", "key_rejected", False),
    (402, "", "balance_exhausted", False),
    (403, moonshot("permission_denied_error"), "permission_denied", False),
    (403, HTML.format("Just a moment..."), "edge_blocked", None),
    (413, "", "request_too_large", False),
    (429, moonshot("rate_limit_reached_error"), "rate_limited", True),
    (429, moonshot("engine_overloaded_error"), "overloaded", True),
    (429, moonshot("exceeded_current_quota_error"), "balance_exhausted", False),
    (429, gateway(429, "Insufficient balance, please recharge"), "balance_exhausted", False),
    (429, moonshot("x", "You exceeded your current token quota: 0"), "balance_exhausted", False),
    (429, {"error": {"code": "insufficient_quota", "message": "x"}}, "balance_exhausted", False),
    (429, gateway(429, "slow down"), "rate_limited", True),
    (429, "", "rate_limited", True),
    (400, moonshot("content_filter", "high risk"), "content_filtered", False),
    (400, refused("invalid top_p: only 0.95 is allowed for this model"), "fixed_parameter", False),
    (
        400,
        refused(
            "thinking is enabled but reasoning_content is missing in assistant tool call "
            "message at index 3"
        ),
        "reasoning_content_missing",
        False,
    ),
    (
        400,
        refused("tool_choice 'required' is incompatible with thinking enabled"),
        "tool_choice_rejected",
        False,
    ),
    (
        400,
        refused("the message at position 2 with role 'assistant' must not be empty"),
        "empty_message",
        False,
    ),
    (400, refused("tool_call_id  is not found"), "tool_call_not_found", False),
    (
        400,
        refused(
            "tools.function.parameters is not a valid moonshot flavored json schema, details: <At>"
        ),
        "tool_schema_rejected",
        False,
    ),
    (400, refused("Your request exceeded model token limit : 262144"), "context_exceeded", False),
    (400, refused("Input token length too long"), "context_exceeded", False),
    (400, refused("something nobody has seen"), "invalid_request", False),
    (400, {"code": 20015, "message": "Input token length too long"}, "context_exceeded", False),
    (
        400,
        {"error": {"type": "<nil>", "message": "invalid n: only 1 is allowed"}, "type": "error"},
        "fixed_parameter",
        False,
    ),
    *[
        (400, body, "content_filtered", False)
        for text in ["The request was rejected because it was considered high risk"]
        for body in (
            {"error": {"type": "<nil>", "message": text}, "type": "error"},
            {"code": 20015, "message": text, "data": None},
            {"error": text},
        )
    ],
    (500, moonshot("server_error"), "upstream_error", True),
    (500, moonshot("unexpected_output"), "upstream_error", True),
    (502, HTML.format("Bad gateway"), "upstream_error", True),
    (503, moonshot("server_unavailable"), "upstream_error", True),
    (504, HTML.format("504 Gateway Time-out"), "edge_timeout", None),
    (524, HTML.format("524: A timeout occurred"), "edge_timeout", None),
    (529, "", "overloaded", True),
    (520, HTML.format("520"), "upstream_error", True),
]


def failure(status, body, **options):
    """Return what the SDK raises for an answer with this status and body."""
    data = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html" if data.startswith("<") else "application/json"
    options = {"status": status, "content_type": kind, **options}
    with (
        serving(data.encode(), **options) as server,
        openai.OpenAI(api_key=KEY, base_url=server.base_url, max_retries=0) as client,
        pytest.raises(openai.APIError) as caught,
    ):
        client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": PROMPT}]
        )
    return caught.value


@pytest.mark.parametrize(("status", "body", "cause", "is_retryable"), ANSWERS)
def test_cause_of_an_answer(status, body, cause, is_retryable):
    error = failure(status, body)
    diagnosis = diagnose(error)
    assert (diagnosis.cause, diagnosis.is_retryable) == (cause, is_retryable)
    wrapped = RuntimeError("step failed")
    wrapped.__cause__ = error
    assert diagnose(wrapped) == diagnosis
    assert "{" not in str(diagnosis)
    assert "\n" not in str(diagnosis)
    assert not any(secret in repr(diagnosis) for secret in (KEY, PROMPT))


@pytest.mark.parametrize(
    ("text", "parameter", "allowed"),
    [
        ("invalid temperature: only 1 is allowed for this model", "temperature", 1),
        ("invalid temperature: only 0.6 is allowed for this model", "temperature", 0.6),
        ("invalid presence_penalty: only 0 is allowed for this model", "presence_penalty", 0),
        ("invalid logprobs: only false is allowed for this model", "logprobs", False),
        (
            "invalid thinking: only type=enabled is allowed for this model",
            "thinking",
            "type=enabled",
        ),
    ],
)
def test_a_fixed_parameter_is_named_with_its_value(text, parameter, allowed):
    diagnosis = diagnose(failure(400, refused(text)))
    assert (diagnosis.cause, diagnosis.parameter) == ("fixed_parameter", parameter)
    assert diagnosis.allowed == allowed
    assert type(diagnosis.allowed) is type(allowed)
    assert str(allowed).lower() in diagnosis.advice.lower()
    assert f"`{parameter}`" in diagnosis.advice


@pytest.mark.parametrize(
    "body",
    [
        gateway(400, UNAVAILABLE.format("kimi-k2-turbo-preview")),
        moonshot(
            "resource_not_found_error",
            "Not found the model kimi-k2-turbo-preview or Permission denied",
        ),
    ],
)
def test_the_advice_for_a_retired_model_names_its_successor(body):
    diagnosis = diagnose(failure(404, body))
    assert diagnosis.parameter == "model"
    assert "kimi-k2-turbo-preview" in diagnosis.summary
    assert "use kimi-k2.6 instead" in diagnosis.advice


def test_the_advice_for_a_misspelt_model_names_those_that_look_like_it():
    body = moonshot("x", "Not found the model kimi-k26 or Permission denied")
    assert "Did you mean kimi-k2.6" in diagnose(failure(404, body)).advice


def test_the_advice_for_an_edge_timeout_is_to_stream():
    assert "stream=True" in diagnose(failure(524, HTML.format("524"))).advice
    assert "stream=True" in diagnose(openai.APITimeoutError(request=None)).advice


def test_the_message_that_lacks_its_reasoning_is_named():
    text = "reasoning_content is missing in assistant tool call message at index 7"
    assert diagnose(failure(400, refused(text))).parameter == "messages[7].reasoning_content"


def test_the_limit_of_tokens_is_named():
    text = "Your request exceeded model token limit : 262144"
    assert diagnose(failure(400, refused(text))).allowed == 262144


def test_the_blocked_categories_are_named():
    results = {"jailbreak": {"filtered": True, "detected": True}}
    body = {"error": {"code": "content_filter", "innererror": {"content_filter_result": results}}}
    assert "(jailbreak)" in diagnose(failure(400, body)).summary


def test_what_the_gateway_writes_cannot_write_to_the_terminal():
    body = moonshot("x", "Not found the model \x1b[2J\u202ekimi or Permission denied")
    assert diagnose(failure(404, body)).summary.isprintable()


def caused(error, cause):
    error.__cause__ = cause
    return error


def connection(cause):
    return caused(openai.APIConnectionError(request=None), cause)


@pytest.mark.parametrize(
    ("error", "cause", "is_retryable", "said"),
    [
        (openai.APITimeoutError(request=None), "timeout", True, "in time"),
        (TimeoutError(), "timeout", True, "in time"),
        (connection(ConnectionRefusedError()), "connection_failed", True, "refused"),
        (connection(ConnectionResetError()), "connection_failed", True, "cut"),
        (
            connection(socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
            "connection_failed",
            False,
            "not known",
        ),
        (
            connection(socket.gaierror(-3, "Temporary failure in name resolution")),
            "connection_failed",
            True,
            "looked up",
        ),
        (
            connection(ssl.SSLCertVerificationError(1, "certificate verify failed")),
            "connection_failed",
            False,
            "certificate",
        ),
        (connection(ssl.SSLError(1, "wrong version")), "connection_failed", False, "TLS"),
        (
            connection(OSError(errno.EMFILE, "Too many open files")),
            "connection_failed",
            True,
            "more connections",
        ),
        (
            connection(ValueError(f"Illegal header value b'Bearer {KEY}\\n'")),
            "key_unusable",
            False,
            "characters",
        ),
        (connection(None), "connection_failed", True, "failed or was cut"),
        (json.JSONDecodeError("x", "y", 0), "unreadable_response", None, "not a completion"),
        (asyncio.CancelledError(), "cancelled", None, "cancelled"),
        (KeyboardInterrupt(), "cancelled", None, "cancelled"),
        (
            agentsflare_kimi.IncompleteStreamError("cut", None, body=None),
            "incomplete_stream",
            True,
            "before the answer",
        ),
        (
            agentsflare_kimi.UnreadableResponseError("x", None, body="<html>"),
            "unreadable_response",
            None,
            "not a completion",
        ),
        (ValueError("odd"), "unknown", None, "does not know"),
        (openai.APIError(PROMPT, None, body=None), "unknown", None, "does not know"),
    ],
)
def test_cause_of_what_never_became_an_answer(error, cause, is_retryable, said):
    diagnosis = diagnose(error)
    assert (diagnosis.cause, diagnosis.is_retryable) == (cause, is_retryable)
    assert said in diagnosis.summary
    assert not any(secret in repr(diagnosis) for secret in (KEY, PROMPT))


def test_a_failed_connection_names_host_and_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    with (
        openai.OpenAI(api_key=KEY, base_url=url, max_retries=0) as client,
        pytest.raises(openai.APIConnectionError) as caught,
    ):
        client.models.list()
    assert f"127.0.0.1:{port} refused" in diagnose(caught.value).summary


@pytest.mark.parametrize("stream", [False, True], ids=["create", "stream"])
@pytest.mark.parametrize(
    ("status", "cause"), [(500, "upstream_error"), (429, "rate_limited"), (524, "edge_timeout")]
)
def test_a_failure_with_status_200_is_known_by_the_status_in_its_body(status, cause, stream):
    body = json.dumps(gateway(status, "It did not work")).encode()
    with (
        serving(body, content_type="application/json") as server,
        Kimi(api_key=KEY, base_url=server.base_url, max_retries=0) as client,
        pytest.raises(openai.APIError) as caught,
    ):
        list(client.chat.completions.create(model="kimi-k2.6", messages=[], stream=stream))
    assert diagnose(caught.value).cause == cause


def test_an_answer_that_quotes_the_words_of_a_block_is_none():
    message = {"content": "rejected because it was considered high risk"}
    assert not agentsflare_kimi.extract_filter_results({"choices": [{"message": message}]})


def test_an_error_inside_a_stream_is_diagnosed_too():
    error = openai.APIError("x", None, body={"type": "engine_overloaded_error", "message": "x"})
    assert diagnose(error).cause == "overloaded"


@pytest.mark.parametrize("seconds", ["7", None])
def test_the_wait_that_the_gateway_asks_for_is_told(seconds):
    header = f"application/json\r\nretry-after: {seconds}" if seconds else "application/json"
    error = failure(429, moonshot("rate_limit_reached_error"), content_type=header)
    assert ("Wait 7 s and retry" in diagnose(error).advice) == bool(seconds)


def test_every_form_of_the_table_can_be_reached_and_reads_well():
    for form in list_forms():
        assert form.kinds or form.statuses or form.codes or form.text or form.signs
        names = {
            name
            for text in (form.summary, form.advice, form.parameter or "")
            for _, name, *_ in string.Formatter().parse(text)
            if name
        }
        groups = set(form.text.groupindex) if form.text else set()
        filled = {"where", "seconds", "status", "instead", "model", "index"}
        assert names <= groups | filled | {"path", "base", "encoding", "adapted", "role", "proxy"}
        assert form.summary.endswith(".")


def test_a_diagnosis_as_text_has_cause_summary_advice_and_page():
    diagnosis = Diagnosis(cause="c", summary="S.", advice="A.", docs_url="https://example.org")
    assert str(diagnosis) == "c: S. A. See https://example.org"


class Odd(Exception):  # noqa: N818  # it is no error of ours
    def __str__(self):
        raise RuntimeError

    @property
    def body(self):
        raise RuntimeError

    response = status_code = request = property(lambda self: 1 / 0)


def test_an_exception_that_raises_when_asked_is_unknown():
    assert diagnose(Odd()).cause == "unknown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from(["message", "error", "code", "type", "statusCode", "innererror"]))
def test_any_body_gives_a_diagnosis(value, name):
    for body in (value, {name: value}, {"error": {name: value}}):
        error = openai.APIError("x", None, body=body)
        assert isinstance(diagnose(error), Diagnosis)


OUT_OF_DESCRIPTORS = """
import os, resource, socket
import openai
from agentsflare_kimi import Kimi, diagnose

client = Kimi(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0)
client.chat.completions
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
held = []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
told = []
try:
    client.chat.completions.create(model="kimi-k2.6", messages=[])
except Exception as error:
    told.append((type(error).__name__, error.__notes__))
missing = openai.APIError("Not found the model kimi-k26 or Permission denied", None, body=None)
told.append(diagnose(missing).advice)
for descriptor in held:
    os.close(descriptor)
print(told)
"""


def test_a_process_without_a_free_descriptor_still_learns_why_a_call_failed():
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_DESCRIPTORS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (kind, notes), advice = ast.literal_eval(done.stdout)
    assert kind == "APIConnectionError"
    assert notes[0].startswith("agentsflare-kimi: connection_failed")
    assert "Did you mean kimi-k2.6" in advice


def test_an_exception_in_a_group_of_a_task_group_is_diagnosed():
    inner = openai.APIError("x", None, body={"type": "engine_overloaded_error", "message": "x"})
    group = ExceptionGroup("unhandled errors in a TaskGroup", [ValueError("odd"), inner])
    assert diagnose(group).cause == "overloaded"
