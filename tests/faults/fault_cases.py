"""What can go wrong between a client and the gateway, and what a client promises for each.

The groups are those of facts/reliability.md section 3.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from fault_server import (
    BEGUN,
    CHUNKS,
    COMPLETION,
    DONE,
    EVENTS,
    STREAM,
    Connection,
    chunk,
    chunked,
    data,
    head,
    zipped,
)

TEXT = "Hello there"
HELLO = [{"role": "user", "content": "Hi"}]
CLOSE = object()
BOTH = ("create", "stream")
CREATE = ("create",)
STREAMED = ("stream",)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One fault.

    Attributes:
        reply: What the server does with a request.
        text: The text that comes of it; None if the call has to raise.
        errors: Names of `openai`'s errors, one of which has to be raised (subclasses count).
        says: What the error has to say.
        partial: The text that comes before the error.
        requests: How often the prompt may be sent.
        options: Options of the client.
        request: Parameters of the request beside the usual ones, or in their place.
    """

    group: str
    name: str
    reply: Callable[[Connection], object] = lambda connection: connection.well()
    modes: tuple[str, ...] = BOTH
    text: str | None = None
    errors: tuple[str, ...] = ("APIError",)
    says: str = ""
    partial: str = ""
    requests: int | None = None
    options: dict[str, object] = field(default_factory=dict)
    request: dict[str, object] = field(default_factory=dict)
    url: str | None = None


UNREADABLE = ("UnreadableResponseError",)
UNANSWERED = ("APIConnectionError",)


def _raw(*pieces):
    def reply(connection):
        connection.send(*pieces)
        return CLOSE

    return reply


def _reset(connection):
    connection.reset()
    return CLOSE


def _close(connection):
    return CLOSE


def _once(fault):
    return lambda connection: fault(connection) if connection.number == 1 else connection.well()


def _status(status, body=None, **headers):
    value = {"error": {"message": "the reason", "type": "t"}} if body is None else body
    return lambda connection: connection.answer_json(value, status, **headers)


def _html(status):
    page = "<!DOCTYPE html><html><body>" + "<p>ray 8f</p>" * 300 + "</body></html>"
    return lambda connection: connection.answer(page, status, "text/html")


def _body(body, content_type="application/json", **headers):
    return lambda connection: connection.answer(body, 200, content_type, **headers)


def _value(value):
    return _body(json.dumps(value))


def _events(*pieces, **headers):
    return lambda connection: connection.stream(*pieces, **headers)


def _silence(seconds):
    def reply(connection):
        time.sleep(seconds)
        return CLOSE

    return reply


def _drip(before, body):
    def reply(connection):
        connection.send(before)
        connection.drip(body)
        return CLOSE

    return reply


def _slow(connection):
    connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"))
    for piece in (*EVENTS, DONE):
        time.sleep(0.12)
        connection.send(chunked(piece))
    connection.send(b"0\r\n\r\n")


def _idle(connection):
    connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"), chunked(BEGUN))
    time.sleep(1.5)
    return CLOSE


def _done_and_open(connection):
    connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"), chunked(STREAM))
    time.sleep(1.0)
    return CLOSE


def _begun_and(end):
    def reply(connection):
        connection.send(head(200, "text/event-stream", Transfer_Encoding="chunked"))
        connection.send(chunked(BEGUN))
        time.sleep(0.05)
        return end(connection)

    return reply


def _bad_chunk(connection):
    connection.send(b"zz\r\noops\r\n")
    return CLOSE


def _withheld_error(connection):
    connection.send(head(400, length=100), b'{"error"')
    time.sleep(1.5)
    return CLOSE


def _redirect(status):
    def reply(connection):
        # `localhost` is another origin than `127.0.0.1`, and the same server.
        port = connection.socket.getsockname()[1]
        run = connection.request.path.split("/")[2]
        target = f"http://localhost:{port}/redirected/{run}/v1/chat/completions"
        connection.answer("", status, None, Location=target)

    return reply


