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


ARGUMENTS = 'base_url="https://api.agentsflare.com/v1", api_key=key'


@pytest.mark.parametrize(
    ("statement", "callee"),
    [
        ("import openai as oa", "oa.OpenAI"),
        ("from openai import OpenAI as Client", "Client"),
        ("import openai", "openai.OpenAI"),
    ],
)
def test_the_class_is_known_by_the_names_that_the_file_gives_it(statement, callee):
    text = f"{statement}\n\nclient = {callee}({ARGUMENTS})\n"
    mended = fixed(text, "a.py", unsafe=True)

    assert f"client = Kimi({ARGUMENTS})" in mended
    assert "from agentsflare_kimi import Kimi" in mended


def test_another_class_of_the_name_is_left_alone():
    assert find("AFK204", f"client = observed.OpenAI({ARGUMENTS})\n", "a.py") == []


def test_nothing_is_changed_where_the_name_kimi_is_taken():
    text = f"from openai import OpenAI\n\n\nclass Kimi:\n    client = OpenAI({ARGUMENTS})\n"

    assert kind(find_one("AFK204", text, "a.py")) == "none"
