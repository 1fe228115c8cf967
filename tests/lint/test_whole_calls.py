"""A fix changes a request as a whole in every form in which programs keep one, or says what is left."""

# ruff: noqa: E501  # programs are shown as they are written
import json

import pytest
from linting import find, fixed, kind
from oracle import parser_of

from agentsflare_kimi.lint import fix_text, lint_text
from agentsflare_kimi.lint.languages import language_of

OLD, NEW = "kimi-k2-turbo-preview", "kimi-k2.6"
GATEWAY = "https://api.agentsflare.com/v1"

# A program before the unsafe fix and after it; `@` stands for the model.
MAPS = {
    "go": (
        "a.go",
        'b := map[string]any{\n\t"model":    "@",\n\t"messages": m,\n}\nb["temperature"] = 0.3\nsend(b)\n',
        'b := map[string]any{\n\t"model":    "@",\n\t"thinking": map[string]any{"type": "disabled"},\n\t"messages": m,\n}\nsend(b)\n',
    ),
    "php": (
        "a.php",
        "<?php\n$http->post('chat/completions', ['json' => ['model' => '@', 'messages' => $m, 'top_p' => 0.3]]);\n",
        "<?php\n$http->post('chat/completions', ['json' => ['model' => '@', 'thinking' => ['type' => 'disabled'], 'messages' => $m]]);\n",
    ),
    "ruby": (
        "a.rb",
        'b = { model: "@", messages: m }\nb[:temperature] = 0.3 if hot\npost(uri, b.to_json)\n',
        'b = { model: "@", thinking: { type: "disabled" }, messages: m }\npost(uri, b.to_json)\n',
    ),
    "c# anonymous": (
        "a.cs",
        'var b = new { model = "@", messages = m, temperature = 0.3 };\nawait http.PostAsJsonAsync(url, b);\n',
        'var b = new { model = "@", thinking = new { type = "disabled" }, messages = m };\nawait http.PostAsJsonAsync(url, b);\n',
    ),
    "c# keys": (
        "a.cs",
        'var b = new Dictionary<string, object>\n{\n    ["model"] = "@",\n    ["messages"] = m,\n};\nif (hot) b["temperature"] = 0.9;\nSend(b);\n',
        'var b = new Dictionary<string, object>\n{\n    ["model"] = "@",\n    ["thinking"] = new { type = "disabled" },\n    ["messages"] = m,\n};\nif (hot) {}\nSend(b);\n',
    ),
    "c# pairs": (
        "a.cs",
        'Send(new Dictionary<string, object> { { "model", "@" }, { "messages", m }, { "n", 2 } });\n',
        'Send(new Dictionary<string, object> { { "model", "@" }, { "thinking", new { type = "disabled" } }, { "messages", m } });\n',
    ),
    "java map": (
        "A.java",
        'class A { void f() {\n    var b = new HashMap<String, Object>();\n    b.put("model", "@");\n    b.put("messages", m);\n    b.put("temperature", 0.3);\n    send(b);\n} }\n',
        'class A { void f() {\n    var b = new HashMap<String, Object>();\n    b.put("model", "@");\n    b.put("thinking", java.util.Map.of("type", "disabled"));\n    b.put("messages", m);\n    send(b);\n} }\n',
    ),
    "java pairs": (
        "A.java",
        'class A { Object b = json(Map.of("model", "@", "messages", m, "temperature", 0.3)); }\n',
        'class A { Object b = json(Map.of("model", "@", "thinking", java.util.Map.of("type", "disabled"), "messages", m)); }\n',
    ),
    "kotlin": (
        "a.kt",
        'val b = mapOf(\n    "model" to "@",\n    "messages" to m,\n    "temperature" to 0.3,\n)\nsend(b)\n',
        'val b = mapOf(\n    "model" to "@",\n    "thinking" to mapOf("type" to "disabled"),\n    "messages" to m,\n)\nsend(b)\n',
    ),
    "rust": (
        "a.rs",
        'fn f() {\n    let mut b = json!({"model": "@", "messages": m});\n    b["temperature"] = json!(0.3);\n    c.post(u).json(&b);\n}\n',
        'fn f() {\n    let mut b = json!({"model": "@", "thinking": {"type": "disabled"}, "messages": m});\n    c.post(u).json(&b);\n}\n',
    ),
    "swift": (
        "a.swift",
        'let b: [String: Any] = ["model": "@", "messages": m, "temperature": 0.3]\nsend(b)\n',
        'let b: [String: Any] = ["model": "@", "thinking": ["type": "disabled"], "messages": m]\nsend(b)\n',
    ),
    "dart": (
        "a.dart",
        "f() {\n  final b = {'model': '@', 'messages': m};\n  if (hot) b['temperature'] = 0.9;\n  send(b);\n}\n",
        "f() {\n  final b = {'model': '@', 'thinking': {'type': 'disabled'}, 'messages': m};\n  if (hot) {}\n  send(b);\n}\n",
    ),
    "elixir": (
        "a.exs",
        'b = %{"model" => "@", "messages" => m, "temperature" => 0.3}\nsend_it(b)\n',
        'b = %{"model" => "@", "thinking" => %{type: "disabled"}, "messages" => m}\nsend_it(b)\n',
    ),
}
BUILDER = "com.openai.models.chat.completions.ChatCompletionCreateParams"
OFF = 'JsonValue.from(Map.of("type", "disabled"))'
BUILDERS = {
    "statements": (
        "A.java",
        'class A { void f() {\n    var b = ChatCompletionCreateParams.builder();\n    b.model("@");\n    b.addUserMessage("Hi");\n    b.temperature(0.3);\n    c.create(b.build());\n} }\n',
        f'class A {{ void f() {{\n    var b = ChatCompletionCreateParams.builder();\n    b.model("@");\n    b.putAdditionalBodyProperty("thinking", {OFF});\n    b.addUserMessage("Hi");\n    c.create(b.build());\n}} }}\n',
    ),
    "a chain first": (
        "A.java",
        'class A { void f() {\n    ChatCompletionCreateParams.Builder b = ChatCompletionCreateParams.builder()\n        .model("@")\n        .addUserMessage("Hi");\n    if (hot) {\n        b.temperature(0.3);\n    }\n    c.create(b.build());\n} }\n',
        f'class A {{ void f() {{\n    ChatCompletionCreateParams.Builder b = ChatCompletionCreateParams.builder()\n        .model("@")\n        .putAdditionalBodyProperty("thinking", {OFF})\n        .addUserMessage("Hi");\n    if (hot) {{\n    }}\n    c.create(b.build());\n}} }}\n',
    ),
    "two in a statement": (
        "A.java",
        'class A { void f() {\n    var b = ChatCompletionCreateParams.builder();\n    b.model("@").topP(0.3);\n    b.addUserMessage("Hi");\n    c.create(b.build());\n} }\n',
        f'class A {{ void f() {{\n    var b = ChatCompletionCreateParams.builder();\n    b.model("@").putAdditionalBodyProperty("thinking", {OFF});\n    b.addUserMessage("Hi");\n    c.create(b.build());\n}} }}\n',
    ),
}


