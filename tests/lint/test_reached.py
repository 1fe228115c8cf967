"""AFK101 where the model is named in one place of a file and asked in another."""

import json

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi.lint import fix_text, lint_text

CALL = "client.chat.completions.create(model={}, messages=messages, temperature=0.3)\n"
PYTHON = {
    "getenv": 'MODEL = os.getenv("MODEL", "@")\n' + CALL.format("MODEL"),
    "environ": 'NAME = os.environ.get("KIMI_MODEL", "@")\n' + CALL.format("NAME"),
    "or": 'MODEL = os.getenv("MODEL") or "@"\n' + CALL.format("MODEL"),
    "argparse": 'p.add_argument("--model", default="@")\n' + CALL.format("args.model"),
    "click": '@click.option("--model", default="@")\ndef f(model):\n    ' + CALL.format("model"),
    "default": 'def ask(messages, model="@"):\n    return ' + CALL.format("model"),
    "attribute": 'class Config:\n    MODEL = "@"\n\n' + CALL.format("Config.MODEL"),
    "self": 'class Bot:\n    def __init__(self):\n        self.model = "@"\n    def ask(self):\n'
    "        return " + CALL.format("self.model"),
    "enum": 'class Model(str, Enum):\n    TURBO = "@"\n\n' + CALL.format("Model.TURBO.value"),
    "settings": 'class S(BaseSettings):\n    model: str = "@"\n\n' + CALL.format("S().model"),
    "short": 'M = "@"\n' + CALL.format("M"),
}
OTHERS = {
    "a.js": 'const M = process.env.M ?? "@";\n'
    "await client.chat.completions.create({ model: M, messages, temperature: 0.3 });\n",
    "a.ts": 'program.option("--model <name>", "which", "@");\n'
    "await client.chat.completions.create({ model: o.model, messages, temperature: 0.3 });\n",
    "a.go": 'model := cmp.Or(os.Getenv("M"), "@")\n'
    "p := openai.ChatCompletionNewParams{Model: model, Temperature: openai.Float(0.3)}\n",
    "A.java": 'static final String MODEL = "@";\n'
    "var p = ChatCompletionCreateParams.builder().model(MODEL).temperature(0.3).build();\n",
    "a.rb": 'model = ENV.fetch("M", "@")\n'
    "client.chat(parameters: { model: model, messages: m, temperature: 0.3 })\n",
}


@pytest.mark.parametrize("form", PYTHON)
def test_after_a_rename_what_the_request_would_be_rejected_for_is_told_and_mended(form):
    before = PYTHON[form].replace("@", "kimi-k2-turbo-preview")
    finding = find_one("AFK101", PYTHON[form].replace("@", "kimi-k2.6"), "a.py")

    assert (finding.severity, kind(finding)) == ("warning", "unsafe")
    assert "temperature" in finding.message
    assert kind(find_one("AFK001", before, "a.py")) == "unsafe"
    after = fixed(before, "a.py", unsafe=True)
    assert "kimi-k2.6" in after
    assert "temperature" not in after
    compile(after, "a.py", "exec")


@pytest.mark.parametrize("filename", OTHERS)
def test_it_is_so_in_other_languages(filename):
    assert find("AFK101", OTHERS[filename].replace("@", "kimi-k2.6"), filename)


def test_a_subscript_beside_that_of_the_model_is_told():
    text = 'params["model"] = "kimi-k2.6"\nparams["temperature"] = 0.3\n'

    assert find_one("AFK101", text, "a.py").line == 2
    assert find("AFK101", text.replace('params["t', 'other["t'), "a.py") == []


def test_the_cells_of_a_notebook_are_one_program():
    sources = ['MODEL = "kimi-k2.6"\n', CALL.format("MODEL")]
    cells = [{"cell_type": "code", "metadata": {}, "source": [source]} for source in sources]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})

    assert find("AFK101", text, "a.ipynb")
    assert json.loads(fixed(text, "a.ipynb", unsafe=True))["cells"][1]["source"] == [
        CALL.format("MODEL").replace(", temperature=0.3", "")
    ]


