"""AFK203: keys in the source, which are never shown."""

import ast

import pytest
from linting import find, find_one, fixed, kind

KEY = "sk-q8Zr3vTn7wLm2xKd9sPb"
UNMARKED = "q8Zr3vTn7wLm2xKd9sPbq8Zr3vTn7w"
HOST = "https://api.agentsflare.com/v1"


@pytest.mark.parametrize("key", [KEY, UNMARKED])
@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", f'client = OpenAI(base_url="{HOST}", api_key="{{}}")'),
        ("a.py", 'AGENTSFLARE_API_KEY = "{}"  # agentsflare'),
        ("a.py", f'headers = {{{{"Authorization": "Bearer {{}}"}}}}; url = "{HOST}"'),
        ("a.ts", f'new OpenAI({{{{ baseURL: "{HOST}", apiKey: "{{}}" }}}})'),
        ("A.java", f'b.baseUrl("{HOST}").apiKey("{{}}");'),
        ("A.java", f'C c = B.builder()\n  .baseUrl("{HOST}")\n  .apiKey("{{}}")\n  .build();'),
        (
            "a.cs",
            f'new C(new ApiKeyCredential("{{}}"), new O {{{{ Endpoint = new Uri("{HOST}") }}}})',
        ),
        ("a.rs", f'let c = C::new()\n  .with_api_base("{HOST}")\n  .with_api_key("{{}}");'),
        ("a.rb", f'OpenAI::Client.new(access_token: "{{}}", uri_base: "{HOST}")'),
        ("a.php", f'<?php\n$c = O::factory()->withApiKey("{{}}")->withBaseUri("{HOST}");'),
        ("a.go", f'c := o.NewClient(option.WithAPIKey("{{}}"), option.WithBaseURL("{HOST}"))'),
        ("a.sh", f'curl {HOST}/models -H "Authorization: Bearer {{}}"'),
        ("a.yaml", f"base_url: {HOST}\napi_key: {{}}"),
        ("Dockerfile", "ENV AGENTSFLARE_API_KEY={}\n# agentsflare"),
    ],
)
def test_a_key_is_an_error_and_appears_in_no_field(filename, text, key):
    text = text.format(key)
    finding = find_one("AFK203", text, filename)

    assert finding.severity == "error"
    assert text.splitlines()[finding.line - 1][finding.column - 1 : finding.end_column - 1] == key
    assert key not in repr(finding)
    assert fixed(text, filename) == text


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.go", f'config := openai.DefaultConfig("{KEY}")\nconfig.BaseURL = "{HOST}"'),
        ("a.kt", f'val openai = OpenAI(token = "{KEY}", host = OpenAIHost(baseUrl = "{HOST}"))'),
        ("a.py", f'ask("{KEY}", url="{HOST}")'),
    ],
)
def test_a_key_by_its_looks_needs_no_name(filename, text):
    finding = find_one("AFK203", text, filename)

    assert finding.end_column - finding.column == len(KEY)


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", f'ask("sk-test-of-the-gateway-12", url="{HOST}")'),
        ("a.py", f'ask("task-q8Zr3vTn7wLm2xKd9sPb", url="{HOST}")'),
        ("a.py", f'ask("see sk-q8Zr3vTn7wLm2xKd9sPb in the vault", url="{HOST}")'),
        ("a.py", f'OpenAI(base_url="{HOST}", api_key="YOUR_API_KEY_GOES_HERE_1")'),
        ("a.py", f'OpenAI(base_url="{HOST}", api_key="sk-xxxxxxxxxxxxxxxxxxxxxxxx")'),
        ("a.py", f'OpenAI(base_url="{HOST}", api_key=os.environ["AGENTSFLARE_API_KEY_9"])'),
        ("a.py", f'OpenAI(base_url="{HOST}", api_key="short1")'),
        ("a.py", f'digest = "{UNMARKED}"  # key of {HOST}'),
        ("a.py", f'api_key = "{KEY}"  # kimi-k2.6, another host'),
        (".env", f"AGENTSFLARE_API_KEY={KEY}"),
        ("a.sh", f'curl {HOST} -H "Authorization: Bearer $AGENTSFLARE_API_KEY_1234567"'),
    ],
)
def test_placeholders_and_what_is_no_key_are_left_alone(filename, text):
    assert find("AFK203", text, filename) == []


