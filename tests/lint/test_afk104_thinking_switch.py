"""AFK104: thinking switched off where it cannot be."""

import pytest
from linting import find, find_one, fixed, kind

PYTHON = (
    'client.chat.completions.create(model="{}", messages=m, '
    'extra_body={{"thinking": {{"type": "{}"}}, "k": 1}})'
)
JSON = '{{"model": "{}", "messages": [], "thinking": {{"type": "{}"}}}}'


@pytest.mark.parametrize("model", ["kimi-k2.7-code", "kimi-k2.7-code-highspeed"])
def test_it_is_an_error_and_taken_out_on_demand(model):
    text = PYTHON.format(model, "disabled")
    finding = find_one("AFK104", text, "a.py")

    assert (finding.severity, kind(finding)) == ("error", "unsafe")
    assert 'extra_body={"k": 1})' in fixed(text, "a.py", unsafe=True)
    assert fixed(JSON.format(model, "disabled"), "a.json", unsafe=True) == (
        f'{{"model": "{model}", "messages": []}}'
    )


@pytest.mark.parametrize(
    ("model", "switch"),
    [("kimi-k2.6", "disabled"), ("kimi-k2.5", "disabled"), ("kimi-k2.7-code", "enabled")],
)
def test_where_there_is_a_switch_it_may_be_used(model, switch):
    assert find("AFK104", PYTHON.format(model, switch), "a.py") == []


@pytest.mark.parametrize("model", ["kimi-k3", "kimi-k3.1-pro"])
def test_where_the_documentation_and_what_was_measured_differ_it_is_information(model):
    finding = find_one("AFK104", PYTHON.format(model, "disabled"), "a.py")

    assert (finding.severity, finding.fix) == ("info", None)
    assert "may ignore this" in finding.message
