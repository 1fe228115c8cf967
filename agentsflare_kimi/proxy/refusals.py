"""The proxy's error answers: OpenAI's error shape, with the diagnosis.

Every SDK shows `error.message`, so it holds the cause and the way out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

from agentsflare_kimi.calling.redaction import hide_account_ids
from agentsflare_kimi.errors import ConfigurationError, LoneSurrogateError, ModelError
from agentsflare_kimi.printable import printable
from agentsflare_kimi.reading.diagnosis import Diagnosis, diagnose
from agentsflare_kimi.reading.wire_errors import error_message

__all__ = ["Refusal", "refusal_of"]

_BAD_GATEWAY: Final = 502
_GATEWAY_TIMEOUT: Final = 504
_MAX_MESSAGE: Final = 2_000


class Refusal(Exception):  # noqa: N818  # what is answered, not only what failed
    """An error to answer with.

    Attributes:
        status: The HTTP status.
        error: The value of `error` in the body.
        headers: Further headers.
        beside: The other fields of the gateway's error body.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str,
        headers: Mapping[str, str] | None = None,
        error: Mapping[str, object] | None = None,
        beside: Mapping[str, object] | None = None,
    ) -> None:
        """Answer with *message*; the gateway's fields in *error* and *beside* are kept."""
        super().__init__(message)
        self.status = status
        self.code = code
        kind = "server_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004
        made = {"type": kind, "param": None, "code": code}
        self.error: dict[str, object] = {**made, **dict(error or {}), "message": message}
        self.headers: dict[str, str] = dict(headers or {})
        self.beside: dict[str, object] = dict(beside or {})

    def body(self) -> bytes:
        """Return the body as JSON."""
        return json.dumps({**self.beside, "error": self.error}).encode()

    def event(self) -> bytes:
        """Return the error as an event of a stream that has begun."""
        return b"data: " + self.body() + b"\n\n"


def refusal_of(error: Exception) -> Refusal:
    """Make the refusal for an error that the client raised.

    The client has already retried as often as its settings allow. `x-should-retry` stops
    OpenAI's SDKs from retrying on top of that.

    Args:
        error: The exception of a call or a stream.
    """
    if isinstance(error, Refusal):
        return error
    found = diagnose(error)
    headers = {"x-should-retry": "false"}
    if isinstance(error, APIStatusError):
        return _of_status(error, found, headers)
    if isinstance(error, ModelError):
        return Refusal(404, str(error), code="model_not_found", headers=headers)
    if isinstance(error, ConfigurationError | LoneSurrogateError):
        code = found.cause if isinstance(error, LoneSurrogateError) else "configuration_error"
        return Refusal(400, str(error), code=code, headers=headers)
    status = _GATEWAY_TIMEOUT if isinstance(error, APITimeoutError) else _BAD_GATEWAY
    if not isinstance(error, OpenAIError):
        # A bug of ours, or a body that cannot be sent; the message may quote the prompt.
        name = type(error).__name__
        status = 400 if isinstance(error, ValueError | RecursionError) else 500
        message = f"the request could not be passed on ({name})"
        return Refusal(status, message, code="proxy_error", headers=headers)
    message = _explained(_said(error), found)
    return Refusal(status, message, code=found.cause, headers=headers, error=_inner(error))


def _of_status(error: APIStatusError, found: Diagnosis, headers: dict[str, str]) -> Refusal:
    body = _fields(hide_account_ids(_json(error)))
    inner = _fields(body.get("error"))
    message = error_message(body) or error.message
    code = inner.get("code") or found.cause
    for name in ("retry-after", "retry-after-ms"):
        if name in error.response.headers:
            headers[name] = error.response.headers[name]
    return Refusal(
        error.status_code,
        _explained(printable(message), found),
        code=found.cause,
        headers=headers,
        error={**inner, "code": code},
        beside={name: value for name, value in body.items() if name != "error"},
    )


def _json(error: APIStatusError) -> object:
    try:
        return error.response.json()
    except Exception:  # noqa: BLE001  # HTML, nothing, cut or broken: the SDK's message has it
        return None


def _said(error: OpenAIError) -> str:
    if isinstance(error, APIConnectionError):
        return str(error)
    return printable(str(error))


def _inner(error: OpenAIError) -> Mapping[str, object]:
    # An error inside a stream, or with status 200, may have details of its own.
    body = _fields(getattr(error, "body", None))
    inner = _fields(body.get("error")) or body
    return {name: value for name, value in inner.items() if value is not None}


def _explained(message: str, found: Diagnosis) -> str:
    if len(message) > _MAX_MESSAGE:
        message = f"{message[:_MAX_MESSAGE]}…"
    return message if found.cause == "unknown" else f"{message} [agentsflare-kimi: {found}]"


def _fields(value: Any) -> Mapping[str, object]:  # noqa: ANN401  # whatever JSON holds
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
