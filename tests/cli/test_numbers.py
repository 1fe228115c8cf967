"""Numbers among options: what is taken, and what the error says."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from agentsflare_kimi.cli.numbers import count, count_or_zero, positive


def test_numbers_are_read():
    assert (count("1"), count("20"), count_or_zero("0"), positive("0.5")) == (1, 20, 0, 0.5)


@pytest.mark.parametrize("text", ["0", "-1", "", "x", "1.5", "1_000", " 7", "²", "٣"])
def test_what_is_no_count_is_named(text):
    with pytest.raises(ArgumentTypeError, match="a whole number, 1 or more, got") as raised:
        count(text)
    assert repr(text) in str(raised.value)


def test_zero_counts_only_where_it_may():
    with pytest.raises(ArgumentTypeError, match="0 or more, got '-1'"):
        count_or_zero("-1")


@pytest.mark.parametrize("text", ["0", "-0.1", "inf", "nan", "", "x"])
def test_what_is_not_positive_is_named(text):
    with pytest.raises(ArgumentTypeError, match="a number above 0, got"):
        positive(text)