@pytest.mark.parametrize("form", MAPS)
def test_a_map_that_is_sent_as_json_is_changed_as_a_whole(form):
    filename, before, after = MAPS[form]

    assert_changed(filename, before, after)


@pytest.mark.parametrize("form", BUILDERS)
def test_a_builder_in_a_variable_is_followed_to_all_its_calls(form):
    filename, before, after = BUILDERS[form]
    head = f"import com.openai.core.JsonValue;\nimport java.util.Map;\nimport {BUILDER};\n"

    assert_changed(filename, head + before, head + after)


def assert_changed(filename, before, after):
    text = before.replace("@", OLD)
    finding = find("AFK001", text, filename)[0]
    result = fix_text(text, filename, unsafe=True)

    assert kind(finding) == "unsafe"
    assert result.text == after.replace("@", NEW)
    assert [f.code for f in result.remaining if f.code == "AFK101"] == []
    assert fix_text(result.text, filename, unsafe=True).text == result.text
    assert (
        not parser_of(language_of(filename, text)).parse(result.text.encode()).root_node.has_error
    )


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.rs", 'let mut b = json!({"model": "@", "messages": m});\nadd(&mut b);\nb[key] = x;\nc.post("U").json(&b);\n'),
        ("a.rs", 'fn b() -> Value { json!({"model": "@", "messages": m}) }\n'),
        ("a.go", 'b := map[string]any{"model": "@", "messages": m}\nb[key] = x\nhttp.Post("U", "application/json", enc(b))\n'),
        ("a.php", "<?php\n$b = array_merge($more, ['model' => '@', 'messages' => $m]);\n$c->chat()->create($b);\n"),
        ("a.rb", 'c.chat(parameters: { model: "@", messages: m }.merge(more))\n'),
        ("a.js", 'await c.chat.completions.create(Object.assign({ model: "@", messages }, more()));\n'),
        ("A.java", 'class A { Object b = Map.of("model", "@", "messages", m); }'),
        ("A.java", 'class A { void f() { var b = ChatCompletionCreateParams.builder().model("@").addUserMessage("Hi"); add(b); c.create(b.build()); } }'),
    ],
)  # fmt: skip
def test_what_something_else_may_add_to_is_not_changed_safely(filename, text):
    text = text.replace("@", OLD).replace("U", f"{GATEWAY}/chat/completions")

    assert {kind(finding) for finding in find("AFK001", text, filename)} == {"unsafe"}
    assert fixed(text, filename) == text


