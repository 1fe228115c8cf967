"""Programs whose model is named in one place and asked in another: fixed, they run as before.

Each one is run after `--unsafe-fixes` against the emulator, which refuses what the gateway refuses.
"""

import sys

import pytest
from linting import find_one, fixed, kind
from oracle import parser_of

from agentsflare_kimi.emulator import Emulator

OLD = "kimi-k2-turbo-preview"
QUOTED = '"@"'
HEAD = """\
import os
from openai import OpenAI

client = OpenAI()
messages = [{"role": "user", "content": "Hi"}]
"""
CREATE = "client.chat.completions.create"
CALL = CREATE + "(model={}, messages=messages, temperature=0.3)\n"
ARGPARSE = "import argparse\np = argparse.ArgumentParser()\n{}\nargs = p.parse_args([])\n"
PROGRAMS = {
    "getenv": 'MODEL = os.getenv("MODEL_", "@")\n' + CALL.format("MODEL"),
    "environ": 'NAME = os.environ.get("MODEL_", "@")\n' + CALL.format("NAME"),
    "or": 'MODEL = os.getenv("MODEL_") or "@"\n' + CALL.format("MODEL"),
    "choice": 'M = os.environ["M_"] if "M_" in os.environ else "@"\n' + CALL.format("M"),
    "in the call": CALL.format('os.getenv("MODEL_", "@")'),
    "or in the call": CALL.format('os.getenv("MODEL_") or "@"'),
    "walrus": 'if model := os.getenv("MODEL_", "@"):\n    ' + CALL.format("model"),
    "argparse": ARGPARSE.format('p.add_argument("--model", default="@")')
    + CALL.format("args.model"),
    "argparse, long": ARGPARSE.format('p.add_argument("-m", "--model-name", default="@")')
    + CALL.format("args.model_name"),
    "argparse, dest": ARGPARSE.format('p.add_argument("--llm", dest="model", default="@")')
    + CALL.format("args.model"),
    "argparse, environment": ARGPARSE.format(
        'p.add_argument("--model", default=os.getenv("MODEL_", "@"))'
    )
    + CALL.format("args.model"),
    "argparse, set_defaults": ARGPARSE.format('p.set_defaults(model="@")')
    + CALL.format("args.model"),
    "default": 'def ask(messages, model="@"):\n    ' + CALL.format("model") + "ask(messages)\n",
    "typed default": 'def ask(messages, *, model: str = "@") -> object:\n    '
    + CALL.format("model")
    + "ask(messages)\n",
    "default later": 'def ask(model=None):\n    model = model or "@"\n    '
    + CALL.format("model")
    + "ask()\n",
    "lambda": 'ask = lambda model="@": ' + CALL.format("model") + "ask()\n",
    "passed": "def ask(messages, name):\n    " + CALL.format("name") + 'ask(messages, "@")\n',
    "passed by keyword": "def ask(*, name):\n    " + CALL.format("name") + 'ask(name="@")\n',
    "passed on": 'MODEL = "@"\ndef ask(name):\n    ' + CALL.format("name") + "ask(MODEL)\n",
    "returned": 'def pick():\n    return os.getenv("M_", "@")\n' + CALL.format("pick()"),
    "property": 'class Bot:\n    @property\n    def model(self):\n        return "@"\n'
    + CALL.format("Bot().model"),
    "attribute": 'class Config:\n    MODEL = "@"\n' + CALL.format("Config.MODEL"),
    "self": 'class Bot:\n    model = "@"\n    def ask(self):\n        '
    + CALL.format("self.model")
    + "Bot().ask()\n",
    "init": 'class Bot:\n    def __init__(self, model="@"):\n        self._model = model\n'
    "    def ask(self):\n        " + CALL.format("self._model") + "Bot().ask()\n",
    "enum": 'from enum import Enum\nclass Model(str, Enum):\n    FAST = "@"\n'
    + CALL.format("Model.FAST.value"),
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass C:\n"
    '    model: str = "@"\n    t: float = 0.3\n' + CALL.format("C().model").replace("0.3", "C().t"),
    "tuple": 'MODEL, HEAT = "@", 0.3\n' + CALL.format("MODEL").replace("0.3", "HEAT"),
    "dict": 'C = {"model": "@", "t": 0.3}\n' + CALL.format('C["model"]').replace("0.3", 'C["t"]'),
    "dict in dict": 'C = {"llm": {"model": "@"}}\nllm = C["llm"]\n' + CALL.format('llm["model"]'),
    "loop": 'for name in ["@", "kimi-k2-0905-preview"]:\n    ' + CALL.format("name"),
    "loop over a list": 'NAMES = ["@"]\nfor name in NAMES:\n    ' + CALL.format("name"),
    "two requests": 'M = os.getenv("M_", "@")\n' + 2 * CALL.format("M"),
    "keys set": 'p = {}\np["model"] = "@"\np["messages"] = messages\np["temperature"] = 0.3\n'
    + CREATE
    + "(**p)\n",
    "dict spread": 'p = {"model": "@", "messages": messages, "temperature": 0.3}\n'
    + CREATE
    + "(**p)\n",
    "dict call spread": 'p = dict(model="@", messages=messages, temperature=0.3)\n'
    + CREATE
    + "(**p)\n",
    "part spread": 'p = {"model": "@", "temperature": 0.3}\n'
    + CREATE
    + "(messages=messages, **p)\n",
    "rest spread": 'p = {"temperature": 0.3, "top_p": 0.5}\n'
    + CREATE
    + '(model="@", messages=messages, **p)\n',
    "union": 'p = {"model": "@", "messages": messages}\n'
    + CREATE
    + '(**(p | {"temperature": 0.3}))\n',
    "update": 'p = dict(model="@", messages=messages)\np.update(temperature=0.3)\n'
    + CREATE
    + "(**p)\n",
    "setdefault": "def ask(**more):\n    more.setdefault('model', \"@\")\n"
    "    more.setdefault('temperature', 0.3)\n    "
    + CREATE
    + "(messages=messages, **more)\nask()\n",
    "one line of a block": 'p = {"model": "@", "messages": messages}\nif os.sep:\n    p["n"] = 2\n'
    + CREATE
    + "(**p)\n",
    "partial": "from functools import partial\nask = partial("
    + CREATE
    + ', model="@", temperature=0.3)\nask(messages=messages)\n',
    "extra body": 'M = os.getenv("M_", "@")\n'
    + CALL.format('M, extra_body={"prompt_cache_key": "a"}'),
}


