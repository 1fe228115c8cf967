"""AFK003: the name in the examples of the gateway's page."""

import pytest
from linting import find, find_one, kind


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'ask(model="kimi-chat")'),
        ("a.yaml", "model: kimi-chat"),
        (".env", "MODEL=kimi-chat"),
    ],
)
def test_a_request_is_a_warning_with_advice(filename, text):
    finding = find_one("AFK003", text, filename)

    assert (finding.severity, kind(finding)) == ("warning", "none")
    assert "kimi-k2.6" in finding.message


@pytest.mark.parametrize(
    "text",
    ['app = "kimi-chat-server"', 'import_path = "./kimi-chat"', "# kimi-chat", "kimi - chat"],
)
def test_other_things_of_that_name_are_left_alone(text):
    assert find("AFK003", text, "a.py") == []