def test_in_python_it_is_read_from_the_environment_on_demand():
    text = (
        '"""Ask."""\n\nfrom __future__ import annotations\n\nfrom openai import AzureOpenAI\n\n'
        f'client = Client(base_url="{HOST}", api_key="{KEY}")\n'
    )
    after = fixed(text, "a.py", unsafe=True)

    assert after == text.replace(f'"{KEY}"', 'os.environ["AGENTSFLARE_API_KEY"]').replace(
        "from openai", "import os\nfrom openai"
    )
    ast.parse(after)


def test_an_import_is_not_made_twice():
    text = f'import os\n\nclient = Client(base_url="{HOST}", api_key="{KEY}")\n'

    assert fixed(text, "a.py", unsafe=True).count("import os") == 1


def test_a_program_without_imports_gets_one_after_its_docstring():
    text = f'#!/usr/bin/env python\n"""Ask."""\nclient = Client("{HOST}", api_key="{KEY}")\n'
    after = fixed(text, "a.py", unsafe=True)

    assert after.startswith('#!/usr/bin/env python\n"""Ask."""\nimport os\nclient')


@pytest.mark.parametrize(
    ("filename", "before", "after"),
    [
        ("A.java", 'b.baseUrl("URL").apiKey("KEY");', 'System.getenv("AGENTSFLARE_API_KEY")'),
        ("a.kt", 'b.baseUrl("URL").apiKey("KEY")', 'System.getenv("AGENTSFLARE_API_KEY")'),
        ("a.rb", 'C.new(uri_base: "URL", access_token: "KEY")', 'ENV.fetch("AGENTSFLARE_API_KEY")'),
        ("a.php", '<?php f()->withBaseUri("URL")->withApiKey("KEY");', 'getenv("AGENTSFLARE_'),
        ("a.cs", 'F(new ApiKeyCredential("KEY"), "URL");', "System.Environment.GetEnvironmentV"),
        ("a.go", 'import "os"\nc := f(WithAPIKey("KEY"), WithBaseURL("URL"))', "os.Getenv("),
        ("A.java", 'e.getOrDefault("A_KEY", "KEY"); // https://URL', ".get"),
        ("A.java", 'k = System.getenv().getOrDefault("A_KEY", "KEY"); u = "URL";', '.get("A_KEY")'),
        (
            "a.go",
            'k := cmp.Or(os.Getenv("A_KEY"), "KEY")\nu := "URL"',
            'cmp.Or(os.Getenv("A_KEY"))',
        ),
        ("a.sh", 'K=${A_KEY:-KEY}\ncurl https://URL -H "Authorization: Bearer $K"', "K=${A_KEY}\n"),
    ],
)
def test_a_key_is_read_in_the_words_of_the_language(filename, before, after):
    text = (
        before.replace("https://URL", HOST)
        .replace('"URL"', f'"{HOST}"')
        .replace('"KEY"', f'"{KEY}"')
        .replace("-KEY", f"-{KEY}")
    )
    mended = fixed(text, filename, unsafe=True)

    assert kind(find_one("AFK203", text, filename)) == "unsafe"
    assert after in mended
    assert KEY not in mended


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.js", 'new OpenAI({ baseURL: process.env.U ?? "URL", apiKey: "KEY" });'),
        ("a.py", 'c = OpenAI(base_url=os.getenv("U", "URL"), api_key="KEY")'),
        ("a.py", 'c = OpenAI(base_url=url or "URL", api_key="KEY")'),
        ("a.py", 'U = os.getenv("U", "URL")\nc = OpenAI(base_url=U, api_key="KEY")'),
        ("a.py", 'def make(url="URL", key="KEY"):\n    return OpenAI(base_url=url, api_key=key)'),
        ("a.ts", 'function make(url = "URL", apiKey = "KEY") {}'),
        ("a.go", 'c := f(WithAPIKey("KEY"), WithBaseURL("URL"))'),
    ],
)
def test_where_the_host_may_be_another_the_gateways_key_is_not_brought_there(filename, text):
    text = text.replace('"URL"', f'"{HOST}"').replace("KEY", KEY)

    assert kind(find_one("AFK203", text, filename)) == "none"