def _loop(connection):
    connection.answer("", 307, None, Location=connection.request.path)


def _bytewise(body):
    return [body[position : position + 1] for position in range(len(body))]


def _changed(**fields):
    value = json.loads(json.dumps(COMPLETION)) | fields
    return _value({name: item for name, item in value.items() if item is not CLOSE})


def _choice(**fields):
    return _changed(choices=[COMPLETION["choices"][0] | fields])


_TIMEOUT = {"timeout": 0.4, "max_retries": 1}
_DEADLINE = {"deadline": 0.5, "max_retries": 1}
_NO_CHOICES = {"error": {"message": "the reason", "type": "t"}}
_GATEWAY = {"statusCode": 500, "message": "the reason"}

CONNECT = (
    Case(group="connect", name="refused", url="refused", errors=UNANSWERED),
    Case(group="connect", name="reset", reply=_reset, errors=UNANSWERED, requests=3),
    Case(group="connect", name="closed", reply=_close, errors=UNANSWERED, requests=3),
    Case(group="connect", name="not_http", reply=_raw(b"SSH-2.0-x\r\n"), errors=UNANSWERED),
    Case(
        group="connect",
        name="odd_status_line",
        reply=_raw(b"HTTP/1.1 abc OK\r\n\r\n"),
        errors=UNANSWERED,
    ),
    Case(group="connect", name="https_to_plain_port", url="https", errors=UNANSWERED),
    Case(group="connect", name="untrusted_certificate", url="tls", errors=UNANSWERED),
    Case(group="connect", name="unknown_name", url="unknown", errors=UNANSWERED),
    Case(
        group="connect",
        name="connect_timeout",
        url="unanswered",
        errors=("APITimeoutError",),
        options=_TIMEOUT,
    ),
    Case(group="connect", name="reset_once", reply=_once(_reset), text=TEXT, requests=2),
)

TIMEOUTS = (
    Case(
        group="timeout",
        name="never_answers",
        reply=_silence(1.5),
        errors=("APITimeoutError",),
        requests=2,
        options=_TIMEOUT,
    ),
    Case(
        group="timeout",
        name="slow_loris_body",
        reply=_drip(head(length=100_000), b" "),
        modes=CREATE,
        errors=("APITimeoutError",),
        requests=1,
        options=_DEADLINE,
    ),
    Case(
        group="timeout",
        name="slow_loris_headers",
        reply=_drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        errors=("APITimeoutError",),
        requests=1,
        options=_DEADLINE,
    ),
    Case(
        group="timeout",
        name="comments_for_ever",
        reply=_drip(head(200, "text/event-stream"), b": wait\n"),
        modes=STREAMED,
        errors=("APITimeoutError",),
        requests=1,
        options=_DEADLINE,
    ),
    Case(
        group="timeout",
        name="silence_past_the_deadline",
        reply=_silence(2.0),
        errors=("APITimeoutError",),
        requests=1,
        options={"deadline": 0.4},
    ),
    Case(
        group="timeout",
        name="retries_past_the_deadline",
        reply=_silence(0.3),
        errors=("APIConnectionError",),
        requests=2,
        options={"deadline": 0.5, "max_retries": 50},
    ),
    Case(
        group="timeout",
        name="idle_in_the_middle",
        reply=_idle,
        modes=STREAMED,
        errors=("APITimeoutError",),
        partial=TEXT,
        options=_TIMEOUT,
    ),
    Case(
        group="timeout",
        name="slow_but_alive",
        reply=_slow,
        modes=STREAMED,
        text=TEXT,
        options=_TIMEOUT,
    ),
    Case(
        group="timeout",
        name="done_and_held_open",
        reply=_done_and_open,
        modes=STREAMED,
        text=TEXT,
        options=_TIMEOUT,
    ),
)

_CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "APIStatusError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    413: "APIStatusError",
    422: "UnprocessableEntityError",
}
_RETRIED = {408: "APIStatusError", 429: "RateLimitError"} | dict.fromkeys(
    (500, 502, 503, 504, 529), "InternalServerError"
)
_EXHAUSTED = {
    "moonshot": {"error": {"type": "exceeded_current_quota_error", "message": "pay"}},
    "openai": {"error": {"code": "insufficient_quota", "message": "pay", "type": "t"}},
    "gateway": {"statusCode": 429, "message": "Insufficient balance, please recharge"},
}
STATUS = (
    *(
        Case(
            group="status",
            name=str(status),
            reply=_status(status),
            errors=(name,),
            says="the reason",
            requests=1,
        )
        for status, name in _CLASSES.items()
    ),
    *(
        Case(group="status", name=str(status), reply=_status(status), errors=(name,), requests=3)
        for status, name in _RETRIED.items()
    ),
    Case(group="status", name="409", reply=_status(409), errors=("ConflictError",), requests=1),
    Case(group="status", name="524", reply=_html(524), errors=("InternalServerError",), requests=2),
    Case(
        group="status",
        name="404_of_the_gateway",
        reply=_status(404, {"statusCode": 404, "message": "Key not found"}),
        errors=("NotFoundError",),
        says="Key not found",
        requests=1,
    ),
    Case(
        group="status",
        name="404_wrong_url",
        reply=_status(404, {"message": "Cannot POST /x", "error": "Not Found", "statusCode": 404}),
        errors=("NotFoundError",),
        says="Cannot POST /x",
        requests=1,
    ),
    Case(
        group="status",
        name="400_error_is_text",
        reply=_status(400, {"error": "the reason"}),
        errors=("BadRequestError",),
        says="the reason",
        requests=1,
    ),
    *(
        Case(
            group="status",
            name=f"balance_exhausted_{name}",
            reply=_status(429, body),
            errors=("BalanceExhaustedError", "RateLimitError"),
            requests=1,
        )
        for name, body in _EXHAUSTED.items()
    ),
    *(
        Case(
            group="status",
            name=f"retry_after_{name}",
            reply=_once(_status(429, Retry_After=value)),
            text=TEXT,
            requests=2,
        )
        for name, value in {
            "1": "1",
            "date": "Wed, 21 Oct 2015 07:28:00 GMT",
            "junk": "soon",
            "nan": "nan",
            "negative": "-5",
        }.items()
    ),
    Case(
        group="status",
        name="retry_after_an_hour",
        reply=_status(429, Retry_After="3600"),
        errors=("RateLimitError",),
        requests=1,
    ),
    *(
        Case(group="status", name=f"html_{status}", reply=_html(status), requests=3)
        for status in (502, 504, 520)
    ),
    Case(
        group="status",
        name="challenge_page",
        reply=_html(403),
        errors=("PermissionDeniedError",),
        requests=1,
    ),
    Case(
        group="status",
        name="error_body_never_comes",
        reply=_withheld_error,
        options=_TIMEOUT,
    ),
    Case(group="status", name="204", reply=_raw(head(204, None)), errors=("APIError",), requests=1),
)

REDIRECTS = (
    *(
        Case(group="redirect", name=str(status), reply=_redirect(status), requests=1)
        for status in (301, 302, 303, 307, 308)
    ),
    Case(group="redirect", name="loop", reply=_loop, requests=1),
)

