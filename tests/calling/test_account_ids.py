"""Ids of the upstream's account reach no text, log line or recording; ids of requests do."""

import json
import logging
import pickle
import socket

import openai
import pytest
from loopback import serving

from agentsflare_kimi import Kimi
from agentsflare_kimi.emulator.recording import Recorder
from agentsflare_kimi.emulator.wire import Request
from agentsflare_kimi.printable import without_account_ids

ORG, KEY_ID = "org-7f3c0123456789ab", "ak-fdb40123456789"
TEXT = f"Your account {ORG}<{KEY_ID}> request reached organization max RPM: 3"
ACCOUNT = {
    "msh-org-id": ORG,
    "msh-uid": "uid-canary-1",
    "msh-project-id": "proj-canary-2",
    "msh-gid": "gid-canary-3",
}
REQUEST = {"x-request-id": "req-1", "msh-request-id": "msh-2", "x-msh-trace-id": "trace-3"}
SECRETS = ["7f3c0123456789ab", "fdb40123456789", "canary"]
ASKED = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]}


def head(kind):
    return "\r\n".join([kind, *(f"{k}: {v}" for k, v in {**ACCOUNT, **REQUEST}.items())])


def events(*chunks):
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks).encode()


BODY = json.dumps({"error": {"message": TEXT, "type": "rate_limit_reached_error"}}).encode()
CHUNK = {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}
CASES = {
    "status": ({"status": 429, "content_type": head("application/json")}, BODY, False),
    "200": ({"status": 200, "content_type": head("application/json")}, BODY, False),
    "text": ({"status": 200, "content_type": head("text/html")}, f"<p>{TEXT}".encode(), False),
    "stream": (
        {"content_type": head("text/event-stream")},
        events(CHUNK, {"error": {"message": TEXT}}),
        True,
    ),
}


@pytest.mark.parametrize(("options", "body", "stream"), CASES.values(), ids=CASES)
def test_an_error_names_the_request_and_not_the_account(options, body, stream, caplog):
    caplog.set_level(logging.DEBUG)
    with (
        serving(body, **options) as server,
        Kimi(api_key="k", base_url=server.base_url, max_retries=0) as client,
        pytest.raises(openai.APIError) as caught,
    ):
        list(client.chat.completions.create(stream=stream, **ASKED))
    error = caught.value
    shown = [str(error), repr(error), repr(error.body), repr(vars(error)), *error.__notes__]
    response = getattr(error, "response", None)
    shown += [str(response.headers)] if response is not None else []
    shown += [record.getMessage() for record in caplog.records]
    for text in shown:
        assert not any(secret in text for secret in SECRETS), text
    for name, value in REQUEST.items():
        assert f"{name}: {value}" in error.__notes__[0]


def test_log_lines_of_an_answer_that_is_all_right_hide_the_account_too(caplog):
    caplog.set_level(logging.DEBUG)
    body = {"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}
    options = {"content_type": head("application/json")}
    with (
        serving(json.dumps(body).encode(), **options) as server,
        Kimi(api_key="k", base_url=server.base_url) as client,
    ):
        client.chat.completions.create(**ASKED)
    lines = [record.getMessage() for record in caplog.records]
    assert any("msh-org-id" in line.casefold() for line in lines), "nobody logged the headers"
    assert not any(secret in line for line in lines for secret in SECRETS)


def test_a_recording_of_an_error_hides_the_account(tmp_path):
    file = tmp_path / "recording.jsonl"
    request = Request(method="POST", path="/v1/chat/completions", headers={}, body=b"{}")
    Recorder(file).record(request, 429, {"content-type": "application/json", **ACCOUNT}, BODY)
    written = file.read_text()
    assert "reached organization max RPM" in written
    assert not any(secret in written for secret in SECRETS)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (TEXT, "Your account [account id][account id] request reached organization max RPM: 3"),
        ("<org-x> and <ak-y>", "[account id] and [account id]"),
        ("an org-wide limit at org-level", "an org-wide limit at org-level"),
        ("task-123456 of break-abcdef", "task-123456 of break-abcdef"),
        ("org-1", "[account id]"),
    ],
)
def test_which_words_are_ids(text, hidden):
    assert without_account_ids(text) == hidden


def test_errors_of_the_sdk_survive_pickling_only_where_ours_raised_them():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = {"api_key": "k", "base_url": f"http://127.0.0.1:{port}/v1", "max_retries": 0}
    errors = []
    for kind in (Kimi, openai.OpenAI):
        with kind(**options) as client, pytest.raises(openai.APIConnectionError) as caught:
            client.models.list()
        errors.append(caught.value)
    ours, theirs = errors
    for _ in range(2):  # what was loaded can be sent on
        twin = pickle.loads(pickle.dumps(ours))
        assert (type(twin), str(twin)) == (type(ours), str(ours))
        assert twin.__notes__ == ours.__notes__
        ours = twin
    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(theirs))
