"""AFK001: retired models, by place."""

from datetime import date

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi.lint import LintConfig, lint_text

OLD = "kimi-k2-thinking"

REQUESTS = [
    ("a.py", 'model = "kimi-k2-thinking"'),
    ("a.py", "model: str = 'kimi-k2-thinking'"),
    ("a.py", 'MODEL = (\n    "kimi-k2-thinking"\n)'),
    ("a.py", 'def ask(question, model="kimi-k2-thinking"): ...'),
    ("a.py", 'os.environ.get("KIMI_MODEL", "kimi-k2-thinking")'),
    ("a.py", 'model = os.getenv("KIMI_MODEL") or "kimi-k2-thinking"'),
    ("a.py", 'settings["model"] = "kimi-k2-thinking"'),
    ("a.py", 'parser.add_argument("--model", default="kimi-k2-thinking")'),
    ("a.py", 'ChatOpenAI(model_name="kimi-k2-thinking")'),
    ("a.py", 'run(["llm", "--model", "kimi-k2-thinking"])'),
    ("a.pyi", 'model: str = "kimi-k2-thinking"'),
    ("a.js", "const body = { model: 'kimi-k2-thinking' };"),
    ("a.js", 'const body = { "model": `kimi-k2-thinking` };'),
    ("a.ts", 'const model: string = process.env.MODEL ?? "kimi-k2-thinking";'),
    ("a.ts", 'function ask(model: Model = "kimi-k2-thinking") {}'),
    ("a.tsx", 'const view = <Chat model="kimi-k2-thinking" />;'),
    ("a.vue", '<script setup lang="ts">\nconst model = "kimi-k2-thinking";\n</script>'),
    ("A.java", 'builder.model("kimi-k2-thinking").build();'),
    ("A.java", 'request.put("model", "kimi-k2-thinking");'),
    ("A.java", 'builder.model(ChatModel.of("kimi-k2-thinking")).build();'),
    ("A.java", 'private static final String MODEL = "kimi-k2-thinking";'),
    ("a.kt", 'val model: String = System.getenv("MODEL") ?: "kimi-k2-thinking"'),
    ("a.go", 'p := Params{Model: openai.F("kimi-k2-thinking")}'),
    ("a.go", 'const DefaultModel = "kimi-k2-thinking"'),
    ("a.cs", 'var options = new ChatOptions { ModelId = "kimi-k2-thinking" };'),
    ("a.cs", 'var client = new ChatClient(model: @"kimi-k2-thinking", key);'),
    ("a.rb", 'client.chat(parameters: { model: "kimi-k2-thinking" })'),
    ("a.rb", 'MODEL = ENV.fetch("MODEL", "kimi-k2-thinking")'),
    ("a.php", "<?php\n$body = ['model' => 'kimi-k2-thinking'];"),
    ("a.rs", 'let model = String::from("kimi-k2-thinking");'),
    ("a.rs", 'let model = env::var("MODEL").unwrap_or("kimi-k2-thinking".to_string());'),
    ("a.sh", "export MODEL=kimi-k2-thinking"),
    ("a.sh", 'MODEL="${MODEL:-kimi-k2-thinking}"'),
    ("a.sh", "llm --model kimi-k2-thinking 'hello'"),
    ("a.sh", "llm -m 'kimi-k2-thinking' hello"),
    ("a.sh", """curl -d '{"model": "kimi-k2-thinking"}' "$URL" """),
    ("a.json", '{"llm": {"defaultModel": "kimi-k2-thinking"}}'),
    ("a.jsonc", '{\n  // remark\n  "model": "kimi-k2-thinking",\n}'),
    ("a.yaml", "llm:\n  model: kimi-k2-thinking  # remark"),
    ("a.yaml", 'llm: {model: "kimi-k2-thinking", stream: true}'),
    ("a.yml", "env:\n  - name: KIMI_MODEL\n    value: kimi-k2-thinking"),
    ("a.yml", "environment:\n  - LLM_MODEL=kimi-k2-thinking"),
    ("a.toml", '[llm]\nmodel = "kimi-k2-thinking"'),
    ("a.ini", "[llm]\nmodel = kimi-k2-thinking"),
    ("a.properties", "app.model.name=kimi-k2-thinking"),
    ("a.properties", "spring.ai.openai.chat.options.model=${KIMI_MODEL:kimi-k2-thinking}"),
    ("A.java", '@Value("${kimi.model:kimi-k2-thinking}") String name;'),
    ("A.java", '@Value("${kimi.model-name:kimi-k2-thinking}") String name;'),
    ("a.yaml", "model: ${KIMI_MODEL:kimi-k2-thinking}"),
    ("a.sh", "M=${MODEL-kimi-k2-thinking}"),
    ("a.sh", ': "${MODEL:=kimi-k2-thinking}"'),
    ("a.sh", ": ${MODEL=kimi-k2-thinking}"),
    ("a.py", "ask(model=f'kimi-k2-thinking')"),
    ("a.py", 'ask(model=("kimi-k2-thinking"))'),
    ("a.cs", 'var options = new ChatOptions { ModelId = $"kimi-k2-thinking" };'),
    ("a.ini", "model = kimi-k2-thinking ; remark"),
    ("a.go", 'type C struct { M string `env:"KIMI_MODEL" envDefault:"kimi-k2-thinking"` }'),
    (
        "a.ipynb",
        '{"cells": [{"cell_type": "code", "source": ["%env KIMI_MODEL=kimi-k2-thinking"]}]}',
    ),
    (
        "a.ipynb",
        '{"cells": [{"cell_type": "code", "source": ["x = 1\\n", "!llm -m kimi-k2-thinking"]}]}',
    ),
    (".env", "LLM_MODEL=kimi-k2-thinking"),
    (".env.production", 'LLM_MODEL="kimi-k2-thinking"'),
    ("Dockerfile", "ENV LLM_MODEL=kimi-k2-thinking"),
    ("Dockerfile", "ENV LLM_MODEL kimi-k2-thinking"),
    ("Makefile", "MODEL ?= kimi-k2-thinking"),
    ("main.tf", 'variable "model" {\n  default = "kimi-k2-thinking"\n}'),
    ("a.ipynb", '{"cells": [{"cell_type": "code", "source": ["model = \\"kimi-k2-thinking\\""]}]}'),
    ("mystery", 'model: "kimi-k2-thinking"'),
]

