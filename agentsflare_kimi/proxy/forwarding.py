"""Forwards one request through the caller's client, and returns its answer."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, NamedTuple, cast
from urllib.parse import parse_qsl

from openai import AsyncOpenAI, AsyncStream
from openai.types import Completion
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.client import AsyncKimi
from agentsflare_kimi.printable import printable
from agentsflare_kimi.proxy.exchange import Exchange
from agentsflare_kimi.proxy.model_list import with_status
from agentsflare_kimi.proxy.refusals import Refusal
from agentsflare_kimi.proxy.relaying import readable, relay_bytes, relay_events
from agentsflare_kimi.proxy.replies import Reply, passed_on
from agentsflare_kimi.proxy.upstream import RESPONSE, Asking
from agentsflare_kimi.reading.filters import extract_filter_results

__all__ = ["METHODS", "Incoming", "forward", "gateway_path"]


class _Answers(NamedTuple):
    whole: type
    chunk: type


# The endpoints whose answers are checked.
_CHECKED: Final = {
    "/chat/completions": _Answers(ChatCompletion, ChatCompletionChunk),
    "/completions": _Answers(Completion, Completion),
}
_MODELS: Final = "/models"
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_PATH: Final = re.compile(r"(?:/[\w.~!$&'()*+,;=:@%-]+)+")
_SLASHES: Final = re.compile(r"/{2,}")
# Hop-by-hop headers, the caller's credentials, and headers that the client sets itself.
_NOT_SENT_ON: Final = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# openai 1 takes bytes where it takes JSON.
_BYTES: Final = "content" if "content" in inspect.signature(AsyncOpenAI.post).parameters else "body"


class Incoming(NamedTuple):
    """A request as the caller sent it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def gateway_path(raw_path: str) -> str:
    """Return the path below the gateway's base URL, for one with or without `/v1`.

    >>> [gateway_path(path) for path in ("/models", "/v1/models", "/v1//models/", "/v1/v1/models")]
    ['/models', '/models', '/models', '/models']

    Args:
        raw_path: The path as the caller sent it. Programs append theirs to a base URL that may
            end in a slash, and to one that may end in `/v1` already.

    Raises:
        Refusal: It is not a plain path.
    """
    path = _SLASHES.sub("/", raw_path).removesuffix("/") + "/"
    while path.startswith("/v1/"):
        path = path.removeprefix("/v1")
    path = path.removesuffix("/")
    if not path:
        raise Refusal(
            404,
            "this is the base URL of the proxy; programs add a path, such as /chat/completions",
            code="not_found",
        )
    parts = path.lower().replace("%2e", ".").split("/")
    if not _PATH.fullmatch(path) or "." in parts or ".." in parts:
        raise Refusal(404, "no such path", code="not_found")
    return path


async def forward(
    incoming: Incoming, asking: Asking, exchange: Exchange, reply: Reply, *, passes_unknown: bool
) -> None:
    """Send *incoming* to the gateway and its answer to the caller.

    Args:
        incoming: The request.
        asking: The caller's client and memory.
        exchange: Records what is done.
        reply: The reply to write the answer to.
        passes_unknown: Whether paths that this package does not know are forwarded.

    Raises:
        Refusal: The request cannot be forwarded.
        openai.OpenAIError: The gateway did not answer, or answered with an error.
    """
    path, client = incoming.path, asking.client
    answers = _CHECKED.get(path) if incoming.method == "POST" else None
    if answers:
        await _complete(incoming, answers, asking, exchange, reply)
    elif incoming.method == "GET" and (path == _MODELS or path.startswith(f"{_MODELS}/")):
        await _list_models(incoming, client, exchange, reply)
    elif passes_unknown:
        await _pass(incoming, client, exchange, reply)
    else:
        raise Refusal(
            404,
            "the proxy passes on /chat/completions, /completions and /models only "
            "(AGENTSFLARE_PROXY_UNKNOWN_PATHS=pass passes on every path)",
            code="not_found",
        )


async def _complete(
    incoming: Incoming, answers: _Answers, asking: Asking, exchange: Exchange, reply: Reply
) -> None:
    _refuse_encoded(incoming)
    body = _json_object(incoming.body)
    _note_request(body, exchange)
    _refuse_odd_stream(body)
    client, memory = asking
    if memory is not None:
        await memory.read(body)
    if exchange.is_stream:
        chunk: Any = answers.chunk
        streamed = {"stream": True, "stream_cls": AsyncStream[chunk]}
        stream = await _ask(client, incoming, cast_to=chunk, body=body, **streamed)
        before = None if memory is None else memory.send
        await relay_events(stream, chunk, exchange, reply, before=before)
        return
    answer = await _ask(client, incoming, cast_to=answers.whole, body=body)
    exchange.take(answer)
    exchange.is_filtered = extract_filter_results(answer).is_filtered
    response = exchange.response
    if response is None:
        raise Refusal(502, "the gateway's answer is not there", code="bad_gateway")
    if memory is not None:
        await memory.send()
    content = readable(response.content, answers.whole, response)
    await reply.answer(response.status_code, content, passed_on(response.headers))


