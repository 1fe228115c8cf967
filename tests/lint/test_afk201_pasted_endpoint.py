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
        ("a.py", 'base_url = "{}"\nclient = OpenAI(base_url=base_url)'),
        ("a.js", 'const baseURL = "{}";\nnew OpenAI({{ baseURL: baseURL }})'),
        ("A.java", 'builder.baseUrl("{}").build();'),
        ("A.java", 'OpenAIOkHttpClient\n  .builder()\n  .apiKey(k)\n  .baseUrl("{}")\n  .build();'),
        ("a.go", 'option.WithBaseURL("{}")'),
        ("a.cs", 'new OpenAIClientOptions {{ Endpoint = new Uri("{}") }}'),
        ("a.cs", 'new OpenAIClientOptions()\n{{\n    Timeout = t,\n    Endpoint = new("{}"),\n}};'),
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
    [
        ("a.py", 'BASE_URL = "{}"'),
        ("a.py", 'def make_client(base_url="{}"):\n    return Client(base_url)'),
        ("a.py", 'settings = {{"base_url": "{}"}}'),
        ("a.py", 'BASE_URL = "{}"\nrequests.post(f"{{BASE_URL}}/chat/completions", json=body)'),
        ("a.py", 'URL = "{}"\nOpenAI(base_url=URL)\nrequests.post(URL, json=body)'),
        ("a.yaml", "base_url: {}"),
        (".env", "KIMI_BASE_URL={}"),
    ],
)
def test_what_may_be_used_as_a_whole_is_changed_on_demand(filename, text):
    assert kind(find_one("AFK201", text.format(WRONG), filename)) == "unsafe"


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.sh", f"curl -X POST {WRONG} -d @body.json"),
        ("a.py", f'requests.post("{WRONG}", json=body)'),
        ("a.js", f'fetch("{WRONG}", options)'),
        ("a.py", f'BASE_URL = "{WRONG}"\nrequests.post(BASE_URL, json=body)'),
        ("a.py", f'API_URL = "{WRONG}"\nr = requests.post(API_URL, headers=h, json=body)'),
        ("a.py", f'self.base_url = "{WRONG}"\nrequests.post(\n    self.base_url, json=body)'),
        ("a.py", f'def ask(base_url="{WRONG}"):\n    requests.post(base_url, json=body)'),
        ("a.py", f'URL = os.environ.get("KIMI_URL", "{WRONG}")\nrequests.post(URL, json=body)'),
        ("a.py", f'client = httpx.Client(base_url="{WRONG}")\nclient.post("", json=body)'),
        ("a.js", f'const API_URL = "{WRONG}";\nfetch(API_URL, {{ method: "POST" }});'),
        ("a.js", f'axios.create({{ baseURL: "{WRONG}" }}).post("", body)'),
        ("a.go", f'const apiURL = "{WRONG}"\nfunc f() {{ http.Post(apiURL, "x", body) }}'),
        ("a.go", f'baseURL := "{WRONG}"\nhttp.NewRequest("POST", baseURL, body)'),
        ("A.java", f'String BASE_URL = "{WRONG}"; HttpRequest.newBuilder(URI.create(BASE_URL));'),
        ("A.java", f'WebClient.builder().baseUrl("{WRONG}").build();'),
        ("a.sh", f'API_URL={WRONG}\ncurl "$API_URL" -d @body.json'),
        ("a.sh", f'BASE_URL={WRONG}\ncurl -s \\\n  "${{BASE_URL}}" -d @body.json'),
        (".env", f"AGENTSFLARE_API_URL={WRONG}"),
        ("a.yaml", f"endpoint_url: {WRONG}"),
        ("a.toml", f'database_url = "{WRONG}"'),
        ("a.py", f"# base_url = {WRONG}"),
        ("a.py", f'Client(base_url="{RIGHT}")'),
        ("a.py", 'Client(base_url="https://api.example.com/v1/chat/completions")  # agentsflare'),
    ],
)
def test_whole_urls_are_right_where_no_sdk_appends_the_path(filename, text):
    assert find("AFK201", text, filename) == []