@pytest.mark.parametrize(
    ("filename", "before", "after"),
    [
        ("a.py", 'os.environ.get("X_API_KEY", "{}")', 'os.environ.get("X_API_KEY")'),
        ("a.py", 'os.getenv("X_API_KEY", default="{}")', 'os.getenv("X_API_KEY")'),
        ("a.py", 'os.getenv(\n    "X",\n    "{}",\n)', 'os.getenv(\n    "X",\n)'),
        ("a.py", 'os.getenv("X") or "{}"', 'os.getenv("X")'),
        ("a.ts", 'process.env.X ?? "{}"', "process.env.X"),
        ("a.js", 'process.env.X || "{}"', "process.env.X"),
        ("a.php", '<?php $key = env("X", "{}")', '<?php $key = env("X")'),
        ("a.rb", 'ENV.fetch("X", "{}")', 'ENV.fetch("X")'),
    ],
)
def test_a_default_goes_and_the_look_up_of_its_variable_stays(filename, before, after):
    sign = "" if filename == "a.php" else "api_key = "
    text = (
        f"{sign}{before}\n// {HOST}\n"
        if filename != "a.py"
        else f"{sign}{before}\nurl = '{HOST}'\n"
    )
    finding = find_one("AFK203", text.replace("{}", KEY), filename)

    assert kind(finding) == "unsafe"
    assert fixed(text.replace("{}", KEY), filename, unsafe=True) == text.replace(before, after)


MOONSHOT = "https://api.moonshot.cn/v1"


@pytest.mark.parametrize(
    "text",
    [
        f'c = OpenAI(base_url="{HOST}")\nd = Anthropic(api_key="{KEY}")\n',
        f'K = "{KEY}"\nc = OpenAI(base_url="{HOST}", api_key=K)\nd = Groq(api_key=K)\n',
        f'a = {{"url": "{HOST}", "other": {{"base_url": "{MOONSHOT}", "api_key": "{KEY}"}}}}\n',
        f'c = OpenAI(base_url="{MOONSHOT}", api_key="{KEY}")  # not agentsflare.com\n',
        f'from agentsflare_kimi import Kimi\nc = Kimi(base_url=url, api_key="{KEY}")\n',
    ],
)
def test_the_gateways_key_is_never_brought_to_somebody_else(text):
    after = fixed(text, "a.py", unsafe=True)

    assert "AGENTSFLARE_API_KEY" not in after
    assert KEY in after


def test_a_key_of_moonshots_is_read_from_a_variable_of_that_name():
    text = (
        f'import os\nMOONSHOT_API_KEY = "{KEY}"  # agentsflare comes later\n'
        f'c = OpenAI(base_url="{MOONSHOT}", api_key=MOONSHOT_API_KEY)\n'
    )

    assert fixed(text, "a.py", unsafe=True) == text.replace(
        f'"{KEY}"', 'os.environ["MOONSHOT_API_KEY"]'
    )


def test_a_variable_that_only_the_gateways_client_uses_is_read_from_the_environment():
    text = f'import os\nkey = "{KEY}"\nc = OpenAI(base_url="{HOST}", api_key=key)\n'

    assert 'key = os.environ["AGENTSFLARE_API_KEY"]' in fixed(text, "a.py", unsafe=True)
