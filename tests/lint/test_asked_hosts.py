"""A fix is safe only where every address in sight is ours, or none is and the client is plain."""

import pytest
from linting import find, kind

from agentsflare_kimi.lint.evidence.asked_hosts import Program
from agentsflare_kimi.lint.evidence.table import EVIDENCE

ASK = 'client.chat.completions.create(model="kimi-k2-thinking", messages=m)\n'
IMPORT = "from openai import OpenAI\n"
OURS = "https://api.agentsflare.com/v1"

SEEN = [
    f'client = OpenAI(base_url="{OURS}")\n',
    'client = OpenAI(base_url=os.environ["AGENTSFLARE_BASE_URL"])\n',
    f'client = OpenAI(base_url=os.getenv("LLM_URL", "{OURS}"))\n',
    'client = OpenAI(base_url="https://api.moonshot.ai/v1", api_key=key)\n',
    f'client = OpenAI(base_url=env("LLM_URL") or "{OURS}")\n',
    f'BASE = "{OURS}"\nclient = OpenAI(base_url=BASE)\n',
    f'class S:\n    base_url: str = "{OURS}"\nclient = OpenAI(base_url=S().base_url)\n',
    f'def connect():\n    return OpenAI(base_url="{OURS}")\nclient = connect()\n',
    "with Kimi() as client:\n    ",
    f'options = {{"base_url": "{OURS}"}}\nclient = OpenAI(**options)\n',
    f'BASE = "{OURS}/"\nclient = OpenAI(base_url=BASE.rstrip("/"))\n',
    f'options = dict(base_url="{OURS}", timeout=9)\nclient = OpenAI(**options)\n',
    "async def f(client: AsyncKimi):\n    await ",
    "client = OpenAI()\n",
    "client = openai.OpenAI()\n",
    f'client = OpenAI(base_url="{OURS}")\napp.post("/ask", lambda q: q.completions)\n',
    f'client = OpenAI(base_url="{OURS}", http_client=httpx.Client(timeout=9))\n',
]
UNSEEN = [
    "def f(client):\n    return ",
    "def f(client: OpenAI):\n    return ",
    "from .clients import client\n",
    "from app import CLIENT\nCLIENT.chat.completions.create(model=x)\nclient = OpenAI()\n",
    "client = get_client()\n",
    "client = OpenAI(base_url=url)\n",
    f'client = OpenAI(base_url="{OURS}" if x else LAB)\n',
    f'client = OpenAI(base_url=LAB if x else "{OURS}")\n',
    'client = OpenAI(base_url=env("AGENTSFLARE_BASE_URL") or LAB)\n',
    'client = OpenAI(base_url=os.environ["MODAL_URL"])\n',
    "client = OpenAI(base_url=sys.argv[1])\n",
    f'client = OpenAI(base_url="{OURS}")\nother = OpenAI()\n',
    f'client = OpenAI(base_url="{OURS}")\nother = OpenAI(base_url=MODAL)\n',
    f'client = clients[n]\nURL = "{OURS}"\n',
    f'client = OpenAI(base_url=URL)\nURL = "{OURS}"\nURL = pick()\n',
    f'def pick(n):\n    return OpenAI(base_url="{OURS}") if n else load(n)\nclient = pick(n)\n',
    "for client in clients:\n    ",
    "openai.api_base = load()\nclient = OpenAI()\n",
    "model = OpenAIChatModel(name, provider=provider)\nclient = OpenAI()\n",
    "from .llm import gateway\nclient = OpenAI()\n",
    'client = OpenAI(**config["client"])\n',
    "client = OpenAI(options)\n",
    "client = OpenAI(**options, api_key=os.environ['AGENTSFLARE_API_KEY'])\n",
    "def f(client=None):\n    client = client or Kimi()\n    return ",
    f'client = OpenAI(base_url=pick("x", BASE))\nBASE = "{OURS}"\n',
    f'client = OpenAI(base_url=form.text_input("URL", "{OURS}"))\n',
    f'BASE = "{OURS}"\nclient = OpenAI(base_url=BASE.replace("api", name))\n',
    "options = dict(transport=local)\nclient = OpenAI(**options)\n",
    "client = OpenAI(transport=local)\n",
    'client = OpenAI()\nMODELS = ["gpt-5", "claude-opus"]\n',
    "from cloud import Client as OpenAI\nclient = OpenAI()\n",
    "from company.llm import OpenAI\nclient = OpenAI()\n",
    f'from settings import BASE\nBASE = BASE or "{OURS}"\nclient = OpenAI(base_url=BASE)\n',
    'os.environ["AGENTSFLARE_BASE_URL"] = server.url\nclient = Kimi()\n',
]