REPORTED = [
    ("a.py", 'PRICES = {"kimi-k2-thinking": 2.5}'),
    ("a.py", 'if model == "kimi-k2-thinking": pass'),
    ("a.py", 'if model in ("kimi-k2-thinking", "other"): pass'),
    ("a.py", 'assert name.startswith("kimi-k2-thinking")'),
    ("a.py", 'match model:\n    case "kimi-k2-thinking": pass'),
    ("a.py", 'choices = ["kimi-k2-thinking", "kimi-k2.6"]'),
    ("a.py", 'Model = Literal["kimi-k2-thinking"]'),
    ("a.py", 'OLD_MODELS["kimi-k2-thinking"] = "kimi-k2.6"'),
    ("a.py", 'model = "moonshotai/kimi-k2-thinking"'),
    ("a.py", 'model = "kimi-k2-thinking:free"'),
    ("a.js", 'switch (model) { case "kimi-k2-thinking": break; }'),
    ("a.js", 'expect(body.model).toBe("kimi-k2-thinking");'),
    ("a.js", 'if (["kimi-k2-thinking"].includes(model)) {}'),
    ("a.ts", 'type Model = "kimi-k2-thinking" | "kimi-k2.6";'),
    ("a.go", 'switch m { case "kimi-k2-thinking": }'),
    ("A.java", 'if (model.equals("kimi-k2-thinking")) {}'),
    ("a.rs", 'match model { "kimi-k2-thinking" => 1, _ => 2 }'),
    ("a.sh", "case $m in\n  kimi-k2-thinking) echo ;;\nesac"),
    ("a.sh", '[ "$m" = "kimi-k2-thinking" ] && echo'),
    ("a.json", '{"models": [{"id": "kimi-k2-thinking"}]}'),
    ("a.json", '{"object": "chat.completion", "choices": [], "model": "kimi-k2-thinking"}'),
    ("a.yaml", "models:\n  - kimi-k2-thinking"),
    ("a.yaml", "if: matrix.model == 'kimi-k2-thinking'"),
    ("a.yaml", "x: ${LABEL:kimi-k2-thinking}"),
    ("a.go", 'type C struct { M string `env:"LABEL" default:"kimi-k2-thinking"` }'),
    ("a.yaml", "kimi-k2-thinking:\n  price: 1"),
    ("a.toml", "[models.kimi-k2-thinking]\nprice = 1"),
    ("mystery", 'likes: "kimi-k2-thinking"'),
]

UNTOUCHED = [
    ("a.py", 'model = "kimi-k2-thinking-251104"'),
    ("a.py", 'model = "kimi-k2-thinking-maas"'),
    ("a.py", 'model = "cline-kimi-k2-thinking"'),
    ("a.py", 'url = "https://example.com/models/kimi-k2-thinking"'),
    ("a.py", 'path = "/models/kimi-k2-thinking"'),
    ("a.py", 'model = f"kimi-k2-thinking{suffix}"'),
    ("a.py", 'model = f"{prefix}kimi-k2-thinking"'),
    ("a.py", 'model = "kimi-k2-thinking" "-turbo"'),
    ("a.py", 'model = "kimi-k2-thinking" + suffix'),
    ("a.py", 'model = "Kimi-K2-Thinking"'),
    ("a.js", "const pattern = /kimi-k2-thinking/;"),
    ("a.js", "const model = `kimi-k2-thinking${suffix}`;"),
    ("a.sh", 'MODEL="kimi-k2-thinking"$SUFFIX'),
    ("package-lock.json", '{"model": "kimi-k2-thinking"}'),
    ("app.min.js", 'x({model:"kimi-k2-thinking"})'),
    (
        "a.ipynb",
        '{"cells": [{"cell_type": "code", "source": [], "outputs": ["kimi-k2-thinking"]}]}',
    ),
    ("a.py", 'model = "kimi-k2.6"'),
]

