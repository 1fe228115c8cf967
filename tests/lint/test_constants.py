"""Requests whose model is a constant of the same file."""

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
def test_a_constant_is_known_by_its_definition(filename, definition):
    python, script = "ask(model=MODEL, messages=m, top_p=0)", "ask({ model: MODEL, top_p: 0 })"
    use = python if filename == "a.py" else script

    assert find("AFK101", f"{definition}\n{use}", filename)


def test_whether_it_is_safe_depends_on_what_a_use_out_of_sight_would_do():
    def safety(model, arguments=""):
        return find_one("AFK001", PROGRAM.format(model=model, arguments=arguments), "a.py").fix

    assert safety("kimi-k2-thinking").is_safe
    assert safety("kimi-k2-turbo-preview").reason == "requests out of sight may use MODEL, too"
    assert "top_p" in safety("kimi-k2-thinking", "top_p=0.2").reason


@pytest.mark.parametrize(
    "more",
    [
        "client.chat.completions.create(model=MODEL, **options)",
        "ask(model=MODEL, messages=messages)",
    ],
)
def test_one_request_that_is_not_in_sight_leaves_it_at_the_name(more):
    text = PROGRAM.format(model="kimi-k2-turbo-preview", arguments="") + more
    finding = find_one("AFK001", text, "a.py")

    assert kind(finding) == "unsafe"
    assert len(finding.fix.edits) == 1
    assert 'add "thinking": {"type": "disabled"}' in finding.message


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
        'MODEL = os.getenv("MODEL", "kimi-k2.6")\nask(model=MODEL, messages=m, temperature=0)',
        'MODEL = other or "kimi-k2.6"\nask(model=MODEL, messages=m, temperature=0)',
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
