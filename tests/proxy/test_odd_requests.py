"""Requests that are unusual, or wrong: what is taken, and what the refusal says."""

from __future__ import annotations

import gzip
import json
import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from raw_http import send

ASK = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "a private question"}]}
BODY = json.dumps(ASK).encode()
JSON = {"content-type": "application/json"}


def chat(base_url, body, **headers):
    status, answer = send(f"{base_url}/chat/completions", body, **{**JSON, **headers})
    return status, json.loads(answer)


def exchange(base_url, head, body=b""):
    """Send the bytes of one request; return all that comes until the proxy closes."""
    parts = urlsplit(base_url)
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=30)) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "path",
    [
        "/chat/completions",
        "/v1/chat/completions/",
        "/v1//chat/completions",
        "//v1/chat/completions",
        "/v1/v1/chat/completions",
    ],
)
def test_programs_may_put_paths_together_as_they_do(proxy, emulator, path):
    assert send(proxy, BODY, path=path, **JSON)[0] == 200
    assert emulator.requests[0].path == "/v1/chat/completions"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/"])
def test_the_base_url_itself_says_what_it_is(proxy, emulator, path):
    status, answer = send(proxy, path=path)
    assert (status, "this is the base URL" in answer.decode()) == (404, True)
    assert emulator.requests == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" ", "it is empty"),
        (b'{"model": "a private name', "at line 1, column 11"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": %b}' % (b"9" * 5000), "too large"),
        (b'{"a": "\xff"}', "not utf-8 at byte 7"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[1]", "not an object"),
    ],
)
def test_what_is_wrong_with_a_body_is_told(proxy, emulator, body, reason):
    status, answer = chat(proxy, body)
    assert (status, answer["error"]["code"]) == (400, "invalid_json")
    assert reason in answer["error"]["message"]
    assert "private" not in json.dumps(answer)
    assert emulator.requests == ()


@pytest.mark.parametrize("value", ["true", "false", 1, 0, [], {}])
def test_stream_has_to_be_a_boolean(proxy, emulator, value):
    status, answer = chat(proxy, json.dumps({**ASK, "stream": value}).encode())
    assert (status, answer["error"]["param"]) == (400, "stream")
    assert "has to be true or false" in answer["error"]["message"]
    assert emulator.requests == ()


@pytest.mark.parametrize("value", [None, False])
def test_no_stream_may_be_said_in_two_ways(proxy, value):
    assert chat(proxy, json.dumps({**ASK, "stream": value}).encode())[0] == 200


def test_of_keys_that_come_twice_the_last_counts(proxy, emulator):
    assert chat(proxy, BODY.replace(b"{", b'{"model": "kimi-k2-turbo-preview", ', 1))[0] == 200
    assert emulator.requests[0].model == "kimi-k2.6"


def test_half_of_a_surrogate_pair_is_the_caller_s_mistake(proxy, emulator):
    body = BODY.replace(b"a private", b"\\ud83d private")
    status, answer = chat(proxy, body)
    assert (status, "messages[0].content" in answer["error"]["message"]) == (400, True)
    assert "private" not in answer["error"]["message"]
    assert emulator.requests == ()


def test_an_encoded_body_cannot_be_repaired(proxy, emulator):
    status, answer = chat(proxy, gzip.compress(BODY), **{"content-encoding": "gzip"})
    assert (status, answer["error"]["code"]) == (415, "unsupported_encoding")
    assert chat(proxy, BODY, **{"content-encoding": "identity"})[0] == 200
    assert len(emulator.requests) == 1


def test_an_encoded_body_of_another_path_goes_through(proxy, emulator):
    headers = {**JSON, "content-encoding": "gzip"}
    status, _ = send(f"{proxy}/embeddings", gzip.compress(b'{"input": "a"}'), **headers)
    assert status == 404  # the gateway's
    assert emulator.requests[0].headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE"])
def test_a_web_page_of_any_origin_is_not_let_in(proxy, emulator, method):
    head = f"{method} /v1/chat/completions HTTP/1.1\nhost: localhost\nconnection: close\n"
    answer = exchange(proxy, f"{head}origin: https://page.example\n").lower()
    assert answer.startswith(b"http/1.1 405")
    assert b"\r\nallow: delete, get, patch, post, put\r\n" in answer
    assert b"access-control" not in answer
    assert emulator.requests == ()


@pytest.mark.parametrize(
    ("key", "reason"), [("Bearer x", "begins with 'Bearer'"), ("schl\u00fcssel", "outside ASCII")]
)
def test_a_key_that_can_be_none_is_unauthorized(proxy, emulator, key, reason):
    status, answer = chat(proxy, BODY, authorization=f"Bearer {key}".encode())
    assert (status, answer["error"]["code"]) == (401, "invalid_api_key")
    assert reason in answer["error"]["message"]
    assert "AGENTSFLARE" not in answer["error"]["message"], "a variable of the proxy's machine"
    assert emulator.requests == ()


HEAD = (
    "POST /v1/chat/completions HTTP/{version}\nhost: localhost\nauthorization: Bearer any\n"
    "connection: close\n{more}\n"
)


def test_a_caller_of_http_1_0_gets_a_stream_that_the_end_of_the_connection_ends(proxy):
    body = json.dumps({**ASK, "stream": True}).encode()
    head = HEAD.format(version="1.0", more=f"content-length: {len(body)}")
    answer = exchange(proxy, head, body)
    assert b"transfer-encoding" not in answer.lower()
    assert answer.endswith(b"data: [DONE]\n\n")


def test_a_caller_that_waits_for_100_is_told_to_go_on(proxy):
    more = f"expect: 100-continue\ncontent-length: {len(BODY)}"
    answer = exchange(proxy, HEAD.format(version="1.1", more=more), BODY)
    assert b"HTTP/1.1 200 OK" in answer


def test_a_body_in_chunks_is_put_together(proxy, emulator):
    body = b"".join(b"%x\r\n%b\r\n" % (1, BODY[i : i + 1]) for i in range(len(BODY)))
    head = HEAD.format(version="1.1", more="transfer-encoding: chunked")
    assert exchange(proxy, head, body + b"0\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert emulator.requests[0].body["messages"] == ASK["messages"]