@pytest.fixture(scope="module")
def gateway():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def ask(gateway, monkeypatch):
    """Run a program, and return what it asked for."""

    def ask(program):
        monkeypatch.setenv("OPENAI_BASE_URL", gateway.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "any-key")
        monkeypatch.setitem(sys.modules, "program", sys.modules[__name__])
        before = len(gateway.requests)
        exec(compile(program, "program.py", "exec"), {"__name__": "program"})  # noqa: S102  # our own
        return gateway.requests[before:]

    return ask


@pytest.mark.parametrize("form", PROGRAMS)
def test_a_fixed_program_is_served_and_thinks_no_more_than_before(ask, form):
    text = HEAD + PROGRAMS[form].replace(QUOTED, f'"{OLD}"')
    assert kind(find_one("AFK001", text.replace("kimi-k2-0905-preview", "another"), "a.py")) == (
        "unsafe"
    )
    mended = fixed(text, "a.py", unsafe=True)
    requests = ask(mended)

    assert requests
    for request in requests:
        assert request.status == 200
        assert request.body["model"] == "kimi-k2.6"
        assert request.body["thinking"] == {"type": "disabled"}
    assert fixed(mended, "a.py", unsafe=True) == mended
    assert fixed(text, "a.py") == text


def reason(text, filename="a.py"):
    return find_one("AFK001", text, filename).fix.reason


def test_the_reason_names_the_request_and_what_is_not_sure():
    text = HEAD + PROGRAMS["getenv"].replace("@", OLD)

    assert "the model at line 7 may be another one while the program runs" in reason(text)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (CREATE + '(model=M, messages=m, **more)\nM = os.getenv("M", "@")\n', "line 1 is not in"),
        ('M = "@" if fast else "kimi-k2.6"\n' + CALL.format("M"), "may ask for kimi-k2.6, too"),
        (CALL.format('"another" if slow else "@"'), "line 1 is not in sight"),
    ],
)
def test_what_cannot_be_followed_is_said(program, told):
    text = program.replace("@", OLD)

    assert told in reason(text)
    assert "disabled" not in fixed(text, "a.py", unsafe=True)


