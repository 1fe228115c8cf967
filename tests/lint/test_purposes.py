"""A name that is counted with, registered, looked up or expected is not asked."""

import pytest
from linting import find, find_one

OLD = "kimi-k2-turbo-preview"
ROWS = """\
@pytest.mark.parametrize("a,b", [(["-m", "x"], {"model": "@", "prompt": "p"})])
def test(a, b): ...
"""
IN_TEST = """\
test("a", () => {
  const modelName = "@";
  isAvailable(all, modelName);
});
"""
# Filename, text, and the evidence against a request.
NOT_ASKED = {
    "measured": [
        ("a.py", 'def count_tokens(text, model="@"):\n    return 1\n'),
        ("b.py", 'def token_cost(tokens=0, *, model: str = "@") -> float: ...\n'),
        ("a.ts", 'export function countTokens(text: string, model: string = "@") {}\n'),
        ("b.ts", 'const countTokens = (text, model = "@") => enc(model);\n'),
        ("a.kt", 'fun estimateTokens(text: String, model: String = "@"): Int = 1\n'),
        ("a.php", '<?php\nfunction countTokens($text, $model = "@") { return 1; }\n'),
        ("a.cs", 'int CountTokens(string text, string model = "@") { return 1; }\n'),
        ("a.go", 'const (\n\t_defaultTokenModelName = "@"\n)\n'),
        ("c.py", 'TOKENIZER_MODEL = "@"\n'),
        ("a.rb", "cost = described_class.new(tokens: 1, model: '@')\n"),
    ],
    "registered": [
        ("a.py", 'register(Chat("@"), AsyncChat("@"))\nregister(Chat("other"), aliases=("o",))\n'),
        ("a.ts", 'register(new Chat("@"));\nregister(new Chat("other"));\n'),
    ],
    "catalogue": [
        ("a.rs", 'let models = vec![Model::new("@", "One"), Model::new("other", "Two")];\n'),
        ("b.kt", 'val all = listOf(RegisteredModel("a", "@"), RegisteredModel("b", "other"))\n'),
        ("a.py", 'MODELS = [Model("@", "One"), Model("other", "Two")]\n'),
    ],
    "looked-up": [
        ("a.py", 'model = "@"\nprint(PRICES[model])\n'),
        ("a.go", 'model := "@"\nif price, ok := prices[model]; ok { use(price) }\n'),
        ("a.rb", "id = 1\nmodel_id = '@'\ninfo = RubyLLM.models.resolve(model_id)\n"),
        (
            "a.ts",
            'test("a", () => {\n  const modelName = "@";\n  isAvailable(all, modelName);\n});\n',
        ),
        ("b.ts", 'const model = "@";\nif (settings.model === model) { stop(); }\n'),
        (
            "c.ts",
            (
                'test("a", () => {\n  const model = "@";\n  isReady(model);\n});\n'
                'test("b", () => {\n  const model = "x";\n  return model;\n});\n'
            ),
        ),
        (
            "d.py",
            (
                "def cut(log):\n"
                '    model = default() or get_model("@")\n'
                "    return model.context - len_tokens(log, model.name)\n"
            ),
        ),
        (
            "e.py",
            (
                "def encode(text, model):\n"
                '    name = None\n    model_name = model.id if model else "@"\n'
                "    if model_name is None:\n        return []\n"
                "    return get_tokenizer(model_name).encode(text)\n"
            ),
        ),
        ("a.tsp", 'model = openai.models.retrieve("@")\n'),
        ("c.py", 'rows = await db.get_eval_runs(model_id="@")\n'),
        ("b.py", 'features = feature_info_for_openai_model("@")\n'),
        ("d.ts", 'const info = featureInfoForOpenAIModel("@");\n'),
        ("b.kt", 'val model = modelService.retrieve("@")\n'),
        ("a.dart", 'final model = await OpenAI.instance.model.retrieve("@");\n'),
        ("a.kt", 'val params = ModelRetrieveParams.builder().model("@").build()\n'),
    ],
    "listed": [("a.el", '(gptel-make-openai "M" :models \'(other-1 @))\n')],
    "shown": [
        ("a.tsx", 'render(<ModelPicker options={all} selectedModelId="@" />);\n'),
        ("b.tsx", 'const page = () => <UserBadge model="@" />;\n'),
    ],
    "rewritten": [
        (
            "a.sql",
            "UPDATE profiles\nSET default_model = '@'\nWHERE default_model = 'gpt-4-0613';\n",
        ),
        ("a.py", 'if saved["llm"]["model"] == "gpt-4":\n    saved["llm"]["model"] = "@"\n'),
        (
            "a.js",
            'if (saved["model"] === "gpt-3.5") {\n  log();\n  saved["model"] = "@";\n}\n',
        ),
    ],
    "expected": [
        ("f.py", 'def test_modes():\n    modes = {"model": "@", "reasoning": "high"}\n'),
        ("g.py", 'def test_store():\n    s = Session(agent_data={"name": "a", "model": "@"})\n'),
        ("c.ts", 'it("picks", () => {\n  pick({ models: [{ key: "a", model: "@" }] });\n});\n'),
        ("c.go", 'err := c.Configure(&litellmMockConfig{model: "@"})\n'),
        ("d.go", 'tests := []T{{expReqBody: []byte(`{"model": "@", "messages": []}`)}}\n'),
        ("c.js", 'const ai = new OpenAIMockService({ models: [{ key: "a", model: "@" }] });\n'),
        ("a.lua", 'assert.are.same({ model = "@", stream = true, messages = m }, result)\n'),
        ("b.php", "<?php\n$catalog->method('getModel')->willReturn(new Model('@', [1]));\n"),
        ("d.py", 'assert encode(model_id="x") == snapshot([{"model": "@", "messages": []}])\n'),
        ("e.py", 'self.mock_model.name = "@"\n'),
        ("b.rb", 'expect(params).to match(model: "@", messages: [{ role: "user" }])\n'),
        (
            "a.java",
            'Parameters expectedParameters = ChatParameters.builder().modelName("@").build();\n',
        ),
        ("a.go", 'tests := []T{{name: "x", request: ChatRequest{Model: "@"}, want: "y"}}\n'),
        ("b.go", 'tests := []T{{request: ChatRequest{Model: "@"}, wantMaxTokens: true}}\n'),
        ("a.py", ROWS),
        ("b.py", 'pipe.add("x", MockChatGenerator("Hello", model="@"))\n'),
        ("a.rb", "model = instance_double(RubyLLM::Model, id: '@', supports?: true)\n"),
        ("c.py", 'self.mock_model = "@"\n'),
        ("b.ts", 'test.each([{ model: "@" }, { model: "x" }])("asks", run);\n'),
        ("a.cs", '[InlineData("--model", "@")]\npublic void Test(string a) { }\n'),
    ],
    "logged": [
        ("a.java", 'x.metadata(ChatResponseMetadata.builder().modelName("@").build());\n'),
        (
            "b.java",
            'ChatResponseMetadata changed = first.toBuilder().modelName("@").build();\n',
        ),
        (
            "c.java",
            (
                "AssistantMessage m = AssistantMessage.builder()"
                '.properties(Map.of("model", "@")).build();\n'
            ),
        ),
        ("a.httprr", 'POST / HTTP/1.1\n\n{"model":"@","messages":[]}HTTP/2.0 200 OK\nServer: x\n'),
        ("e.ts", 'const answer = { modelUsage: { ai: "openai", model: "@", tokens: {} } };\n'),
        ("b.go", 'client.Create(&langfuse.GenerationEventBody{Model: "@", InMessages: m})\n'),
        ("a.rs", 'let _s = agent::AgentSpan::create_agent().with_model("@").start();\n'),
        ("a.ex", 'assert {"gen_ai.request.model", "@"} in attributes\n'),
    ],
    "record": [("a.rb", "m = Message.new(role: :assistant, content: 'done', model: '@')\n")],
}
ASKED = [
    ("a.py", 'def ask(text, model="@"): ...\n'),
    ("b.py", 'def stream_tokens(prompt, model="@"): ...\n'),
    ("c.py", 'def answer_within_cost(prompt, model="@"): ...\n'),
    ("d.py", 'low_cost_model = "@"\n'),
    ("e.py", 'container.register(ChatOpenAI(model="@"))\ncontainer.register(Database())\n'),
    ("f.py", 'model = "@"\nprint(PRICES[model])\nask(model)\n'),
    ("g.py", 'def is_spam(model): ...\nmodel = "@"\nis_spam(model)\n'),
    ("h.py", 'expected = client.chat.completions.create(model="@", messages=m)\n'),
    ("i.py", 'response = client.chat.completions.create(model="@", messages=m)\n'),
    ("j.py", 'CASES = [{"model": "@", "prompt": "2 + 2", "expected": "4"}]\n'),
    ("k.py", 'models = [ChatOpenAI(model="@"), ChatOpenAI(model="other")]\n'),
    ("l.py", 'price = client.chat.completions.create(model="@", messages=m)\n'),
    ("m.py", 'double_check(claim, model="@")\n'),
    ("a.R", 'ask <- function(model = NULL) {\n  model <- set_default(model, "@")\n}\n'),
    ("r.py", 'def test_ask():\n    payload = {"model": "@", "user": "u"}\n    send(payload)\n'),
    ("s.py", 'def test_ask():\n    save({"llm": {"model": "@"}, "messages": m})\n'),
    (
        "d.ts",
        'it("asks", () => {\n  const agent = build({ providerId: "p", modelId: "@" });\n});\n',
    ),
    ("a.httprr", 'POST / HTTP/1.1\n\n{"model":"@","messages":[]}\n'),
    ("t.py", 'def run(text):\n    model = get_model("@")\n    return model.prompt(text)\n'),
    ("n.py", 'client = client_for_model("@")\n'),
    ("o.py", 'if options["model"] == "":\n    options["model"] = "@"\n'),
    ("b.el", '(gptel-make-openai "M" :models \'(@ other-1))\n'),
    ("q.livemd", '```elixir\nInstructor.chat_completion(model: "@", messages: messages)\n```\n'),
    ("a.sql", "UPDATE settings SET model = '@' WHERE id = 1;\n"),
    ("a.tsx", '<Select name="model" defaultValue="@" />\n'),
    ("b.tsx", '<ChatWindow model="@" />\n'),
    (
        "c.ts",
        (
            'const ALL = [{ name: "a", config: { model: "@", temperature: 1, max_tokens: 9 } },\n'
            '  { name: "b", config: { model: "kimi-k2.6", temperature: 1, max_tokens: 9 } }];\n'
        ),
    ),
    ("a.go", 'if model == "" {\n\tmodel = "@"\n}\n'),
    ("a.ts", 'clients.each({ model: "@", messages });\n'),
    ("a.java", 'ChatParameters parameters = ChatParameters.builder().modelName("@").build();\n'),
]
PLACES = [(kind, *place) for kind, places in NOT_ASKED.items() for place in places]


