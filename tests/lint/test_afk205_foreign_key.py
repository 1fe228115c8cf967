"""AFK205: OpenAI's key sent to the gateway."""

import pytest
from linting import find, find_one, fixed, kind

HOST = "https://api.agentsflare.com/v1"


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", f'OpenAI(base_url="{HOST}", api_key=os.environ["OPENAI_API_KEY"])'),
        ("a.py", f'url = "{HOST}"\nOpenAI(base_url=url, api_key=os.getenv("OPENAI_API_KEY"))'),
        ("a.mjs", f'new OpenAI({{ baseURL: "{HOST}", apiKey: process.env.OPENAI_API_KEY }})'),
        ("A.java", f'b().apiKey(System.getenv("OPENAI_API_KEY")).baseUrl("{HOST}").build();'),
        ("a.sh", f'curl {HOST}/models \\\n  -H "Authorization: Bearer $OPENAI_API_KEY"\n'),
    ],
)
def test_it_is_a_warning_and_renamed_on_demand(filename, text):
    finding = find_one("AFK205", text, filename)

    assert (finding.severity, kind(finding)) == ("warning", "unsafe")
    after = fixed(text, filename, unsafe=True)
    assert "OPENAI_API_KEY" not in after
    assert "AGENTSFLARE_API_KEY" in after


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", f'OpenAI(base_url="{HOST}")'),
        ("a.mjs", f'new OpenAI({{ baseURL: "{HOST}" }})'),
    ],
)
def test_a_client_without_a_key_reads_it_silently(filename, text):
    assert kind(find_one("AFK205", text, filename)) == "none"


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", f'OpenAI(base_url="{HOST}", api_key=os.environ["AGENTSFLARE_API_KEY"])'),
        ("a.py", f'OpenAI(base_url="{HOST}", **options)'),
        ("a.py", f'a = OpenAI(api_key=os.environ["OPENAI_API_KEY"])\nb = Kimi(base_url="{HOST}")'),
        ("a.sh", f"curl {HOST}/models\ncurl https://api.openai.com -u $OPENAI_API_KEY\n"),
        (".env", f"OPENAI_BASE_URL={HOST}\nOPENAI_API_KEY=x\n"),
    ],
)
def test_openais_key_elsewhere_is_left_alone(filename, text):
    assert find("AFK205", text, filename) == []
