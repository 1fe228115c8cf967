"""What counts as an outage: no connection, after the gateway has answered."""

import ssl

import pytest
from openai import APIConnectionError, InternalServerError

from agentsflare_kimi.batch.outages import Outages
from agentsflare_kimi.calling.http_library import http

REQUEST = http.Request("POST", "http://gateway/v1/chat/completions")


def failed(cause):
    error = APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    return error


def after_an_answer():
    outages = Outages()
    outages.note_answer()
    return outages


@pytest.mark.parametrize("kind", [http.ConnectError, http.ConnectTimeout])
def test_a_connection_that_cannot_be_made_after_an_answer_is_an_outage(kind):
    assert after_an_answer().is_outage(failed(kind("refused")))


def test_an_error_of_the_gateway_is_an_answer():
    outages = Outages()
    response = http.Response(502, request=REQUEST)
    assert not outages.is_outage(InternalServerError("bad", response=response, body=None))
    assert outages.is_outage(failed(http.ConnectError("refused")))


def test_a_gateway_that_never_answered_has_no_outage():
    assert not Outages().is_outage(failed(http.ConnectError("refused")))


def test_a_connection_that_is_cut_may_be_the_rows_own_fault():
    assert not after_an_answer().is_outage(failed(http.ReadError("reset")))


def test_a_certificate_that_is_not_trusted_does_not_mend_itself():
    refused = http.ConnectError("certificate")
    refused.__cause__ = ssl.SSLCertVerificationError(1, "expired")
    assert not after_an_answer().is_outage(failed(refused))


def test_an_outage_of_more_than_ten_minutes_is_none(monkeypatch):
    monkeypatch.setattr("agentsflare_kimi.batch.outages.time.monotonic", lambda: 0.0)
    outages = after_an_answer()
    monkeypatch.setattr("agentsflare_kimi.batch.outages.time.monotonic", lambda: 601.0)
    assert not outages.is_outage(failed(http.ConnectError("refused")))
