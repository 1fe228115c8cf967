"""What a name is there for, told from its statement, its types, its call."""

import pytest
from linting import find, fixed

OTHERWISE = [
    ("a.json", '[{"llm_name": "kimi-k2-thinking", "tags": "LLM", "model_type": "chat"}]'),
    ("a.json", '{"model": "kimi-k2-thinking", "pricing": {"input": 0.6}}'),
    ("a.py", 'MODELS = [{"model": "kimi-k2-thinking", "input_cost_per_token": 6e-7}]'),
    ("a.ts", 'const models = [{ model: "kimi-k2-thinking", supportsVision: false }];'),
    ("a.go", 'm := Info{Model: "kimi-k2-thinking", InputPrice: 0.6}'),
    ("a.yaml", "- model: kimi-k2-thinking\n  release_date: 2025-11-06\n"),
    ("a.py", 'model = get_model()\nnames.append("kimi-k2-thinking")'),
    ("a.py", 'client = make(model=x)\nlabel = "kimi-k2-thinking"'),
    ("a.py", 'parser.add_argument("--model", default=None)\nCATALOG = "kimi-k2-thinking"'),
    ("a.go", 'model := pick(a)\nshow("kimi-k2-thinking")'),
    ("a.go", 'm := models[0]\nlabel := "kimi-k2-thinking"'),
    ("a.go", 'model := ms[0]\nlabel := "kimi-k2-thinking"'),
    ("a.kt", 'val model = pick(a)\nval label = "kimi-k2-thinking"'),
    ("a.js", 'const model = pick(a)\nconst label = "kimi-k2-thinking"'),
    ("a.js", 'const model = pick(a)\nshow("kimi-k2-thinking")'),
    ("a.rb", 'model = pick(a)\ntitle = "kimi-k2-thinking"'),
    (
        "a.py",
        'class A:\n    model_name: str = field(default="x")\n    label: str = "kimi-k2-thinking"',
    ),
    ("a.ts", 'type Body = { model: "kimi-k2-turbo-preview", messages: Message[] };'),
    ("a.ts", 'const f = (o: { model: "kimi-k2-turbo-preview", messages: M[] }) => o'),
    ("a.ts", 'foo<{ model: "kimi-k2-turbo-preview", messages: M[] }>(x)'),
    ("a.ts", 'interface P { model: "kimi-k2-thinking" }'),
    ("a.ts", 'const f = (model: "kimi-k2-thinking") => 1'),
    ("a.ts", 'const f = (a: X, o: { body: { model: "kimi-k2-thinking" } }) => o'),
    ("a.ts", 'function f(): { model: "kimi-k2-thinking" } { return x }'),
    ("a.ts", 'const x: { model: "kimi-k2-thinking" } = y;'),
    ("a.ts", 'class A {\n  readonly model: "kimi-k2-thinking";\n}'),
    ("a.ts", 'type B = A & { model: "kimi-k2-thinking" };'),
    ("a.ts", 'export interface P extends Q {\n  a?: string\n  model: "kimi-k2-thinking"\n}'),
    ("a.ts", 'const x = y as { model: "kimi-k2-thinking" };'),
    ("a.ts", 'const x: Array<{ model: "kimi-k2-thinking" }> = [];'),
    (
        "a.tsx",
        '<select value={model} onChange={setModel}><option value="kimi-k2-thinking">',
    ),
    ("a.py", 'old_model, new_model = "kimi-k2-thinking", "kimi-k2.6"'),
    ("a.py", 'migrate(from_model="kimi-k2-thinking", to_model=x)'),
    ("a.py", 'rename_model("kimi-k2-thinking", "x")'),
    ("a.py", 'registry.register_model("kimi-k2-thinking", ctx=1)'),
    ("a.py", 'add_model("kimi-k2-thinking")'),
    ("a.py", 'data = [("model", "kimi-k2-thinking")]'),
    ("a.py", 'mock.assert_called_with(model="kimi-k2-thinking")'),
    ("a.js", 'expect(f).toHaveBeenCalledWith({ model: "kimi-k2-thinking" })'),
    ("a.js", 'expect(f).toEqual({ a: { model: "kimi-k2-thinking" } })'),
    ("a.json", '{"id": "x", "choices": [], "model": "kimi-k2-thinking"}'),
]

