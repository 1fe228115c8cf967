"""How long the gateway asks to wait, in every way in which it may say that."""

import email.utils
import time

import pytest

from agentsflare_kimi.batch.retrying import retry_after


def told(**headers):
    error = Exception()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error.response = type("Response", (), {"headers": named})()
    return retry_after(error)


def http_date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


def test_seconds_and_dates_are_read():
    assert told(retry_after="1.5") == 1.5
    assert told(retry_after=http_date(time.time() + 100)) == pytest.approx(100, abs=30)


@pytest.mark.parametrize("wrong_by", [-3_600, 3_600])
def test_a_date_is_read_by_the_gateways_clock(wrong_by):
    now = time.time() + wrong_by

    assert told(retry_after=http_date(now + 7), date=http_date(now)) == 7


@pytest.mark.parametrize("date", ["", "soon", "Wed, 99 Foo 2015"])
def test_a_clock_that_cannot_be_read_is_passed_over(date):
    assert told(retry_after=http_date(time.time() + 100), date=date) == pytest.approx(100, abs=30)


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "0", "nan", "inf", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT"]
)
def test_what_names_no_time_to_come_says_nothing(value):
    assert told(retry_after=value) is None


def test_an_error_without_a_response_says_nothing():
    assert retry_after(Exception()) is None