CREATE = "client.chat.completions.create"
CARRIED = [
    ("a.py", f'p = {{"temperature": 0.3}}\n{CREATE}(model="@", messages=m, **p)\n'),
    ("a.py", f'{CREATE}(model="@", messages=m, **({{"temperature": 0.3}} if hot else {{}}))\n'),
    ("a.py", f'p = dict(model="@", messages=m)\np["temperature"] = 0.3\n{CREATE}(**p)\n'),
    ("a.py", f'p = dict(model="@", messages=m)\np.update(temperature=0.3)\n{CREATE}(**p)\n'),
    ("a.py", f'p = dict(model="@")\np.setdefault("temperature", 0.3)\n{CREATE}(**p)\n'),
    ("a.py", f'D = {{"model": "@"}}\n{CREATE}(model=D["model"], messages=m, temperature=0.3)\n'),
    ("a.py", (f'def ask(m, model="@", **k):\n    return {CREATE}(model=model, messages=m, **k)\n'
     "ask(m, temperature=0.3)\n")),
    ("a.py", 'model = "@" if hot else "kimi-k2.6"\n' + CALL.format("model")),
    ("a.py", CALL.format('os.getenv("M", "@")')),
    ("a.py", 'NAMES = ["@"]\nfor name in NAMES:\n    ' + CALL.format("name")),
    ("a.py", f'ask = partial({CREATE}, model="@")\nask(messages=m, temperature=0.3)\n'),
    ("a.py", f'M = "@"\nO = {{"temperature": 0.3}}\n{CREATE}(model=M, messages=m, **O)\n'),
    ("a.py", ('b = {"model": "@", "messages": m}\nif hot:\n    b["temperature"] = 0.9\n'
     "requests.post(u, json=b)\n")),
    ("a.py", 'b = {"model": "@", "messages": m}\npost(u, json={**b, "temperature": 0.9})\n'),
    ("a.js", f'const {{ M = "@" }} = process.env;\n{CREATE}({{ model: M, temperature: 0.3 }});\n'),
    ("a.js", f'const b = {{ model: "@", messages }};\n{CREATE}({{ ...b, temperature: 0.3 }});\n'),
    ("a.js", f'const b = {{ model: "@", messages }};\nb.temperature = 0.3;\n{CREATE}(b);\n'),
    ("a.cs", ('var c = new ChatClient("@", k);\n'
     "var o = new ChatCompletionOptions { Temperature = 0.3f };\n")),
    ("a.php", ("<?php\n$model = getenv('M') ?: '@';\n"
     "$c->chat()->create(['model' => $model, 'messages' => $m, 'temperature' => 0.3]);\n")),
    ("a.sh", ("M=${M:-@}\n"
     'curl $U -d "{\\"model\\":\\"$M\\",\\"temperature\\":0.3,\\"messages\\":[]}"\n')),
    (".env", "KIMI_MODEL=@\nKIMI_TEMPERATURE=0.3\n"),
]  # fmt: skip


@pytest.mark.parametrize(("filename", "text"), CARRIED)
def test_after_all_fixes_nothing_that_would_be_rejected_is_left_untold(filename, text):
    result = fix_text(text.replace("@", "kimi-k2-turbo-preview"), filename, unsafe=True)

    assert "kimi-k2.6" in result.text
    is_left = "temperature" in result.text.lower()
    assert is_left == ("AFK101" in {finding.code for finding in result.remaining})


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'b = {"model": "kimi-k2.6"}\nweather = {"temperature": 21}\n'),
        ("a.py", 'b = {"model": "kimi-k2.6"}\n# b["temperature"] = 0.3\n'),
        ("a.py", 'b = {"model": "kimi-k2.6"}\nb["temperature"] = value\n'),
        ("a.py", 'b = {"model": "kimi-k2.6"}\nask(b, model="other", temperature=0.3)\n'),
        (".env", "KIMI_MODEL=kimi-k2.6\nROOM_TEMPERATURE=21\n# KIMI_TEMPERATURE=0.3\n"),
        ("a.sh", 'M=kimi-k2.6\ncurl $U -d "{\\"model\\":\\"$N\\",\\"temperature\\":0.3}"\n'),
    ],
)
def test_what_no_name_leads_to_is_left_alone(filename, text):
    assert find("AFK101", text, filename) == []


@pytest.mark.parametrize(
    "text",
    [
        'MODEL = "kimi-k2.6"\nOTHER = "gpt-4o"\n' + CALL.format("OTHER"),
        'A = "kimi-k2.6"\nB = "kimi-latest"\n' + CALL.format("B"),
        'MODEL = "kimi-k2.6"\n' + CALL.format("MODEL").replace("0.3", "settings.temperature"),
        'MODEL = "kimi-k2.6"\n' + CALL.format('"another-one"'),
        'MODEL = "kimi-k2.6"\nsample(values, temperature=0.3)\n',
        'MODEL = "kimi-latest"\n' + CALL.format("MODEL"),
        '"""About kimi-k2.6."""\n' + CALL.format("MODEL"),
        'c = OpenAI(base_url="https://api.groq.com/openai/v1")\nM = "kimi-k2.6"\n'
        + CALL.format("M"),
        'MODEL = "kimi-k2.6"\n' + CALL.format("MODEL").replace("0.3", "1"),
    ],
)
def test_where_another_model_may_be_asked_nothing_is_said(text):
    assert [f.code for f in lint_text(text, "a.py") if f.code == "AFK101"] == []