async def _list_models(
    incoming: Incoming, client: AsyncKimi, exchange: Exchange, reply: Reply
) -> None:
    found = await _ask(client, incoming, cast_to=object)
    response = exchange.response
    if response is None or not isinstance(found, dict):
        raise Refusal(502, "the gateway's list of models is no JSON object", code="bad_gateway")
    listed = json.dumps(with_status(cast("dict[str, object]", found))).encode()
    await reply.answer(response.status_code, listed, passed_on(response.headers))


async def _pass(incoming: Incoming, client: AsyncKimi, exchange: Exchange, reply: Reply) -> None:
    content_type = incoming.headers.get("content-type", "")
    body: object = incoming.body or None
    if body is not None and "json" in content_type and not _is_encoded(incoming):
        body = _json_value(incoming.body)
        if isinstance(body, dict):
            _note_request(cast("dict[str, object]", body), exchange)
    given: dict[str, object] = {} if incoming.method == "GET" else {"body": body}
    if isinstance(body, bytes):
        # Bodies other than JSON are forwarded unchanged; `_Connections` sets their content type.
        exchange.content_type = content_type or "application/octet-stream"
        given = {_BYTES: body}
    if incoming.method in {"GET", "POST"}:  # the SDK streams only these; other answers are short
        given |= {"stream": True, "stream_cls": AsyncStream[object]}
    await relay_bytes(await _ask(client, incoming, cast_to=RESPONSE, **given), reply)


async def _ask(client: AsyncKimi, incoming: Incoming, **given: object) -> Any:  # noqa: ANN401  # what `cast_to` says
    ask: Any = getattr(client, incoming.method.lower())
    return await ask(incoming.path, options=_request_options(incoming), **given)


def _note_request(body: Mapping[str, object], exchange: Exchange) -> None:
    model = body.get("model")
    exchange.model = model if isinstance(model, str) else ""
    exchange.is_stream = body.get("stream") is True


def _refuse_odd_stream(body: Mapping[str, object]) -> None:
    # Gateways differ in what they make of `"false"` or 1: an answer of a kind nobody expects.
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise Refusal(
            400,
            f"`stream` has to be true or false, and is {type(stream).__name__}",
            code="invalid_request",
            error={"param": "stream"},
        )


def _request_options(incoming: Incoming) -> dict[str, Any]:
    headers = {
        name: value
        for name, value in incoming.headers.items()
        if name not in _NOT_SENT_ON and not name.startswith("x-stainless-")
    }
    options: dict[str, Any] = {"headers": headers}
    if incoming.query:
        options["params"] = dict(parse_qsl(incoming.query, keep_blank_values=True))
    return options


def _is_encoded(incoming: Incoming) -> bool:
    return incoming.headers.get("content-encoding", "identity").strip().lower() != "identity"


def _refuse_encoded(incoming: Incoming) -> None:
    if _is_encoded(incoming):
        encoding = printable(incoming.headers["content-encoding"])
        raise Refusal(
            415,
            f"the body is encoded ({encoding}); send it without Content-Encoding, because the "
            "proxy has to read it",
            code="unsupported_encoding",
        )


def _json_object(body: bytes) -> dict[str, object]:
    value = _json_value(body)
    if not isinstance(value, dict):
        raise Refusal(400, "the body is JSON, but not an object", code="invalid_json")
    return cast("dict[str, object]", value)


def _json_value(body: bytes) -> object:
    # The reasons name a place and never quote the body.
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        place = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise _not_json("it is empty" if not body.strip() else place) from error
    except UnicodeDecodeError as error:
        raise _not_json(f"it is not {error.encoding} at byte {error.start}") from error
    except RecursionError as error:
        raise _not_json("it is nested too deeply") from error
    except ValueError as error:
        raise _not_json("a number in it is too large, or NaN or Infinity") from error


def _not_json(reason: str) -> Refusal:
    return Refusal(400, f"the body is not JSON: {reason}", code="invalid_json")


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _finite(digits: str) -> float:
    # `1e999` is JSON, and would be sent on as `Infinity`, which is not.
    value = float(digits)
    if not isfinite(value):
        raise ValueError(digits)
    return value