HEAD = f'from openai import OpenAI\nc = OpenAI(base_url="{GATEWAY}", api_key=key)\n'
CREATE = "c.chat.completions.create"
LEFT = [
    ("a.py", f'P = {{"hot": {{"temperature": 0.9}}}}\n{CREATE}(model="§", messages=m, **P[kind])\n'),
    ("a.py", f'T = float(os.getenv("T", "0.3"))\n{CREATE}(model="§", messages=m, temperature=T, **more)\n'),
    ("a.ts", f'const d: O = {{ temperature: 0.3 }};\nconst ask = (m, o: O = d) => {CREATE}({{ model: "§", messages: m, ...o }});\n'),
    ("a.cs", 'public class Options\n{\n    public string Model { get; set; } = "§";\n    public double Temperature { get; set; } = 0.3;\n}\n'),
    ("a.kt", 'data class Options(\n    val model: String = "§",\n    val temperature: Double = 0.3,\n)\n'),
    ("a.swift", 'struct Options {\n    var model = "§"\n    var temperature = 0.3\n}\n'),
    ("a.yaml", 'env:\n  - name: KIMI_MODEL\n    value: §\n  - name: KIMI_TEMPERATURE\n    value: "0.3"\n'),
    # The model, and a parameter that reaches it.
    ("a.py", f'def ask(m, **more):\n    return {CREATE}(model="§", messages=m, **more)\n\nask(m, temperature=0.3)\n'),
    ("a.py", f'class Bot:\n    def ask(self, m, **more):\n        return {CREATE}(model="§", messages=m, **more)\n\nBot().ask(m, top_p=0.3)\n'),
    ("a.py", f'def ask(m, temperature):\n    return {CREATE}(model="§", messages=m, temperature=temperature)\n\nask(m, temperature=0.3)\n'),
    ("a.py", 'def base():\n    return {"model": "§"}\n\nb = base()\nb["temperature"] = 0.3\n'),
    ("a.py", 'BASE = {"model": "§"}\nb = BASE.copy()\nb["temperature"] = 0.3\n'),
    ("a.py", f'T = 0.3\n{CREATE}(model="§", messages=m, temperature=T, **more)\n'),
    ("a.py", f'class S:\n    temperature: float = 0.3\n\n{CREATE}(model="§", messages=m, temperature=s.temperature)\n'),
    ("a.py", 'class S(NamedTuple):\n    model: str = "§"\n    temperature: float = 0.3\n'),
    ("a.js", f'async function ask(m, more) {{\n  return {CREATE}({{ model: "§", messages: m, ...more }});\n}}\nask(m, {{ temperature: 0.3 }});\n'),
    ("a.js", f'const temperature = 0.3;\n{CREATE}({{ model: "§", messages, temperature }});\n'),
    ("a.go", 'func f() {\n\treq := openai.ChatCompletionRequest{Model: "§"}\n\treq.Temperature = 0.3\n\t_, _ = c.CreateChatCompletion(ctx, req)\n}\n'),
    ("a.go", 'func f() {\n\tllm, err := openai.New(openai.WithModel("§"))\n\tllms.GenerateFromSinglePrompt(ctx, llm, "Hi", llms.WithTemperature(0.3))\n}\n'),
    ("a.cs", 'var k = Kernel.CreateBuilder().AddOpenAIChatCompletion("§", key).Build();\nvar s = new OpenAIPromptExecutionSettings { Temperature = 0.3 };\n'),
    ("a.cs", 'var c = new ChatClient("§", key);\nChatCompletionOptions o = new()\n{\n    Temperature = 0.3f,\n};\n'),
    ("A.java", 'static final String MODEL = "§";\nvar m = OpenAiChatModel.builder().modelName(MODEL).temperature(0.3).build();\n'),
    ("A.java", 'var b = new HashMap<String, Object>();\nb.put("model", "§");\nb.put("temperature", 0.3);\n'),
    ("a.php", "<?php\n$d = ['temperature' => 0.3];\n$c->create(array_merge($d, ['model' => '§', 'messages' => $m]));\n"),
    ("a.php", "<?php\nreturn ['model' => env('KIMI_MODEL', '§'), 'temperature' => 0.3];\n"),
    ("a.rb", 'D = { temperature: 0.3 }\nc.chat(parameters: { model: "§", messages: m }.merge(D))\n'),
    ("a.rb", 'chat = RubyLLM.chat(model: "§").with_temperature(0.3)\n'),
    ("a.ex", 'defmodule A do\n  @model "§"\n  def f(m), do: Req.post!(u, json: %{model: @model, temperature: 0.3})\nend\n'),
    ("a.rs", 'fn body() -> Value { json!({"model": "§", "messages": m}) }\nfn f() {\n    let mut b = body();\n    b["temperature"] = json!(0.3);\n}\n'),
    ("a.sh", "http POST $U/chat/completions model=§ temperature:=0.3\n"),
    ("a.sh", 'MODEL=§\nprintf \'{"model": "%s", "temperature": 0.3}\' "$MODEL" | curl -d @- $U\n'),
]  # fmt: skip


