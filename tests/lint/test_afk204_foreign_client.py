"""AFK204: clients built for the gateway by hand."""

import pytest
from linting import find, find_one, fixed, kind

HOST = "https://api.agentsflare.com/v1"


@pytest.mark.parametrize(
    "text",
    [
        f'client = OpenAI(base_url="{HOST}", api_key=key)',
        f'client = openai.OpenAI(api_key=key, base_url="{HOST}")',
        f'url = "{HOST}"\nclient = OpenAI(base_url=url, api_key=key)',
        f'client = AsyncOpenAI(base_url=os.environ.get("URL", "{HOST}"), api_key=key)',
    ],
)
def test_it_is_a_warning_with_an_unsafe_fix(text):
    finding = find_one("AFK204", text, "a.py")

    assert (finding.severity, kind(finding)) == ("warning", "unsafe")
    assert "OpenAI(" not in fixed(text, "a.py", unsafe=True)


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'client = OpenAI(base_url="https://api.moonshot.ai/v1")  # agentsflare'),
        ("a.py", "client = OpenAI()  # agentsflare"),
        ("a.py", f'client = Kimi(base_url="{HOST}")'),
        ("a.py", f'client = AzureOpenAI(base_url="{HOST}")'),
        ("a.py", f'# client = OpenAI(base_url="{HOST}")'),
        ("a.py", f'text = "OpenAI(base_url={HOST})"'),
        ("a.js", f'const client = new OpenAI({{ baseURL: "{HOST}" }})'),
    ],
)
def test_other_clients_are_left_alone(filename, text):
    assert find("AFK204", text, filename) == []


def test_the_import_changes_with_it():
    text = f'from openai import OpenAI\n\nclient = OpenAI(base_url="{HOST}", api_key=key)\n'

    assert fixed(text, "a.py", unsafe=True) == (
        f'from agentsflare_kimi import Kimi\n\nclient = Kimi(base_url="{HOST}", api_key=key)\n'
    )


def test_an_import_that_is_still_used_stays():
    text = (
        f'from openai import OpenAI\n\nclient = OpenAI(base_url="{HOST}", api_key=key)\n'
        "other = OpenAI()\n"
    )
    after = fixed(text, "a.py", unsafe=True)

    assert after.startswith("from agentsflare_kimi import Kimi\nfrom openai import OpenAI\n")
