"""Forwards requests to a real gateway, and records the responses."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from agentsflare_kimi.emulator.recording import Recorder, kept_headers, reply_of
from agentsflare_kimi.emulator.server import is_loopback
from agentsflare_kimi.emulator.wire import CUT, Part, Reply, Request, error_reply, gateway_error

__all__ = ["Proxy"]

# The gateway's edge cuts idle connections at 300 seconds (facts/kimi.md section 2.2).
_TIMEOUT: Final = 310.0
_NOT_PASSED_ON: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
        "x-emulator-scenario",
    }
)


class Proxy:
    """Answers with the upstream's response, and records it."""

    def __init__(self, upstream: str, recorder: Recorder) -> None:
        """Forward requests to *upstream*, a base URL that ends in `/v1`.

        Raises:
            ValueError: It is not safe to send a key to the URL.
        """
        self._upstream = _checked(upstream)
        self._recorder = recorder

    def reply(self, request: Request) -> Reply:
        """Forward *request*."""
        try:
            response = self._send(request)
        except OSError as error:
            message = f"The upstream cannot be reached: {type(error).__name__}"
            return error_reply(gateway_error(502, message, "Bad Gateway"))
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("content-type", "").startswith("text/event-stream"):
            parts = self._pass(request, response, headers)
            kept = kept_headers(headers)
            return Reply(status=response.status, headers=kept, parts=parts, is_stream=True)
        body = response.read()
        self._recorder.record(request, response.status, headers, body)
        return reply_of(response.status, kept_headers(headers), body)

    def _send(self, request: Request) -> http.client.HTTPResponse:
        secure = self._upstream.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._upstream.netloc, timeout=_TIMEOUT)
        path = self._upstream.path.rstrip("/") + request.path.removeprefix("/v1")
        headers = {k: v for k, v in request.headers.items() if k not in _NOT_PASSED_ON}
        # In a compressed body, the recording could not be read or the key removed.
        headers["accept-encoding"] = "identity"
        connection.request(request.method, path, request.body or None, headers)
        return connection.getresponse()

    def _pass(
        self, request: Request, response: http.client.HTTPResponse, headers: Mapping[str, str]
    ) -> Iterator[Part]:
        received: list[bytes] = []
        try:
            while data := response.read1(65536):
                received.append(data)
                yield data
        except (OSError, http.client.HTTPException):
            # Do not record half an answer; the client sees the cut as it happened.
            yield CUT
            return
        finally:
            response.close()
        self._recorder.record(request, response.status, headers, b"".join(received))


def _checked(upstream: str) -> SplitResult:
    parts = urlsplit(upstream)
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not is_safe or not parts.hostname or parts.username or parts.query:
        raise ValueError(
            f"cannot record from {upstream!r}: give the base URL of a gateway, such as "
            "https://api.agentsflare.com/v1 (plain http only on this machine)"
        )
    return parts
