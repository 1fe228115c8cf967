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
        ("a.kt", 'val params = ModelRetrieveParams.builder().model("@").build()\n'),
    ],
    "expected": [
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
