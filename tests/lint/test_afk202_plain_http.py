"""AFK202: the gateway by plain http."""

import pytest
from linting import find, find_one, fixed, kind


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'Client(base_url="http://api.agentsflare.com/v1")'),
        ("a.py", 'url = f"http://api.agentsflare.com/v1/{path}"'),
        ("a.sh", "curl http://api.agentsflare.com/v1/chat/completions"),
        ("a.yaml", "url: http://api.agentsflare.com/v1"),
        ("A.java", 'b.baseUrl("http://api.agentsflare.com/v1");'),
    ],
)
def test_it_is_an_error_and_gets_its_letter(filename, text):
    finding = find_one("AFK202", text, filename)

    assert (finding.severity, kind(finding)) == ("error", "safe")
    assert fixed(text, filename) == text.replace("http:", "https:")


@pytest.mark.parametrize(
    "text",
    [
        'url = "https://api.agentsflare.com/v1"',
        'url = "http://localhost:8080/agentsflare"',
        'url = "http://agentsflare.example.com"',
        'url = "http://notagentsflare.com"',
        "# http://api.agentsflare.com",
    ],
)
def test_other_urls_and_remarks_are_left_alone(text):
    assert find("AFK202", text, "a.py") == []
