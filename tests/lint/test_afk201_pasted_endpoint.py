"""AFK201: an endpoint pasted in as the base URL."""

import pytest
from linting import find, find_one, fixed, kind

WRONG = "https://api.agentsflare.com/v1/chat/completions"
RIGHT = "https://api.agentsflare.com/v1"


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'Client(base_url="{}")'),
        ("a.py", 'url = "{}"\nclient = OpenAI(base_url=url)'),
        ("a.js", 'new OpenAI({{ baseURL: "{}" }})'),
        ("A.java", 'builder.baseUrl("{}").build();'),
        ("a.go", 'option.WithBaseURL("{}")'),
        (".env", "OPENAI_BASE_URL={}"),
        ("Dockerfile", "ENV AGENTSFLARE_BASE_URL={}"),
    ],
)
def test_the_path_is_cut_off(filename, text):
    finding = find_one("AFK201", text.format(WRONG), filename)

    assert (finding.severity, kind(finding)) == ("error", "safe")
    assert fixed(text.format(WRONG), filename) == text.format(RIGHT)


@pytest.mark.parametrize(
    ("filename", "text"),
    [("a.py", 'BASE_URL = "{}"\nrequests.post(BASE_URL, json=body)'), ("a.yaml", "base_url: {}")],
)
def test_what_may_be_used_as_a_whole_is_changed_on_demand(filename, text):
    assert kind(find_one("AFK201", text.format(WRONG), filename)) == "unsafe"


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.sh", f"curl -X POST {WRONG} -d @body.json"),
        ("a.py", f'requests.post("{WRONG}", json=body)'),
        ("a.js", f'fetch("{WRONG}", options)'),
        ("a.py", f"# base_url = {WRONG}"),
        ("a.py", f'Client(base_url="{RIGHT}")'),
        ("a.py", 'Client(base_url="https://api.example.com/v1/chat/completions")  # agentsflare'),
    ],
)
def test_whole_urls_are_right_where_no_sdk_appends_the_path(filename, text):
    assert find("AFK201", text, filename) == []
