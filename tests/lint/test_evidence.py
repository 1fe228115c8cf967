"""What speaks for a request and what against decides how bad a place is, and how safe a fix."""

import pytest
from linting import find, fixed, kind

from agentsflare_kimi.lint.evidence.table import EVIDENCE, NOTHING_SHOWS, reasons_against
from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.sources.code import CodeDocument

OLD = "kimi-k2-thinking"
IMPORTED = "from dashscope import Generation\nGeneration.call(model=@, messages=m)"
ELSEWHERE = (
    'c = OpenAI(base_url="https://llm.corp.example/v1")\n'
    "c.chat.completions.create(model=@, messages=m)"
)
IN_TEST = '#[cfg(test)]\nmod tests { fn f() { ask(json!({"model": @, "messages": []})); } }'
NOCK = 'nock(u).post("/v1/chat/completions", { model: "@", messages: [] }).reply(200);'
RECEIVE = 'expect(c).to receive(:chat).with(parameters: { model: "@", messages: [] })'
HEAD = 'def ask(%{model: "@", messages: m}), do: m'
WHEN = 'val r = when (x) { 1 -> ask(ChatRequest(model = "@", messages = m)) }'
POST = (
    'let url = "https://api.agentsflare.com/v1";\n'
    'post(url).json(&json!({"model": "@", "messages": m})).expect("x");'
)
# Filename, text, and what a finding is: severity and kind of fix.
PLACES = [
    ("a.py", f'client.chat.completions.create(model="{OLD}", messages=m)', "error", "safe"),
    ("a.py", f'ask(model="{OLD}", messages=m)', "error", "safe"),
    ("a.py", f'ask(model="{OLD}")', "error", "unsafe"),
    ("a.py", f'MODEL = "{OLD}"', "error", "unsafe"),
    ("a.yaml", f"llm:\n  model: {OLD}", "error", "unsafe"),
    ("a.yaml", f"moonshot:\n  model: {OLD}", "error", "safe"),
    (".env", f"KIMI_MODEL={OLD}", "error", "unsafe"),
    (".env", f"MOONSHOT_MODEL={OLD}", "error", "safe"),
    ("a.py", f'rows = Chat.objects.filter(model="{OLD}")', "warning", "none"),
    ("a.ts", f'await Usage.deleteMany({{ model: "{OLD}" }});', "warning", "none"),
    ("a.ts", f'prisma.usage.findMany({{ where: {{ model: "{OLD}" }} }});', "warning", "none"),
    ("a.sql", "DELETE FROM calls WHERE model = 'kimi-k2-thinking';", "warning", "none"),
    ("a.rb", f'model == "x" || model.start_with?("{OLD}")', "warning", "none"),
    ("a.java", f'when(client.setModel("{OLD}")).thenReturn(x);', "error", "unsafe"),
    ("a.yaml", f"rules:\n  - match:\n      model: {OLD}", "warning", "none"),
    ("a.yaml", f"provider: moonshot\nmodel: {OLD}\nstatus: retired", "warning", "unsafe"),
    ("a.ts", f'const m = [{{ model: "{OLD}", contextWindow: 1 }}];', "warning", "unsafe"),
    ("a.json", f'[{{"model": "{OLD}", "label": "T"}}]', "warning", "unsafe"),
    ("a.json", f'{{"timestamp": "x", "model_name": "{OLD}", "latency": 5}}', "warning", "none"),
    ("a.py", f'chat = MoonshotChat(model="{OLD}")', "error", "unsafe"),
    ("a.py", IMPORTED.replace("@", f'"{OLD}"'), "warning", "unsafe"),
    ("a.py", ELSEWHERE.replace("@", f'"{OLD}"'), "error", "unsafe"),
    ("db/migrations/0001_a.py", f'ask(model="{OLD}", messages=m)', "error", "unsafe"),
    ("src/tests/unit/a.py", f'ask(model="{OLD}", messages=m)', "error", "unsafe"),
    ("V2__kimi.sql", "UPDATE settings SET model = 'kimi-k2-thinking';", "error", "unsafe"),
    ("lib.rs", IN_TEST.replace("@", f'"{OLD}"'), "error", "unsafe"),
    ("a.ts", NOCK.replace("@", OLD), "warning", "none"),
    ("a.rb", RECEIVE.replace("@", OLD), "warning", "none"),
    ("a.ex", HEAD.replace("@", OLD), "warning", "none"),
    ("a.ex", HEAD.replace("(%", "(m \\\\ %").replace("@", OLD), "error", "unsafe"),
    ("a.kt", WHEN.replace("@", OLD), "error", "safe"),
    ("a.rs", POST.replace("@", OLD), "error", "safe"),
    ("a.py", f'PRICE = {{"model": "{OLD}", "input": 0.6, "output": 2.5}}', "warning", "unsafe"),
    ("a.py", f'R = {{"model": "{OLD}", "messages": m, "created_at": t}}', "error", "unsafe"),
    ("a.py", f'R = {{"model": "{OLD}", "messages": m, "response": r}}', "warning", "none"),
    ("a.py", f'assert body == {{"model": "{OLD}", "messages": []}}', "warning", "none"),
    ("a.py", f'session.add(Run(model="{OLD}", prompt=p))', "error", "unsafe"),
    ("a.ts", f'db.insert(runs).values({{ model: "{OLD}", prompt }});', "error", "unsafe"),
    ("a.ex", f'%{{model: "{OLD}", messages: m}} = body', "warning", "none"),
    ("a.cs", f'_logger.LogInformation("asked {{Model}}", "{OLD}");', "warning", "none"),
    ("a.yaml", f"- model_name: {OLD}\n  litellm_params:\n    model: openai/x", "warning", "unsafe"),
]  # fmt: skip


@pytest.mark.parametrize(("filename", "text", "severity", "fix"), PLACES)
def test_a_fix_is_safe_if_something_speaks_for_a_request_and_nothing_against(
    filename, text, severity, fix
):
    finding = find("AFK001", text, filename)[0]

    assert (finding.severity, kind(finding)) == (severity, fix)
    assert (fixed(text, filename) != text) == (fix == "safe")


def test_an_unsafe_fix_says_why():
    for filename, text, _, fix in PLACES:
        if fix == "unsafe":
            assert find("AFK001", text, filename)[0].fix.reason


def test_evidence_against_has_a_reason_and_evidence_in_favour_has_none():
    for name, evidence in EVIDENCE.items():
        assert bool(evidence.reason) == (evidence.side == "against"), name
    assert reasons_against(("setting",)) == []
    assert NOTHING_SHOWS


@pytest.mark.parametrize("many", [250, 1000])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("json", lambda n: '{"models": [' + ", ".join(['"kimi-k2-thinking"'] * n) + "]}"),
        ("json", lambda n: "[" + ", ".join(['{"model": "kimi-k2-thinking"}'] * n) + "]"),
        ("python", lambda n: 'ask(model="kimi-k2-thinking", messages=m)\n' * n),
        ("go", lambda n: 'a(R{Model: "kimi-k2-thinking"})\n' * n),
        ("python", lambda n: "(" * n + "\n" + 'x = "kimi-k2-thinking"\n' * n),
    ],
)
def test_the_steps_grow_with_the_text_and_no_faster(language, text, many):
    assert steps(language, text(many)) <= 60 * many


def steps(language, text):
    """Count how often the tree looks at something while each name is judged."""
    document = CodeDocument(text, language)
    for name in find_names(text):
        document.value_at(name.start, name.end)
    return document.source.visits
