"""AFK102: forced tool calls while the model thinks."""

import pytest
from linting import find, find_one, fixed, kind

CALL = 'client.chat.completions.create(model="kimi-k2.6", messages=m, {})'


@pytest.mark.parametrize(
    "choice", ['"required"', '{"type": "function", "function": {"name": "look"}}']
)
def test_a_forced_call_is_an_error_that_becomes_auto(choice):
    text = CALL.format(f"tool_choice={choice}")
    finding = find_one("AFK102", text, "a.py")

    assert (finding.severity, kind(finding)) == ("error", "unsafe")
    assert fixed(text, "a.py", unsafe=True) == CALL.format('tool_choice="auto"')


@pytest.mark.parametrize(
    "arguments",
    [
        'tool_choice="auto"',
        'tool_choice="none"',
        "tool_choice=choice",
        'tool_choice="required", extra_body={"thinking": {"type": "disabled"}}',
    ],
)
def test_what_the_model_takes_is_left_alone(arguments):
    assert find("AFK102", CALL.format(arguments), "a.py") == []
