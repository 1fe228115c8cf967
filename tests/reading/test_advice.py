"""Advice is true or absent: it knows what was called, and says what the caller can do about it."""

import asyncio
import json

import openai
import pytest
from loopback import serving

from agentsflare_kimi import AsyncKimi, BalanceExhaustedError, Kimi
from agentsflare_kimi.reading.diagnosis import diagnose

CONSOLE = "<!DOCTYPE html><html><head>{}<title>Agentsflare Console</title></head></html>"
JSON = "application/json"


def cannot(path):
    return {"statusCode": 404, "message": f"Cannot POST {path}", "error": "Not Found"}


def caught(call, body, *, status=404, content_type=JSON, version="/v1", client=openai.OpenAI):
    """Return what a client raises for an answer, and how often it asked."""
    data = body if isinstance(body, str) else json.dumps(body)
    with (
        serving(data.encode(), status=status, content_type=content_type) as server,
        client(
            api_key="k", base_url=server.base_url.removesuffix("/v1") + version, max_retries=0
        ) as opened,
        pytest.raises(openai.APIError) as raised,
    ):
        call(opened)
    return raised.value


def chat(client):
    client.chat.completions.create(model="kimi-k2.6", messages=[{"role": "user", "content": "Hi"}])


CALLS = {
    "responses": (lambda c: c.responses.create(model="kimi-k2.6", input="Hi"), "chat.completions"),
    "a response": (lambda c: c.responses.retrieve("r"), "chat.completions"),
    "files": (lambda c: c.files.list(), "base64"),
    "batches": (lambda c: c.batches.list(), "agentsflare-kimi batch"),
    "a batch": (lambda c: c.batches.retrieve("b"), "agentsflare-kimi batch"),
    "embeddings": (lambda c: c.embeddings.create(model="m", input="Hi"), "chat.completions"),
    "images": (lambda c: c.images.generate(model="m", prompt="Hi"), "chat.completions"),
    "models": (lambda c: c.models.list(), "agentsflare-kimi models"),
    "completions": (lambda c: c.completions.create(model="m", prompt="Hi"), "chat.completions"),
}
ROUTELESS = [
    (cannot("/v1/x"), JSON, 404),
    ("", JSON, 404),
    (CONSOLE.format(""), "text/html", 404),
    ({"error": {"message": "method not allowed"}}, JSON, 405),
    ({"code": 5, "error": "url.not_found", "message": "No such path"}, JSON, 404),
]