@pytest.mark.parametrize("before", SEEN)
def test_a_client_whose_host_is_seen_to_be_ours_leaves_the_fix_safe(before):
    assert kind(find("AFK001", IMPORT + before + ASK, "a.py")[0]) == "safe"


@pytest.mark.parametrize("before", UNSEEN)
def test_a_client_whose_host_is_not_seen_makes_it_unsafe_and_the_reason_says_so(before):
    finding = find("AFK001", IMPORT + before + ASK, "a.py")[-1]

    assert kind(finding) == "unsafe"
    assert EVIDENCE["unseen-host"].reason in finding.fix.reason


def test_an_excerpt_may_leave_its_client_out_but_not_a_base_url():
    assert kind(find("AFK001", ASK, "a.py")[0]) == "safe"
    assert kind(find("AFK001", ASK.replace("m)", "m, base_url=url)"), "a.py")[0]) == "unsafe"


@pytest.mark.parametrize(
    ("filename", "text", "asked"),
    [
        (
            "a.ts",
            "class A { constructor(private openai: OpenAI) { this.openai.chat.x() } }",
            0,
        ),
        ("a.ts", f'this.openai = new OpenAI({{ baseURL: "{OURS}" }}); this.openai.chat.x()', 1),
        (
            "A.java",
            f'import Y;\nc = OpenAIOkHttpClient.builder().baseUrl("{OURS}").build();',
            1,
        ),
        ("A.java", "import x.Y;\nvar c = OpenAIOkHttpClient.builder().baseUrl(url).build();", 0),
        ("a.go", f'import "x"\nclient := openai.NewClient(option.WithBaseURL("{OURS}"))', 1),
        ("a.go", "import x\nclient := openai.NewClient(option.WithBaseURL(os.Getenv(K)))", 0),
        ("a.cs", f'using X;\nvar o = new Options {{ Endpoint = new Uri("{OURS}") }};', 1),
        ("a.cs", 'using X;\nvar o = new Options { Endpoint = new Uri(settings["Url"]) };', 0),
        ("a.rb", f'require "openai"\nc = OpenAI::Client.new(uri_base: "{OURS}")', 1),
        ("a.rb", 'require "openai"\nc = OpenAI::Client.new(uri_base: ENV["X"])', 0),
        (
            "A.java",
            f'import Y;\nd = OpenAIClient.builder().baseUrl("{OURS}"); c = OpenAIClient.fromEnv();',
            0,
        ),
        (
            "a.php",
            "<?php\n$c = $box->get('llm');\n$c->chat()->create($q);\n$u = 'agentsflare.com';",
            0,
        ),
        ("a.sh", "export AGENTSFLARE_BASE_URL=$1", 0),
        ("a.sh", "export AGENTSFLARE_BASE_URL=https://api.agentsflare.com/v1", 1),
        ("a.rs", f'use x;\nlet c = OpenAIConfig::new().with_api_base("{OURS}");', 1),
        ("a.php", "$r = Http::post($url, $body);", 0),
        ("a.sh", f'B="${{AGENTSFLARE_BASE_URL:-{OURS}}}"\ncurl "$B/chat/completions" -d "$Q"', 1),
        ("a.ts", 'import { openai } from "@/lib/ai";\nask(openai("kimi-k2-thinking"))', 0),
        ("a.http", "POST {{host}}/chat/completions", 0),
        ("a.sh", 'curl "$1/chat/completions" -d "$Q"', 0),
        (
            "a.ts",
            f'api = axios.create({{ baseURL: "{OURS}" }}); api.post("/chat/completions", b)',
            1,
        ),
        ("a.sh", 'run -e OPENAI_BASE_URL="$U" -e KEY="$AGENTSFLARE_API_KEY" bot', 0),
        ("a.sh", f'curl --connect-to ::localhost:1 {OURS}/chat/completions -d "$Q"', 0),
        (".env", "AGENTSFLARE_API_KEY=x\nLLM_HOST=10.0.0.7:8000", 0),
        ("a.go", 'import "x"\nc := openai.NewClient(option.WithAPIKey(AGENTSFLARE_KEY))', 1),
        (
            "a.go",
            "import x\nopenai.NewClient(option.WithHTTPClient(&Client{Transport: t}))",
            0,
        ),
        ("a.go", 'import "x"\nos.Setenv("OPENAI_BASE_URL", url)\nc := Kimi()', 0),
        ("a.sh", f'echo "127.0.0.1 x" >> /etc/hosts\ncurl {OURS}/chat/completions', 0),
        (
            "a.js",
            "const { client } = use();\nkey = AGENTSFLARE_KEY;\nclient.chat.completions.create(q)",
            0,
        ),
        ("a.js", 'const OpenAI = require("./shim");\nnew OpenAI({ apiKey: AGENTSFLARE_KEY })', 0),
        ("a.php", f"<?php\nOpenAI::factory()->withHttpClient($h)->withBaseUri('{OURS}')", 0),
        ("a.php", f"<?php\nOpenAI::factory()->withApiKey($k)->withBaseUri('{OURS}')", 1),
        ("a.rb", "OpenAI::Client.new(k) { |f| f.url_prefix = lab }; AGENTSFLARE_KEY", 0),
        ("a.ts", "new ChatOpenAI({ apiKey: MOONSHOT_API_KEY }, { basePath: path })", 0),
        ("a.ts", f'const url = "{OURS}"; api.post("/chat/completions", b)', 0),
        ("a.yaml", f"env:\n- name: OPENAI_BASE_URL\n  value: {OURS}", 1),
        ("a.yaml", "env:\n- name: AGENTSFLARE_KEY\n- name: LLM_URL\n  valueFrom: {key: url}", 0),
        ("a.ts", 'import OpenAI from "./openai";\nnew OpenAI({ apiKey: AGENTSFLARE_KEY })', 0),
    ],
)
def test_every_language_is_followed_in_its_own_words(filename, text, asked):
    assert Program(text).asked("", is_setting=False) == ("unseen", "ours")[asked]


