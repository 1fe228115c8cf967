"""AFK002: deprecated models."""

import pytest
from linting import find, find_one, fixed, kind

NAMES = [f"moonshot-v1-{size}-vision-preview" for size in ("8k", "32k", "128k")]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_warning_with_a_successor_that_takes_images(name):
    finding = find_one("AFK002", f'model = "{name}"', "a.py")

    assert finding.severity == "warning"
    assert finding.replacement == "kimi-k2.6"
    assert kind(finding) == "unsafe"
    assert "still be served" in finding.fix.reason


def test_the_whole_request_is_moved_on_demand():
    text = f'client.chat.completions.create(model="{NAMES[0]}", messages=m, temperature=0)'

    assert fixed(text, "a.py") == text
    assert fixed(text, "a.py", unsafe=True) == (
        'client.chat.completions.create(model="kimi-k2.6", '
        'extra_body={"thinking": {"type": "disabled"}}, messages=m)'
    )


@pytest.mark.parametrize(
    "text",
    [
        'model = "moonshot-v1-8k-vision-preview-2"',
        'model = "kimi-k2.6"',
        '# "moonshot-v1-8k-vision"',
    ],
)
def test_other_names_are_none_of_it(text):
    assert find("AFK002", text, "a.py") == []


def test_elsewhere_nothing_is_changed():
    text = f'sizes = {{"{NAMES[1]}": 32768}}'

    assert kind(find_one("AFK002", text, "a.py")) == "none"
