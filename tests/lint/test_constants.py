"""Requests whose model is a name that the same file gives a string."""

from types import SimpleNamespace

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi import plan_migration

PROGRAM = """\
MODEL = {model!r}

def ask(client, messages):
    return client.chat.completions.create(
        model=MODEL,  # the fast one
        messages=messages,
        {arguments}
    )
"""


def _sent(program):
    """Run a program against a client that only notes what it is asked for."""
    requests = []
    completions = SimpleNamespace(create=lambda **request: requests.append(request))
    names = {}
    exec(program, names)  # noqa: S102  # our own
    names["ask"](SimpleNamespace(chat=SimpleNamespace(completions=completions)), [])
    (request,) = requests
    return request | request.pop("extra_body", {})


@pytest.mark.parametrize(
    "arguments",
    ["temperature=0.6,", "temperature=0.2, n=1,", "max_tokens=10", "extra_body={'top_k': 1}"],
)
@pytest.mark.parametrize("model", ["kimi-k2-turbo-preview", "kimi-k2-thinking"])
def test_requests_move_along_with_the_constant_that_names_their_model(model, arguments):
    text = PROGRAM.format(model=model, arguments=arguments)
    after = fixed(text, "a.py", unsafe=True)

    assert _sent(after) == plan_migration(_sent(text)).request
    assert "# the fast one" in after
    assert fixed(after, "a.py", unsafe=True) == after


def test_a_constant_of_a_script_moves_its_requests_in_each_form():
    text = (
        "const MODEL = 'kimi-k2-turbo-preview';\n"
        "await client.chat.completions.create({ model: MODEL, messages, temperature: 0.3 });\n"
        "fetch(url, { body: JSON.stringify({ model: MODEL, messages, n: 1 }) });\n"
    )

    assert fixed(text, "a.ts", unsafe=True) == (
        "const MODEL = 'kimi-k2.6';\n"
        "await client.chat.completions.create("
        '{ model: MODEL, ...{ thinking: { type: "disabled" } }, messages });\n'
        "fetch(url, { body: JSON.stringify("
        '{ model: MODEL, thinking: { type: "disabled" }, messages }) });\n'
    )


@pytest.mark.parametrize(
    ("filename", "definition"),
    [
        ("a.py", 'MODEL: Final[str] = "kimi-k2.6"  # remark'),
        ("a.py", "MODEL = (\n    'kimi-k2.6'\n)"),
        ("a.js", 'const MODEL = "kimi-k2.6";'),
        ("a.ts", 'export const MODEL: Model = "kimi-k2.6" as const'),
    ],
)
@pytest.mark.parametrize("name", ["MODEL", "kimiModel", "model", "_llm"])
def test_a_name_is_known_by_its_definition(filename, definition, name):
    python, script = "ask(model=MODEL, messages=m, top_p=0)", "ask({ model: MODEL, top_p: 0 })"
    use = python if filename == "a.py" else script
    text = f"{definition}\n{use}".replace("MODEL", name)

    assert find("AFK101", text, filename)


@pytest.mark.parametrize(
    "use", ["{ model, top_p: 0 }", "{ top_p: 0, model }", "{\n  model,\n  n: 2 }"]
)
def test_in_scripts_the_key_may_be_the_name_itself(use):
    assert find("AFK101", f'const model = "kimi-k2.6";\nask({use});', "a.ts")


def test_whether_it_is_safe_depends_on_what_a_use_out_of_sight_would_do():
    def safety(model, arguments=""):
        return find_one("AFK001", PROGRAM.format(model=model, arguments=arguments), "a.py").fix

    assert safety("kimi-k2-thinking").is_safe
    assert safety("kimi-k2-turbo-preview").reason == "requests elsewhere may use MODEL, too"
    assert "top_p" in safety("kimi-k2-thinking", "top_p=0.2").reason


@pytest.mark.parametrize(
    "more",
    [
        "client.chat.completions.create(model=MODEL, **options)",
        "ask(model=MODEL, messages=messages)",
    ],
)
def test_one_request_that_is_not_in_sight_is_named_and_the_others_move(more):
    text = PROGRAM.format(model="kimi-k2-turbo-preview", arguments="") + more
    finding = find_one("AFK001", text, "a.py")

    assert kind(finding) == "unsafe"
    assert "the request at line 9 is not in sight as a whole" in finding.fix.reason
    assert fixed(text, "a.py", unsafe=True).count("disabled") == 1
    assert 'with thinking off (`extra_body={"thinking": …}`)' in finding.message


def test_what_the_model_rejects_is_found_where_a_constant_names_it():
    text = PROGRAM.format(model="kimi-k2.6", arguments="temperature=0.2, max_tokens=10")

    rejected = find_one("AFK101", text, "a.py")
    assert (rejected.line, rejected.severity, kind(rejected)) == (7, "error", "unsafe")
    assert find_one("AFK103", text, "a.py").line == 7
    assert "temperature" not in fixed(text, "a.py", unsafe=True)


@pytest.mark.parametrize(
    "text",
    [
        'MODEL = "kimi-k2.6"\nMODEL = other()\nask(model=MODEL, messages=m, temperature=0)',
        'MODEL = "kimi-k2.6" if x else other\nask(model=MODEL, messages=m, temperature=0)',
        'MODEL = "kimi-k2.6"\nask(model=x.MODEL, messages=m, temperature=0)',
        'MODEL = "kimi-k2.6"\nask(model=MODEL + suffix, messages=m, temperature=0)',
        'MODEL = "kimi-k2.6"\nask(name=MODEL, messages=m, temperature=0)',
        'MODEL = "kimi-k2.6"\n# ask(model=MODEL, messages=m, temperature=0)',
        'model = "kimi-k2.6"\ndef f(model):\n    ask(model=model, messages=m, temperature=0)',
    ],
)
def test_what_may_be_another_model_is_left_alone(text):
    assert find("AFK101", text, "a.py") == []


@pytest.mark.parametrize(
    "binding",
    [
        "for model in MODELS:",
        "for i, model in MODELS:",
        "import model",
        "from x import y as model",
        "with pick() as model:",
        "f = lambda model: 0",
        "if (model := pick()):",
        "model, x = pick()",
        "x, model = pick()",
        "model += suffix",
        "def f(x, *, model=None):",
        "class model:",
        'settings["model"] = "gpt-4o"\nmodel = "gpt-4o"',
    ],
)
def test_a_name_that_is_given_something_else_anywhere_says_nothing(binding):
    request = "ask(model=model, messages=m, temperature=0)"

    assert find("AFK101", f'model = "kimi-k2.6"\n{request}', "a.py")
    assert find("AFK101", f'model = "kimi-k2.6"\n{binding}\n    {request}', "a.py") == []


@pytest.mark.parametrize(
    "binding",
    [
        "function f(model) {",
        "const f = (model) => {",
        "const f = async ({ model, n }: Options): Promise<void> => {",
        "const f = model => {",
        "for (const model of MODELS) {",
        "const { model } = options;",
        "ask(messages, model) {",
        "try { x() } catch (model) {",
    ],
)
def test_so_does_one_of_a_script(binding):
    request = "create({ model, messages, temperature: 0 })"

    assert find("AFK101", f'const model = "kimi-k2.6";\n{request}', "a.ts")
    assert find("AFK101", f'const model = "kimi-k2.6";\n{binding}\n  {request}\n}}', "a.ts") == []


def test_a_key_says_nothing_of_a_variable_of_that_name():
    text = 'options["model"] = "kimi-k2.6"\nmodel = "gpt-4o"\nask(model=model, messages=m, n=2)'

    assert find("AFK101", text, "a.py") == []
