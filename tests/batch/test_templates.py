import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.batch.line_errors import LineError
from agentsflare_kimi.batch.templates import Template
from agentsflare_kimi.errors import BatchError


def test_columns_are_filled_in():
    template = Template("{a} and {a}, {b c}: {{json}}")

    assert template.columns == ("a", "b c")
    assert template.fill({"a": "x", "b c": [1, "ä"]}) == 'x and x, [1, "ä"]: {json}'


@pytest.mark.parametrize("text", ["{", "}", "{a", "{a!r}", "{a:>9}", "{}", "{ }"])
def test_other_braces_are_refused(text):
    with pytest.raises(BatchError, match="braces of your own"):
        Template(text)


@pytest.mark.parametrize("values", [{}, {"a": None}, {"A": "x"}])
def test_a_column_that_is_missing_is_no_empty_prompt(values):
    with pytest.raises(LineError, match="'a'"):
        Template("{a}").fill(values)


def test_an_attribute_of_a_value_is_out_of_reach():
    with pytest.raises(LineError, match=r"no column 'a\.__class__'"):
        Template("{a.__class__}").fill({"a": "x"})


@given(st.text())
def test_a_value_is_never_read_as_a_template(value):
    assert Template("<{a}>").fill({"a": value}) == f"<{value}>"