_DEEP = "[" * 20_000 + "]" * 20_000
BODIES = (
    Case(group="body", name="empty", reply=_body(""), errors=("APIError",)),
    Case(group="body", name="half_json", reply=_body('{"id": "x", "cho')),
    Case(
        group="body",
        name="broken_gzip",
        reply=_body(b"\x1f\x8b\x08nonsense", Content_Encoding="gzip"),
    ),
    Case(group="body", name="cut_gzip", reply=_body(zipped(STREAM)[:-30], Content_Encoding="gzip")),
    Case(
        group="body",
        name="broken_deflate",
        reply=_body(zlib.compress(b"x")[2:] + b"zz", Content_Encoding="br, deflate"),
    ),
    Case(
        group="body",
        name="invalid_utf8",
        reply=_body(b'{"id": "\xff\xfe", "choices": []}'),
    ),
    Case(group="body", name="number_of_5000_digits", reply=_body('{"id": ' + "9" * 5000 + "}")),
    Case(group="body", name="20000_levels_deep", reply=_body(_DEEP)),
    Case(
        group="body",
        name="html_200",
        reply=_body("<html>Sign in", "text/html"),
        errors=UNREADABLE,
        says="text/html",
    ),
    Case(
        group="body",
        name="text_200",
        reply=_body("upstream connect error", "text/plain"),
        errors=UNREADABLE,
        says="upstream connect error",
    ),
    Case(
        group="body",
        name="sse_not_asked_for",
        reply=_body(STREAM, "text/event-stream"),
        modes=CREATE,
        errors=UNREADABLE,
    ),
    *(
        Case(group="body", name=name, reply=_body(text), errors=UNREADABLE)
        for name, text in {"null": "null", "list": "[]", "text": '"x"', "number": "42"}.items()
    ),
    Case(group="body", name="empty_object", reply=_body("{}"), errors=UNREADABLE),
    Case(group="body", name="error_200", reply=_value(_NO_CHOICES), says="the reason"),
    Case(group="body", name="error_is_text_200", reply=_value({"error": "the reason"})),
    Case(group="body", name="gateway_error_200", reply=_value(_GATEWAY), says="the reason"),
    Case(
        group="body",
        name="error_without_status_200",
        reply=_value({"code": 20015, "message": "the reason", "data": None}),
        says="the reason",
    ),
    Case(
        group="body", name="choices_missing", reply=_changed(choices=CLOSE), modes=CREATE, text=""
    ),
    Case(group="body", name="choices_null", reply=_changed(choices=None), modes=CREATE, text=""),
    Case(group="body", name="choices_empty", reply=_changed(choices=[]), modes=CREATE, text=""),
    Case(group="body", name="choices_text", reply=_changed(choices="x"), modes=CREATE),
    Case(group="body", name="message_null", reply=_choice(message=None), modes=CREATE, text=""),
    *(
        Case(group="body", name=name, reply=reply, modes=CREATE, text=TEXT)
        for name, reply in {
            "unknown_finish_reason": _choice(finish_reason="eaten"),
            "extra_fields": _changed(more={"a": 1}),
            "odd_types": _changed(created="now", usage="none", id=5),
            "odd_content_type": _body(json.dumps(COMPLETION), "text/plain"),
            "no_content_type": _body(json.dumps(COMPLETION), None),
            "bom": _body(b"\xef\xbb\xbf" + json.dumps(COMPLETION).encode()),
            "8_megabytes": _changed(padding="x" * 8_000_000),
            "gzip": _body(zipped(json.dumps(COMPLETION).encode()), Content_Encoding="gzip"),
        }.items()
    ),
)

_CR = STREAM.replace(b"\n", b"\r")
_CRLF = STREAM.replace(b"\n", b"\r\n")
_MULTI = b"".join(
    b"data: " + json.dumps(value, indent=1).encode().replace(b"\n", b"\ndata: ") + b"\n\n"
    for value in CHUNKS
)
_LONG = chunk("", padding="x" * 5_000_000)
_FILTER = {"choices": [], "created": 0, "id": "", "model": "", "object": ""}
_FILTER["prompt_filter_results"] = [{"prompt_index": 0, "content_filter_results": {}}]
_USAGE = {"choices": [], "object": "chat.completion.chunk", "usage": {"total_tokens": 3}}
_NO_DELTA = {**chunk(), "choices": [{"index": 0, "finish_reason": None}]}
_SEPARATORS = (
    b"data: " + json.dumps(chunk(" there\u2028\x85"), ensure_ascii=False).encode() + b"\n\n"
)
_NULL_DELTA = {**chunk(), "choices": [{"index": 0, "finish_reason": None, "delta": None}]}