@pytest.mark.parametrize(("filename", "text"), LEFT)
def test_a_parameter_that_reaches_the_one_model_of_a_file_is_told(filename, text):
    found = find("AFK101", text.replace("§", NEW), filename)

    assert found
    assert {finding.severity for finding in found} <= {"warning", "error"}


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", f'{CREATE}(model="@", messages=m)\nweather(temperature=0.3)\n'),
        ("a.py", f'def ask(m):\n    return {CREATE}(model="@", messages=m)\n\nweather = {{"temperature": 21}}\n'),
        ("a.py", f'T = 1\n{CREATE}(model="@", messages=m, temperature=T)\n'),
        ("a.py", f'T = 0.3\nT = pick()\n{CREATE}(model="@", messages=m, temperature=T)\n'),
        ("a.py", f'def ask(m, temperature=None):\n    return {CREATE}(model="@", messages=m, temperature=temperature)\n'),
        ("a.py", f'def ask(m, model, temperature):\n    return {CREATE}(model=model or "@", messages=m)\n\nask(m, "@", 3)\nmeasure(temperature=0.3)\n'),
        ("a.go", 'func f() {\n\treq := R{Model: "@"}\n\tother.Temperature = 0.3\n}\n'),
        ("a.cs", 'var c = new ChatClient("@", key);\nvar s = new Sensor { Temperature = 0.3 };\n'),
        ("a.php", "<?php\n$d = ['temperature' => 0.3];\n$c->create(['model' => '@', 'messages' => $m]);\n"),
        ("a.sh", "http POST $U model=@\nhttp POST $V temperature:=0.3\n"),
        ("a.kt", 'fun f() {\n    val model = "@"\n    val temperature = 0.3\n    weather(temperature)\n}\n'),
        ("a.cs", 'class A { string Model = "@"; }\nclass B { double Temperature = 0.3; }\n'),
        ("a.yaml", 'env:\n  - name: KIMI_MODEL\n    value: @\n  - name: ROOM_TEMPERATURE\n    value: "0.3"\n'),
    ],
)  # fmt: skip
def test_a_parameter_of_something_else_is_left_alone(filename, text):
    assert find("AFK101", text.replace("@", NEW), filename) == []


OFF_IN_PYTHON = "{'thinking': {'type': 'disabled'}}"
NOTEBOOK = [
    (["!pip install openai\n", "params = {'model': '@'}\n", "params['temperature'] = 0.3"], "code"),
    (["## About `@`"], "markdown"),
    (["%%time\n", f"{CREATE}(messages=m, **params)"], "code"),
]


def test_the_code_cells_of_a_notebook_are_one_program():
    cells = [
        {"cell_type": kind, "metadata": {}, "source": [line.replace("@", OLD) for line in lines]}
        for lines, kind in NOTEBOOK
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})
    after = json.loads(fixed(text, "a.ipynb", unsafe=True))["cells"]

    assert ["".join(cell["source"]) for cell in after] == [
        f"!pip install openai\nparams = {{'model': '{NEW}', 'extra_body': {OFF_IN_PYTHON}}}\n",
        f"## About `{OLD}`",
        f"%%time\n{CREATE}(messages=m, **params)",
    ]
    assert [f.code for f in lint_text(json.dumps({"cells": after, "nbformat": 4}), "a.ipynb")] == []


JQ = """M="${KIMI_MODEL:-@}"
jq -n --arg model "$M" --arg q "$1" '{
  model: $model,
  messages: [{role: "user", content: $q}],
  temperature: 0.3
}' | curl -d @- "$U/chat/completions"
"""


def test_the_body_that_jq_makes_of_a_variable_is_changed_with_it():
    text = JQ.replace("@}", OLD + "}")

    assert fixed(text, "a.sh", unsafe=True) == JQ.replace("@}", NEW + "}").replace(
        "$q}],\n  temperature: 0.3\n", "$q}]\n"
    ).replace("model: $model,\n", 'model: $model,\n  thinking: {"type": "disabled"},\n')
    assert (
        find("AFK001", text.replace('model "$M"', 'model "$N"'), "a.sh")[0].fix.edits[0].replacement
        == NEW
    )