@pytest.mark.parametrize(
    "text",
    [
        'MODEL = "@"\nOTHER = "gpt-4o"\n' + CALL.format("MODEL_OF_ANOTHER"),
        'M = os.getenv("M", "@")\n' + CALL.format("settings.name"),
        'c = OpenAI(base_url="https://api.groq.com/openai/v1")\nM = f("@")\n' + CALL.format("M"),
    ],
)
def test_a_request_that_nothing_leads_to_is_left_alone(text):
    assert "disabled" not in fixed(text.replace("@", OLD), "a.py", unsafe=True)


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.js", f'const M = process.env.M ?? "@";\nawait {CREATE}({{ model: M, messages }});\n'),
        (
            "a.js",
            f'const {{ M = "@" }} = process.env;\nawait {CREATE}({{ model: M, messages }});\n',
        ),
        (
            "a.ts",
            (
                'program.option("--model <name>", "which", "@");\n'
                f"await {CREATE}({{ model: options.model, messages, temperature: 0.3 }});\n"
            ),
        ),
        (
            "a.ts",
            (
                'async function ask(messages: M[], model = "@") {\n'
                f"  return {CREATE}({{ model, messages, temperature: 0.3 }});\n}}\n"
            ),
        ),
        (
            "a.ts",
            (
                'enum Model { Fast = "@" }\n'
                f"await {CREATE}({{ model: Model.Fast, messages, temperature: 0.3 }});\n"
            ),
        ),
        (
            "a.go",
            (
                'import "github.com/openai/openai-go"\nmodel := cmp.Or(os.Getenv("M"), "@")\n'
                "r, e := c.Chat.Completions.New(x, openai.ChatCompletionNewParams{Model: model, "
                "Messages: m, Temperature: openai.Float(0.3)})\n"
            ),
        ),
        (
            "A.java",
            (
                'class A { static final String MODEL = "@";\nObject p = ChatCompletionCreateParams'
                ".builder().model(MODEL).addMessage(m).temperature(0.3).build(); }\n"
            ),
        ),
        (
            "a.rb",
            (
                'model = ENV.fetch("M", "@")\n'
                "client.chat(parameters: { model: model, messages: m, temperature: 0.3 })\n"
            ),
        ),
        (
            "a.php",
            (
                "<?php\n$model = getenv('M') ?: '@';\n"
                "$c->chat()->create(['model' => $model, 'messages' => $m, 'temperature' => 0.3]);\n"
            ),
        ),
        (
            "a.rs",
            (
                'const MODEL: &str = "@";\nfn f() {\n'
                '    post(json!({"model": MODEL, "messages": m, "temperature": 0.3}));\n}\n'
            ),
        ),
        (
            "a.cs",
            (
                'const string Model = "@";\nawait http.PostAsJsonAsync(url, '
                "new { model = Model, messages = m, temperature = 0.3 });\n"
            ),
        ),
        (
            "a.kt",
            (
                'val model = System.getenv("M") ?: "@"\nval p = ChatCompletionCreateParams'
                ".builder().model(model).addMessage(m).temperature(0.3).build()\n"
            ),
        ),
    ],
)
def test_it_is_so_in_other_languages(filename, text):
    mended = fixed(text.replace("@", OLD), filename, unsafe=True)

    assert OLD not in mended
    assert "disabled" in mended
    assert "emperature" not in mended