LEGAL = {
    "plain": [STREAM],
    "crlf": [_CRLF],
    "cr": [_CR],
    "crlf_bytewise": _bytewise(_CRLF),
    "no_blank_after_colon": [STREAM.replace(b"data: ", b"data:")],
    "comments": [b": hello\n\n", EVENTS[0], b":\n\n", *EVENTS[1:], b":bye\n\n", DONE],
    "several_data_lines": [_MULTI, DONE],
    "bytewise": _bytewise(STREAM),
    "line_of_5_megabytes": [EVENTS[0], data(_LONG), *EVENTS[1:], DONE],
    "2000_events": [*EVENTS[:3], data(chunk("")) * 2000, EVENTS[3], DONE],
    "usage_at_the_end": [*EVENTS, data(_USAGE), DONE],
    "filter_results_first": [data(_FILTER), *EVENTS, DONE],
    "bom": [b"\xef\xbb\xbf" + STREAM],
    "bom_bytewise": _bytewise(b"\xef\xbb\xbf" + STREAM),
    "ping_without_data": [b"event: ping\n\n", *EVENTS[:2], b"event: ping\n\n", *EVENTS[2:], DONE],
    "ping_with_empty_data": [EVENTS[0], b"event: ping\ndata: \n\n", *EVENTS[1:], DONE],
    "retry_alone": [b"retry: 3000\n\n", *EVENTS, DONE],
    "id_once": [b"id: 7\n\n\n\n", *EVENTS, b"\n\n", DONE],
    "empty_data": [EVENTS[0], b"data:\n\n", *EVENTS[1:], DONE],
    "unknown_field": [b"trace: 12\n", *EVENTS, DONE],
    "null_data": [EVENTS[0], b"data: null\n\n", *EVENTS[1:], DONE],
    "no_done": list(EVENTS),
    "no_blank_line_at_the_end": [*EVENTS, DONE.strip()],
    "no_finish_reason_but_done": [BEGUN, DONE],
    "choices_null": [data({**chunk(), "choices": None}), *EVENTS, DONE],
    "no_delta": [data(_NO_DELTA), *EVENTS, DONE],
    "null_delta": [data(_NULL_DELTA), *EVENTS, DONE],
}

BROKEN = {
    "not_json": [BEGUN, b"data: {oops\n\n", EVENTS[3], DONE],
    "not_utf8": [BEGUN, b'data: {"a": "\xff"}\n\n', EVENTS[3], DONE],
    "list_as_data": [BEGUN, b"data: []\n\n", EVENTS[3], DONE],
    "text_as_data": [BEGUN, b'data: "x"\n\n', EVENTS[3], DONE],
    "empty_object_as_data": [BEGUN, b"data: {}\n\n", EVENTS[3], DONE],
    "deep_data": [BEGUN, b"data: " + _DEEP.encode() + b"\n\n", EVENTS[3], DONE],
    "ends_without_finish_reason": [BEGUN],
    "ends_in_an_event": [BEGUN, EVENTS[3][:-20]],
    "ends_in_done": [BEGUN, b"data: [DO"],
    "error_object": [BEGUN, data(_NO_CHOICES), DONE],
    "error_is_text": [BEGUN, data({"error": "the reason"}), DONE],
    "gateway_error": [BEGUN, data(_GATEWAY), DONE],
    "event_error": [BEGUN, b"event: error\n" + data({"message": "the reason"}), DONE],
    "event_error_is_text": [BEGUN, b"event: error\ndata: the reason\n\n", DONE],
    "html_between": [BEGUN, b"<html><body>the reason</body></html>\n\n", DONE],
    "json_error_between": [BEGUN, b'{"statusCode": 502, "message": "the reason"}', b""],
}
_SILENT = frozenset(
    name for name in BROKEN if name.startswith(("ends", "not_", "deep", "list", "text", "empty"))
)

