"""AFK004: names that are nearly those of models."""

import pytest
from linting import find, find_one, kind


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("kimi-k26", "kimi-k2.6"),
        ("kimi-k2-6", "kimi-k2.6"),
        ("kimi-k2", "kimi-k2.6"),
        ("kimi-k2-thinkng", "kimi-k2.6"),
        ("kimi-k2-turbo", "kimi-k2.6"),
        ("kimi-k2-0905", "kimi-k2.6"),
        ("kimi-k2.7-cod", "kimi-k2.7-code"),
        ("moonshot-v1-8k-vision-previw", "kimi-k2.6"),
    ],
)
def test_a_slip_is_a_warning_that_names_what_was_meant(name, meant):
    finding = find_one("AFK004", f'model = "{name}"', "a.py")

    assert finding.severity == "warning"
    assert finding.replacement == meant
    assert kind(finding) == "unsafe"


def test_where_two_are_equally_near_both_are_named_and_nothing_is_changed():
    finding = find_one("AFK004", 'model = "kimi-k2.x"', "a.py")

    assert "kimi-k2.6" in finding.message
    assert "kimi-k2.5" in finding.message
    assert kind(finding) == "none"


@pytest.mark.parametrize(
    "text",
    [
        'model = "kimi-k2-thinking-251104"',
        'model = "kimi-k2.6-instruct"',
        'model = "kimi-k2.6-2"',
        'model = "kimi-researcher"',
        'model = "moonshot-embedding"',
        'model = "moonshotai/kimi-k26"',
        'names = ["kimi-k26"]',
        'if model == "kimi-k26": pass',
        'package = "kimi-cli"',
        'model = "kimi-k2.6"',
        'model = "kimi-k3"',
        'model = "kimi-k4"',
        'model = "kimi-k1.5"',
    ],
)
def test_other_names_and_other_places_are_left_alone(text):
    assert find("AFK004", text, "a.py") == []


def test_where_the_nearest_is_gone_it_says_so_and_names_what_follows_with_its_risks():
    finding = find_one("AFK004", 'model = "kimi-k2-turbo"', "a.py")

    assert "did you mean `kimi-k2.6`" in finding.message
    assert "`kimi-k2-turbo-preview` (retired)" in finding.message
    assert '"thinking": {"type": "disabled"}' in finding.message
    assert "did not think" in finding.fix.reason