PROSE = [
    ("a.py", "# model = kimi-k2-thinking"),
    ("a.py", '"""Uses kimi-k2-thinking."""'),
    ("a.py", 'print("now with kimi-k2-thinking!")'),
    ("a.js", "/* kimi-k2-thinking */"),
    ("a.yaml", "# model: kimi-k2-thinking"),
    ("a.toml", 'model = "x"  # was kimi-k2-thinking'),
    ("README.md", "We used `kimi-k2-thinking`."),
    ("CHANGELOG.md", "- kimi-k2-thinking"),
    ("index.html", "<p>kimi-k2-thinking</p>"),
]


@pytest.mark.parametrize(("filename", "text"), REQUESTS)
def test_a_request_is_an_error_and_mended(filename, text):
    finding = find_one("AFK001", text, filename)

    assert finding.severity == "error"
    assert (finding.model, finding.replacement) == (OLD, "kimi-k2.6")
    assert fixed(text, filename, unsafe=True) == text.replace(OLD, "kimi-k2.6")


@pytest.mark.parametrize(("filename", "text"), REPORTED)
def test_elsewhere_it_is_a_warning_that_nothing_changes(filename, text):
    finding = find_one("AFK001", text, filename)

    assert finding.severity == "warning"
    assert fixed(text, filename) == text


@pytest.mark.parametrize(("filename", "text"), UNTOUCHED)
def test_what_only_looks_like_it_is_left_alone(filename, text):
    assert find("AFK001", text, filename) == []
    assert fixed(text, filename) == text


@pytest.mark.parametrize(("filename", "text"), PROSE)
def test_comments_and_prose_are_shown_on_demand(filename, text):
    assert find("AFK001", text, filename) == []
    assert find_one("AFK001", text, filename, prose=True).severity == "info"


@pytest.mark.parametrize(
    "filename",
    ["tests/test_ask.py", "test_ask.py", "fixtures/ask.py", "src/__tests__/ask.js", "ask.test.ts"],
)
def test_in_tests_the_fix_must_be_asked_for(filename):
    finding = find_one("AFK001", 'model = "kimi-k2-thinking"', filename)

    assert finding.severity == "error"
    assert kind(finding) == "unsafe"
    assert "test" in finding.fix.reason


def test_a_folder_above_the_project_does_not_make_it_a_test(tmp_path):
    text = 'ask(model="kimi-k2-thinking", messages=m)'
    (tmp_path / "tests" / "project" / ".git").mkdir(parents=True)
    inside = tmp_path / "tests" / "project"

    assert kind(find_one("AFK001", text, str(inside / "src" / "ask.py"))) == "safe"
    assert kind(find_one("AFK001", text, str(inside / "tests" / "unit" / "ask.py"))) == "unsafe"


def test_generated_files_are_not_changed_by_default():
    text = '# Code generated by tool. DO NOT EDIT.\nmodel = "kimi-k2-thinking"'

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"


def test_a_sample_in_a_text_is_an_error_with_an_unsafe_fix():
    text = "# Guide\n\n```python\nmodel = 'kimi-k2-thinking'\n```\n"
    finding = find_one("AFK001", text, "GUIDE.md")

    assert (finding.line, finding.column, finding.severity) == (4, 10, "error")
    assert kind(finding) == "unsafe"


def test_columns_count_code_points():
    finding = find_one("AFK001", 'x = "🙂"; model = "kimi-k2-thinking"', "a.py")

    assert (finding.column, finding.end_column) == (19, 35)


def test_lines_end_as_they_do_in_the_text():
    text = 'a = 1\r\nmodel = "kimi-k2-thinking"\r\n'

    assert find_one("AFK001", text, "a.py").line == 2
    assert fixed(text, "a.py", unsafe=True) == 'a = 1\r\nmodel = "kimi-k2.6"\r\n'


def test_a_bare_rename_is_unsafe_where_the_new_model_would_begin_to_think():
    finding = find_one("AFK001", "MODEL=kimi-k2-turbo-preview\n", ".env")

    assert kind(finding) == "unsafe"
    assert "think" in finding.fix.reason
    assert finding.message.endswith("use `kimi-k2.6` with thinking off")


def test_a_bare_rename_is_unsafe_beside_a_parameter_that_the_new_model_pins():
    python = find_one("AFK001", 'Chat(model="kimi-k2-thinking", temperature=0.3)', "a.py")
    yaml = find_one("AFK001", "model: kimi-k2-thinking\ntemperature: 0.3\n", "a.yaml")

    assert (kind(python), kind(yaml)) == ("unsafe", "unsafe")


def test_before_its_last_day_a_model_is_not_retired():
    config = LintConfig(today=date(2026, 5, 24))

    assert lint_text('model = "kimi-k2-thinking"', "a.py", config) == []