@pytest.mark.parametrize(
    ("filename", "text", "fix"),
    [
        (".env", f"OPENAI_BASE_URL={OURS}\nOPENAI_MODEL=kimi-k2-thinking", "safe"),
        (".env", "AGENTSFLARE_MODEL=kimi-k2-thinking", "safe"),
        (".env", "LLM_MODEL=kimi-k2-thinking", "unsafe"),
        (".env", "LLM_URL=llm.internal:8000\nLLM_MODEL=kimi-k2-thinking", "unsafe"),
        ("a.json", '{"endpoint": "llm.svc:8000", "model": "kimi-k2-thinking"}', "unsafe"),
        ("a.toml", '[llm]\nprovider = "moonshot"\nmodel = "kimi-k2-thinking"', "safe"),
        ("a.json", '{"model": "kimi-k2-thinking", "messages": []}', "safe"),
    ],
)
def test_a_setting_needs_our_host_and_a_written_request_does_not(filename, text, fix):
    assert kind(find("AFK001", text, filename)[0]) == fix


@pytest.mark.parametrize(
    "text", ["a = b\nb = a\n", "".join(f"c{n} = c{n + 1}\n" for n in range(2000))]
)
def test_circles_and_long_chains_of_names_end(text):
    program = Program(IMPORT + text + "client = a\nclient.chat.x()\nbase_url = c0\n")

    assert program.asked("", is_setting=False) == "unseen"