STREAMS = (
    *(
        Case(group="stream", name=name, reply=_events(*pieces), modes=STREAMED, text=TEXT)
        for name, pieces in LEGAL.items()
    ),
    Case(
        group="stream",
        name="line_separator_in_text",
        reply=_events(data(chunk("Hello")), _SEPARATORS, EVENTS[3], DONE),
        modes=STREAMED,
        text="Hello there\u2028\x85",
    ),
    Case(
        group="stream",
        name="gzip",
        reply=_events(zipped(STREAM), Content_Encoding="gzip"),
        modes=STREAMED,
        text=TEXT,
    ),
    Case(
        group="stream",
        name="odd_content_type",
        reply=lambda connection: connection.answer(STREAM, 200, "text/plain"),
        modes=STREAMED,
        text=TEXT,
    ),
    *(
        Case(
            group="stream",
            name=name,
            reply=_events(*(piece for piece in pieces if piece)),
            modes=STREAMED,
            partial=TEXT,
            says="" if name in _SILENT else "the reason",
        )
        for name, pieces in BROKEN.items()
    ),
    *(
        Case(group="stream", name=name, reply=_events(*pieces), modes=STREAMED)
        for name, pieces in {"no_event": [], "only_comments": [b": wait\n\n"]}.items()
    ),
    Case(
        group="stream",
        name="json_error_in_place_of_events",
        reply=_value(_GATEWAY),
        modes=STREAMED,
        says="the reason",
    ),
    Case(
        group="stream",
        name="cut_gzip",
        reply=_events(zipped(BEGUN), Content_Encoding="gzip"),
        modes=STREAMED,
        partial=TEXT,
    ),
    Case(
        group="stream",
        name="cut_without_length",
        reply=_raw(head(200, "text/event-stream"), BEGUN),
        modes=STREAMED,
        errors=("IncompleteStreamError", "APIError"),
        partial=TEXT,
    ),
    *(
        Case(
            group="stream",
            name=name,
            reply=reply,
            modes=STREAMED,
            errors=UNANSWERED,
            partial=TEXT,
        )
        for name, reply in {
            "reset": _begun_and(_reset),
            "cut_in_chunks": _begun_and(_close),
            "bad_chunk_size": _begun_and(_bad_chunk),
            "short_content_length": _raw(head(200, "text/event-stream", len(BEGUN) + 500), BEGUN),
        }.items()
    ),
)

# Errors beside or inside choices; the text that came with them is kept.
_REASONS = {
    "object": {"message": "the reason", "code": 502},
    "text": "the reason",
    "list": ["the reason"],
    "number": 502,
}
_FAILED = COMPLETION["choices"][0] | {"finish_reason": "error"}
_FAILED_CHUNK = chunk("", finish="error")


def _failed_chunk(error):
    whole = chunk("")
    return whole | {"choices": [whole["choices"][0] | {"error": error}]}


STATED = (
    *(
        Case(
            group="stated",
            name=f"{place}_{name}",
            reply=reply,
            modes=modes,
            partial=TEXT,
            says="" if name == "number" else "the reason",
            requests=1,
        )
        for name, error in _REASONS.items()
        for place, reply, modes in (
            ("error_in_choice", _choice(error=error), CREATE),
            ("error_beside_choices", _changed(error=error), CREATE),
            ("error_in_choice", _events(BEGUN, data(_failed_chunk(error)), DONE), STREAMED),
            ("error_beside_choices", _events(BEGUN, data(chunk("", error=error)), DONE), STREAMED),
        )
    ),
    Case(group="stated", name="finish_error", reply=_choice(finish_reason="error"), modes=CREATE),
    Case(
        group="stated",
        name="finish_error",
        reply=_events(BEGUN, data(_FAILED_CHUNK), DONE),
        modes=STREAMED,
        partial=TEXT,
    ),
    *(
        Case(
            group="stated",
            name=f"no_error_{name}",
            reply=_changed(error=value),
            modes=CREATE,
            text=TEXT,
        )
        for name, value in {"null": None, "empty": {}, "blank": ""}.items()
    ),
)