REQUESTS = [
    ("a.py", 'ask(model="kimi-k2-thinking", cost=budget)'),
    ("a.json", '{"title": "Kimi", "model": "kimi-k2-thinking", "contextLength": 262144}'),
    ("a.yaml", "- model: kimi-k2-thinking\n- model: other\n  pricing: 3\n"),
    ("a.py", 'add_argument("--model", choices=["a"], default="kimi-k2-thinking")'),
    (
        "a.py",
        'post(u, json={"model": "kimi-k2-thinking", "messages": m, "usage": {"include": True}})',
    ),
    ("a.py", 'create(model=os.getenv("KIMI","kimi-k2-thinking"), messages=m)'),
    ("a.py", 'model = os.environ.get("KIMI", "kimi-k2-thinking")'),
    ("a.py", 'a, model = 1, "kimi-k2-thinking"'),
    ("a.py", 'chosen = os.environ.get("KIMI_MODEL", "kimi-k2-thinking")'),
    ("a.cs", 'public string Model { get; set; } = "kimi-k2-thinking";'),
    ("A.java", 'String model = Optional.ofNullable(x).orElse("kimi-k2-thinking");'),
    (
        "A.java",
        'String model = Optional.ofNullable(System.getenv("X"))\n    .orElse("kimi-k2-thinking");',
    ),
    ("a.kt", 'val body = mapOf("model" to "kimi-k2-thinking")'),
    ("a.rb", 'model = ENV.fetch("KIMI_MODEL") { "kimi-k2-thinking" }'),
    ("a.rb", 'x = ENV.fetch("KIMI_MODEL") { "kimi-k2-thinking" }'),
    ("a.rs", 'let model = env::var("X").unwrap_or_else(|_| "kimi-k2-thinking".to_string());'),
    (
        "a.rs",
        'struct A {\n    #[arg(long, default_value = "kimi-k2-thinking")]\n    model: String,\n}',
    ),
    ("a.tsx", 'const [model, setModel] = useState<string>("kimi-k2-thinking");'),
    ("a.tsx", 'const v = <Chat model={"kimi-k2-thinking"} />;'),
    ("a.tsx", "const v = <Chat model={`kimi-k2-thinking`} />;"),
    ("a.js", 'const model = x ?? (a ? "kimi-k2-thinking" : "b");'),
    ("a.js", 'const model = x ?? (a ? "b" : "kimi-k2-thinking");'),
    ("a.js", 'const b = { ["model"]: "kimi-k2-thinking" };'),
    ("a.js", 'const model =\n  process.env.X ||\n  "kimi-k2-thinking"'),
    ("a.ts", 'const b = { a: 1, model: "kimi-k2-thinking" };'),
    ("a.ts", 'send({ body: { model: "kimi-k2-thinking" } });'),
    ("a.ts", 'const model: "kimi-k2-thinking" | "b" = "kimi-k2-thinking"'),
    ("a.ts", 'const x = ok ? f(a) : { model: "kimi-k2-thinking" };'),
    ("a.ts", 'class A {\n  model: string = "kimi-k2-thinking";\n}'),
    ("a.ts", 'return { model: "kimi-k2-thinking" };'),
    ("a.ts", 'const f = (): Body => ({ model: "kimi-k2-thinking" });'),
    ("a.ts", 'const b = { model: "kimi-k2-thinking" } as Body;'),
    ("a.ts", 'const b = { model: "kimi-k2-thinking" } satisfies Body;'),
]

NO_NAMES = [
    ("a.py", 'x = re.compile(r"kimi-k2-thinking")'),
    ("a.py", 're.match("kimi-k2-thinking", m)'),
    ("a.js", 'new RegExp("kimi-k2-thinking")'),
]


def found(text, filename):
    return [*find("AFK001", text, filename), *find("AFK002", text, filename)]


@pytest.mark.parametrize(("filename", "text"), OTHERWISE)
def test_what_no_request_takes_its_model_from_is_a_warning(filename, text):
    assert [finding.severity for finding in found(text, filename)] == ["warning"]
    assert fixed(text, filename) == text


@pytest.mark.parametrize(("filename", "text"), REQUESTS)
def test_a_model_that_a_request_takes_is_an_error(filename, text):
    assert "error" in [finding.severity for finding in found(text, filename)]


@pytest.mark.parametrize(("filename", "text"), NO_NAMES)
def test_a_pattern_is_no_name(filename, text):
    assert found(text, filename) == []