@pytest.mark.parametrize(("call", "instead"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("body", "content_type", "status"), ROUTELESS)
def test_a_path_that_the_gateway_lacks_is_told_what_to_call_instead(
    call, instead, body, content_type, status
):
    found = diagnose(caught(call, body, status=status, content_type=content_type))
    assert found.cause == "endpoint_not_offered"
    assert instead in found.advice
    assert "base_url" not in str(found)
    assert found.is_retryable is False


def test_the_note_of_a_client_of_ours_says_it_too():
    error = caught(CALLS["batches"][0], cannot("/v1/batches"), client=Kimi)
    assert "agentsflare-kimi batch" in error.__notes__[0]


@pytest.mark.parametrize("call", [chat, CALLS["responses"][0], CALLS["models"][0]])
@pytest.mark.parametrize("version", ["", "/openai", "/openai/"])
def test_a_base_url_without_v1_is_told_to_add_it_to_the_users_own_url(call, version):
    error = caught(call, cannot("/x"), version=version)
    found = diagnose(error)
    base = f"http://127.0.0.1:{error.request.url.port}{version.rstrip('/')}/v1"
    assert (found.cause, found.parameter) == ("wrong_url", "base_url")
    assert f"set `base_url` to {base}." in found.advice


def test_a_file_that_is_not_there_is_no_missing_model_and_no_missing_path():
    body = {"error": {"type": "resource_not_found_error", "message": "file not found"}}
    found = diagnose(caught(lambda c: c.files.retrieve("f"), body))
    assert found.cause == "not_found"
    assert "/v1/files/f" in found.summary


@pytest.mark.parametrize("padding", ["", "<meta>" * 100])
@pytest.mark.parametrize("status", [200, 404])
def test_the_page_of_the_console_is_known(padding, status):
    error = caught(
        chat, CONSOLE.format(padding), status=status, content_type="text/html", client=Kimi
    )
    found = diagnose(error)
    assert found.cause == "wrong_url"
    assert "console" in found.summary


def test_a_key_that_is_not_known_is_no_missing_path():
    body = {"statusCode": 404, "message": "Key not found"}
    assert diagnose(caught(CALLS["responses"][0], body)).cause == "key_not_found"


REFUSALS = [
    (
        (
            "an assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: f"
        ),
        "tool_results_missing",
        "messages",
    ),
    ("tool_call_id  is not found", "tool_call_not_found", "messages"),
    (
        "messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
        "tool_call_not_found",
        "messages",
    ),
    ("text content is empty", "empty_message", "messages"),
    ("Invalid request: content must not be empty", "empty_message", "messages"),
    ("Invalid request: messages must not be empty", "empty_message", "messages"),
    (
        "the message at position 4 with role 'user' must not be empty",
        "empty_message",
        "messages[4]",
    ),
    ("role 'developer' is not allowed", "role_rejected", "messages"),
    ("invalid role: developer", "role_rejected", "messages"),
    ("Invalid value: 'developer'. Supported values are: 'system'", "role_rejected", "messages"),
    ("Input should be 'system', 'user', 'assistant' or 'tool'", "role_rejected", "messages"),
    ("unsupported message role `critic`", "role_rejected", "messages"),
    (
        "Invalid request: unsupported image url: https://example.org/a.png",
        "image_rejected",
        "messages",
    ),
    ("image_url must be a base64 data URL", "image_rejected", "messages"),
    ("failed to download image", "image_rejected", "messages"),
    (
        "the message at position 1 with role 'user' contains an invalid part type: video_url",
        "part_type_rejected",
        "messages[1]",
    ),
    ("unsupported content part type: input_audio", "part_type_rejected", "messages"),
    (
        (
            "Invalid request: function name is invalid, must start with a letter and can contain "
            "letters, numbers, underscores, and dashes"
        ),
        "tool_name_rejected",
        "tools",
    ),
    ("function name get_time is duplicated", "tool_name_rejected", "tools"),
    (
        'tools.function.parameters.type is required and must be "object"',
        "tool_schema_rejected",
        "tools",
    ),
    (
        "tools.function.parameters is not a valid moonshot flavored json schema, details: <At>",
        "tool_schema_rejected",
        "tools",
    ),
    (
        (
            "Invalid request: response_format.json_schema is not a valid moonshot flavored json "
            "schema, details: <At path 'root': unsupported keywords: $schema>"
        ),
        "response_schema_rejected",
        "response_format",
    ),
    ("invalid response_format: json_schema.name", "response_schema_rejected", "response_format"),
    ("stop: at most 5 sequences are allowed", "stop_rejected", "stop"),
    ("invalid stop: longer than 32 bytes", "stop_rejected", "stop"),
    ("too many stop sequences", "stop_rejected", "stop"),
    (
        "reasoning_effort 'none' is not supported for this model",
        "reasoning_effort_rejected",
        "reasoning_effort",
    ),
    ("invalid reasoning_effort: minimal", "reasoning_effort_rejected", "reasoning_effort"),
    (
        "Unsupported value: 'reasoning.effort' does not support 'none'",
        "reasoning_effort_rejected",
        "reasoning_effort",
    ),
]


@pytest.mark.parametrize(("text", "cause", "parameter"), REFUSALS)
def test_what_the_upstream_refuses_is_named_with_its_parameter(text, cause, parameter):
    body = {"error": {"type": "invalid_request_error", "message": text}}
    found = diagnose(caught(chat, body, status=400))
    assert (found.cause, found.parameter, found.is_retryable) == (cause, parameter, False)
    rewrapped = diagnose(caught(chat, {"code": 20015, "message": text, "data": None}, status=400))
    assert rewrapped == found
    assert "example.org" not in str(found)


@pytest.mark.parametrize(
    "text",
    ["stopped by the upstream", "the tool stopped", "reasoning is great", "the role of content"],
)
def test_words_alone_make_no_advice(text):
    body = {"error": {"type": "invalid_request_error", "message": text}}
    assert diagnose(caught(chat, body, status=400)).cause == "invalid_request"


PINNED = {"error": {"message": "invalid temperature: only 1 is allowed for this model"}}


@pytest.mark.parametrize(
    ("call", "is_adapted"),
    [(chat, True), (lambda c: c.images.generate(model="m", prompt="Hi"), False)],
)
def test_an_adaptation_is_promised_only_where_it_happens(call, is_adapted):
    found = diagnose(caught(call, PINNED, status=400))
    assert ("does it for you" in found.advice) is is_adapted


# ---------- Limits and balances


def limited(message, kind="", *, retry_after=None, status=429):
    head = f"{JSON}\r\nretry-after: {retry_after}" if retry_after else JSON
    body = {"error": {"type": kind, "message": message}}
    return caught(chat, body, status=status, content_type=head, client=Kimi)


@pytest.mark.parametrize(
    ("message", "kind", "retry_after"),
    [
        ("Rate limit reached, check your plan and billing details", "x", 1),
        ("You exceeded your current quota, please check your plan and billing details", "x", 20),
        ("max RPM: 3, please try again after 1 seconds, or top up your account", "x", None),
        ("You exceeded your current quota. Please retry in 34.5s.", "insufficient_quota", None),
        ("request reached organization max RPM: 20", "rate_limit_reached_error", 1),
    ],
)
def test_a_429_that_speaks_of_billing_and_says_when_to_retry_is_a_rate_limit(
    message, kind, retry_after
):
    error = limited(message, kind, retry_after=retry_after)
    found = diagnose(error)
    assert (found.cause, found.is_retryable) == ("rate_limited", True)
    assert not isinstance(error, BalanceExhaustedError)


@pytest.mark.parametrize(
    ("message", "kind", "retry_after"),
    [
        ("Insufficient balance, please recharge", "x", 1),
        ("You exceeded your current token quota", "exceeded_current_quota_error", 1),
        ("You exceeded your current quota, please check your plan and billing details", "x", None),
        ("You've reached your weekly usage limit", "x", None),
        ("Monthly limit reached, it resets in 12 days", "rate_limit_reached_error", None),
        ("usage limit for this billing cycle", "access_terminated_error", 86_400),
    ],
)
def test_a_balance_or_the_limit_of_a_plan_is_not_retried(message, kind, retry_after):
    error = limited(message, kind, retry_after=retry_after)
    found = diagnose(error)
    assert (found.cause, found.is_retryable) == ("balance_exhausted", False)
    assert isinstance(error, BalanceExhaustedError)


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Your IP 203.0.113.7 is not in the allowlist", "address_not_allowed"),
        ("request ip is not whitelisted: not in IP whitelist", "address_not_allowed"),
        ("IP address not allowed", "address_not_allowed"),
        ("Your balance is too low for this model", "balance_exhausted"),
        ("account balance is insufficient", "balance_exhausted"),
        ("You may not do that", "permission_denied"),
    ],
)
def test_a_403_is_told_apart(message, cause):
    found = diagnose(limited(message, "permission_denied_error", status=403))
    assert (found.cause, found.is_retryable) == (cause, False)
    assert "203.0.113.7" not in str(found)


@pytest.mark.parametrize("stream", [False, True])
def test_an_encoding_that_was_not_asked_for_is_not_blamed_on_the_url(stream):
    head = f"{JSON}\r\ncontent-encoding: exi"

    def call(client):
        list(client.chat.completions.create(model="kimi-k2.6", messages=[], stream=stream))

    error = caught(call, "\x81odd", status=200, content_type=head, client=Kimi)
    found = diagnose(error)
    assert found.cause == "unreadable_response"
    assert "exi" in found.summary
    assert "base_url" not in str(found)


def test_the_advice_of_the_async_client_is_the_same():
    async def ask(url):
        async with AsyncKimi(api_key="k", base_url=url, max_retries=0) as client:
            await client.files.list()

    with (
        serving(b"{}", status=404, content_type=JSON) as server,
        pytest.raises(openai.NotFoundError) as raised,
    ):
        asyncio.run(ask(server.base_url))
    assert "endpoint_not_offered" in raised.value.__notes__[0]
