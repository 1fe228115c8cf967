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
        ("a.py", f'key = os.environ["OPENAI_API_KEY"]\nOpenAI(base_url="{HOST}", api_key=key)'),
        ("a.py", f'U = "{HOST}"\nk = os.environ["OPENAI_API_KEY"]\nChat(base_url=U, api_key=k)'),
        ("a.py", f'Chat(\n    base_url="{HOST}",\n    api_key=os.environ["OPENAI_API_KEY"],\n)'),
        (
            "a.py",
            f'post("{HOST}", headers={{"Authorization": f"Bearer {{env[\'OPENAI_API_KEY\']}}"}})',
        ),
        (
            "a.py",
            (
                "class A:\n    def __init__(self):\n        self.key = env['OPENAI_API_KEY']\n\n"
                f"    def ask(self):\n        return OpenAI(base_url='{HOST}', api_key=self.key)\n"
            ),
        ),
        (
            "a.js",
            f'fetch("{HOST}", {{ headers: {{ A: `Bearer ${{process.env.OPENAI_API_KEY}}` }} }})',
        ),
        (
            "a.js",
            f'new C({{ apiKey: env.OPENAI_API_KEY, configuration: {{ baseURL: "{HOST}" }} }})',
        ),
        (
            "A.java",
            f'C c = b()\n  .apiKey(getenv("OPENAI_API_KEY"))\n  .baseUrl("{HOST}")\n  .build();',
        ),
        ("A.java", f'String k = getenv("OPENAI_API_KEY");\nC c = b().url("{HOST}").apiKey(k);'),
        (
            "a.cs",
            (
                'var c = new C(\n    new ApiKeyCredential(Get("OPENAI_API_KEY")!),\n    new O\n'
                f'    {{\n        Endpoint = new Uri("{HOST}")\n    }});'
            ),
        ),
        ("a.go", f'c := o.DefaultConfig(os.Getenv("OPENAI_API_KEY"))\nc.BaseURL = "{HOST}"'),
        (
            "a.rb",
            (
                'OpenAI.configure do |config|\n  config.access_token = ENV["OPENAI_API_KEY"]\n'
                f'  config.uri_base = "{HOST}"\nend'
            ),
        ),
        ("a.rb", f'C.new(\n  access_token: ENV["OPENAI_API_KEY"],\n  uri_base: "{HOST}"\n)'),
        ("a.php", f'<?php\n$c = f()\n  ->withApiKey(getenv("OPENAI_API_KEY"))\n  ->uri("{HOST}");'),
        ("a.rs", f'let c = C::new()\n  .base("{HOST}")\n  .key(env::var("OPENAI_API_KEY")?);'),
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
        ("a.py", f'a = OpenAI(api_key=os.environ["OPENAI_API_KEY"])\nb = C(base_url="{HOST}")'),
        ("a.py", f'raise ValueError("set OPENAI_API_KEY for OpenAI, not for {HOST}")'),
        (
            "a.py",
            (
                'key = env["OPENAI_API_KEY"]\na = OpenAI(api_key=key)\nkey = env["KIMI"]\n'
                f'b = OpenAI(base_url="{HOST}", api_key=key)'
            ),
        ),
        (
            "a.py",
            (
                "class A:\n    def __init__(self):\n        self.a = C(key=env['OPENAI_API_KEY'])\n"
                f"        self.b = C(url='{HOST}', key=env['AGENTSFLARE_API_KEY'])\n"
            ),
        ),
        (
            "a.py",
            (
                'CLIENTS = {"a": {"key": env["OPENAI_API_KEY"]}, '
                f'"b": {{"url": "{HOST}", "key": env["KIMI"]}}}}'
            ),
        ),
        (
            "a.js",
            f'const a = o(process.env.OPENAI_API_KEY)\nconst b = k("{HOST}", process.env.KIMI)',
        ),
        (
            "a.go",
            (
                'func f() {\n\ta := o.NewClient(option.WithAPIKey(os.Getenv("OPENAI_API_KEY")))\n'
                f'\tb := o.NewClient(option.WithBaseURL("{HOST}"), option.WithAPIKey(key))\n}}'
            ),
        ),
        (
            "a.kt",
            f'val a = O(token = getenv("OPENAI_API_KEY"))\nval b = O(host = "{HOST}", token = k)',
        ),
        ("a.rb", f'a = C.new(key: ENV["OPENAI_API_KEY"])\nb = C.new(key: k, url: "{HOST}")'),
        ("a.json", f'{{"base_url": "{HOST}", "key": "OPENAI_API_KEY"}}'),
        ("a.sh", f"curl {HOST}/models\ncurl https://api.openai.com -u $OPENAI_API_KEY\n"),
        (".env", f"OPENAI_BASE_URL={HOST}\nOPENAI_API_KEY=x\n"),
    ],
)
def test_openais_key_elsewhere_is_left_alone(filename, text):
    assert find("AFK205", text, filename) == []