GO = (
    'import "github.com/openai/openai-go"\nfunc f() {{\n{}\tr := c.Chat.Completions.New(x, p)\n}}\n'
)
OTHERS = [
    (
        "a.go",
        GO.format(
            '\tp := openai.ChatCompletionNewParams{Model: "@", Messages: m}\n'
            "\tp.Temperature = openai.Float(0.3)\n"
        ),
    ),
    (
        "a.go",
        GO.format(
            '\tvar p openai.ChatCompletionNewParams\n\tp.Model = "@"\n\tp.Messages = m\n'
            "\tp.Temperature = openai.Float(0.3)\n"
        ),
    ),
    (
        "a.php",
        (
            "<?php\n$p = ['model' => \"@\", 'messages' => $m];\n$p['temperature'] = 0.3;\n"
            "$c->chat()->create($p);\n"
        ),
    ),
    (
        "a.rb",
        'p = { model: "@", messages: m }\np[:temperature] = 0.3\nclient.chat(parameters: p)\n',
    ),
    (
        "a.rb",
        'model = f("@")\nclient.chat(parameters: { model:, messages: m, temperature: 0.3 })\n',
    ),
    (
        "a.cs",
        (
            'var p = new { model = "@", messages = m, temperature = 0.3 };\n'
            "await http.PostAsJsonAsync(url, p);\n"
        ),
    ),
    (
        "A.java",
        (
            'class A { enum Model { FAST("@"); }\nObject p = ChatCompletionCreateParams.builder()'
            ".model(Model.FAST.id).addMessage(m).temperature(0.3).build(); }\n"
        ),
    ),
    (
        "a.sh",
        (
            "MODEL=${MODEL:-@}\ncurl $U -d "
            '"{\\"model\\": \\"$MODEL\\", \\"messages\\": [], \\"temperature\\": 0.3}"\n'
        ),
    ),
    (
        "a.sh",
        'MODEL="@"\ncurl $U -d \'{"model": "\'"$MODEL"\'", "messages": [], "temperature": 0.3}\'\n',
    ),
    (
        "a.sh",
        ('MODEL="@"\ncurl $U -d @- <<END\n{"model": "$MODEL", "messages": [], "n": 2}\nEND\n'),
    ),
    (
        "a.sh",
        'curl $U -d "{\\"model\\": \\"${M:-@}\\", \\"messages\\": [], \\"temperature\\": 0.3}"\n',
    ),
]
GRAMMARS = {"go": "go", "php": "php", "rb": "ruby", "cs": "csharp", "java": "java", "sh": "bash"}


@pytest.mark.parametrize(("filename", "text"), OTHERS)
def test_a_request_of_another_language_is_fixed_in_all_its_places(filename, text):
    text = text.replace("d @-", "d -").replace("@", OLD)
    mended = fixed(text, filename, unsafe=True)
    parser = parser_of(GRAMMARS[filename.rpartition(".")[2]])

    assert OLD not in mended
    assert "disabled" in mended
    assert "emperature" not in mended
    assert not parser.parse(mended.encode()).root_node.has_error
    assert fixed(mended, filename, unsafe=True) == mended


SCRIPTS = [
    f'const b = {{ model: "@", temperature: 0.3 }};\nawait {CREATE}({{ ...b, messages }});\n',
    f'const o = {{ temperature: 0.3 }};\nawait {CREATE}({{ model: "@", messages, ...o }});\n',
    f'const b = {{ model: "@", messages }};\nb.temperature = 0.3;\nawait {CREATE}(b);\n',
    f'const b = {{ messages }};\nb.model = "@";\nb["temperature"] = 0.3;\nawait {CREATE}(b);\n',
    (
        'const b = { model: "@", temperature: 0.3 };\n'
        "await fetch(u, { body: JSON.stringify({ ...b, messages }) });\n"
    ),
    f'const ask = ({{ messages, model = "@" }}) => {CREATE}({{ model, messages, n: 2 }});\n',
    f'class Bot {{\n  model = "@";\n  f() {{ {CREATE}({{ model: this.model, messages }}); }}\n}}\n',
    f'for (const model of ["@"]) {{\n  {CREATE}({{ model, messages, temperature: 0.3 }});\n}}\n',
]


@pytest.mark.parametrize("filename", ["a.js", "a.ts"])
@pytest.mark.parametrize("text", SCRIPTS)
def test_a_script_is_fixed_in_all_the_places_that_make_its_request(filename, text):
    mended = fixed(text.replace("@", OLD), filename, unsafe=True)
    parser = parser_of({"js": "javascript", "ts": "typescript"}[filename[2:]])

    assert OLD not in mended
    assert "disabled" in mended
    assert "temperature" not in mended
    assert not parser.parse(mended.encode()).root_node.has_error