@pytest.mark.parametrize(("kind", "filename", "text"), PLACES)
def test_a_name_that_is_for_something_else_is_a_warning(kind, filename, text):
    findings = find("AFK001", text.replace("@", OLD), filename)

    assert findings
    assert {finding.severity for finding in findings} == {"warning"}, kind


@pytest.mark.parametrize(("filename", "text"), ASKED)
def test_what_only_resembles_such_a_place_is_a_request(filename, text):
    assert find_one("AFK001", text.replace("@", OLD), filename).severity == "error"


def test_the_model_that_tokens_are_counted_for_can_still_be_renamed():
    text = f'def count_tokens(text, model="{OLD}"): ...\n'

    fix = find_one("AFK001", text, "a.py").fix

    assert not fix.is_safe
    assert "counts tokens" in fix.reason


def test_a_decorator_that_asks_a_model_is_a_request():
    text = f'@openai.call("{OLD}")\ndef ask(question): ...\n'

    assert find_one("AFK001", text, "a.py").severity == "error"


@pytest.mark.parametrize("after", ["Second pass ends", "took 3 seconds"])
def test_a_name_that_a_sentence_goes_on_after_is_what_a_program_tells(after):
    text = f"Output:\n\n    model='{OLD}' {after}\n"

    assert not find("AFK001", text, "a.mdx")
    assert find_one("AFK001", text, "a.mdx", prose=True).severity == "info"