# Halves of UTF-16 pairs, in prompts and in answers.
_HALVES = [data(chunk("\ud83d")), data(chunk("\ude00"))]
_PROMPTS = {
    "text": [{"role": "user", "content": "half \ud83d"}],
    "part": [{"role": "user", "content": [{"type": "text", "text": "half \ude00"}]}],
    "name": [{"role": "user", "name": "\ud83d", "content": "Hi"}],
}
SURROGATES = (
    Case(
        group="halves",
        name="in_two_chunks",
        reply=_events(*_HALVES, EVENTS[3], DONE),
        modes=STREAMED,
        text="\ud83d\ude00",
    ),
    Case(
        group="halves",
        name="alone",
        reply=_choice(message={"role": "assistant", "content": "Hello \ud83d"}),
        modes=CREATE,
        text="Hello \ud83d",
    ),
    *(
        Case(
            group="halves",
            name=f"in_a_prompt_{name}",
            errors=("LoneSurrogateError",),
            says="messages[0]",
            requests=0,
            request={"messages": messages},
        )
        for name, messages in _PROMPTS.items()
    ),
    Case(
        group="halves",
        name="in_the_user",
        errors=("LoneSurrogateError",),
        says="user",
        requests=0,
        request={"user": "\ud83d"},
    ),
)


# What the upstream and the gateway say, and the diagnosis that has to stand beside it.
_SAID = {
    "role_rejected": (400, "role 'robot' is not allowed"),
    "wrong_url": (404, "Cannot POST /v1/chat/completions"),
    "rate_limited": (429, "Your account rate limit reached, please try again after 1 seconds"),
    "model_not_found": (404, "Not found the model kimi-k9 or Permission denied"),
    "context_exceeded": (400, "Your request exceeded model token limit : 262144"),
}


def _unless_system(connection):
    if b'"developer"' in connection.request.body:
        return connection.answer_json(
            {"error": {"message": "role 'developer' is not allowed"}}, 400
        )
    return connection.well()


ADVICE = (
    *(
        Case(
            group="advice",
            name=name,
            reply=_status(status, {"error": {"message": text, "type": "t"}}),
            says=f"agentsflare-kimi: {name}",
        )
        for name, (status, text) in _SAID.items()
    ),
    Case(
        group="advice",
        name="developer_becomes_system",
        reply=_unless_system,
        text=TEXT,
        requests=2,
        request={"messages": [{"role": "developer", "content": "Be brief."}, *HELLO]},
    ),
)

_OTHER = {"model": "kimi-k2.5"}
_OTHER_STREAM = [data(value | _OTHER) for value in CHUNKS]
_REFUSING = {"on_substitution": "error"}
SERVED = (
    Case(group="served", name="other_model", reply=_changed(**_OTHER), modes=CREATE, text=TEXT),
    Case(
        group="served",
        name="other_model",
        reply=_events(*_OTHER_STREAM, DONE),
        modes=STREAMED,
        text=TEXT,
    ),
    Case(
        group="served",
        name="other_model_refused",
        reply=_changed(**_OTHER),
        modes=CREATE,
        errors=("ServedModelError",),
        says="kimi-k2.5",
        requests=1,
        options=_REFUSING,
    ),
    Case(
        group="served",
        name="other_model_refused",
        reply=_events(*_OTHER_STREAM, DONE),
        modes=STREAMED,
        errors=("ServedModelError",),
        says="kimi-k2.5",
        requests=1,
        options=_REFUSING,
    ),
    Case(
        group="served",
        name="dated_id",
        reply=_changed(model="kimi-k2.6-20260420"),
        modes=CREATE,
        text=TEXT,
        options=_REFUSING,
    ),
)

CASES = (
    *CONNECT,
    *TIMEOUTS,
    *STATUS,
    *REDIRECTS,
    *BODIES,
    *STREAMS,
    *STATED,
    *SURROGATES,
    *ADVICE,
    *SERVED,
)
