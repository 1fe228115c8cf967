"""What the emulator remembers, and for how long."""

from __future__ import annotations

import pytest

from agentsflare_kimi.emulator.log import RequestLog, redact_headers
from agentsflare_kimi.emulator.wire import Request


def request(body: bytes) -> Request:
    return Request(method="POST", path="/", headers={}, body=body)


@pytest.mark.parametrize("limits", [{"keep": 2}, {"keep_bytes": 4}])
def test_it_forgets_the_oldest(limits):
    log = RequestLog(**limits)
    first, *_ = [log.add(request(body)) for body in (b"11", b"22", b"33")]
    assert [entry.body for entry in log.entries()] == [22, 33]
    assert log.finish(first, "sent") is None
    assert log.pending == 2


def test_a_reply_ends_once():
    log = RequestLog()
    entry = log.add(request(b"1"))
    assert log.finish(entry, "cut").outcome == "cut"
    assert log.finish(entry, "sent") is None
    assert log.entries()[0].outcome == "cut"


def test_credentials_are_redacted():
    headers = {"authorization": "Bearer s", "x-api-key": "s", "cookie": "s", "accept": "*/*"}
    assert redact_headers(headers) == {
        "authorization": "[redacted]",
        "x-api-key": "[redacted]",
        "cookie": "[redacted]",
        "accept": "*/*",
    }
