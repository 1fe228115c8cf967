"""AFK005: names that Moonshot has ended."""

from datetime import date

import pytest
from linting import find, find_one, kind

from agentsflare_kimi.lint import LintConfig, lint_text


@pytest.mark.parametrize("name", ["kimi-k2.5", "kimi-latest", "moonshot-v1-8k", "moonshot-v1-auto"])
def test_it_is_information(name):
    finding = find_one("AFK005", f"model: {name}", "a.yaml")

    assert (finding.severity, kind(finding)) == ("info", "none")
    assert "Moonshot ended" in finding.message


@pytest.mark.parametrize("name", ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3", "kimi-k2-thinking"])
def test_living_models_and_those_of_other_rules_are_none_of_it(name):
    assert find("AFK005", f"model: {name}", "a.yaml") == []


def test_another_hosts_name_is_none_of_it():
    assert find("AFK005", 'model = "moonshotai/kimi-k2.5"', "a.py") == []


def test_it_is_judged_as_of_the_day():
    before = LintConfig(today=date(2026, 8, 30))

    assert lint_text('model = "kimi-k2.5"', "a.py", before) == []
