"""AFK103: budgets that reasoning may use up."""

import pytest
from linting import find, find_one, kind

CALL = 'client.chat.completions.create(model="{}", messages=m, {})'


@pytest.mark.parametrize("budget", ["max_tokens=100", "max_completion_tokens=15_999"])
def test_a_small_budget_is_a_warning_without_a_fix(budget):
    finding = find_one("AFK103", CALL.format("kimi-k2.6", budget), "a.py")

    assert (finding.severity, kind(finding)) == ("warning", "none")
    assert 'or disable `extra_body={"thinking": …}`' in finding.message


def test_a_model_that_always_thinks_is_not_told_to_stop():
    finding = find_one("AFK103", CALL.format("kimi-k2.7-code", "max_tokens=100"), "a.py")

    assert "disabled" not in finding.message


@pytest.mark.parametrize(
    ("model", "arguments"),
    [
        ("kimi-k2.6", "max_tokens=16_000"),
        ("kimi-k2.6", "max_tokens=budget"),
        ("kimi-k2.6", 'max_tokens=100, extra_body={"thinking": {"type": "disabled"}}'),
        ("kimi-k2.6", "max_tokens=100, **options"),
        ("kimi-k2.6", "max_tokens=100, max_completion_tokens=20_000"),
        ("kimi-latest", "max_tokens=100"),
        ("kimi-k2-thinking", "max_tokens=100"),
    ],
)
def test_other_budgets_are_left_alone(model, arguments):
    assert find("AFK103", CALL.format(model, arguments), "a.py") == []
