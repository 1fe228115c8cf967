"""A judgement goes by the structure of a text: no number of arguments or characters ends it."""

import re

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.requests.linked_names import LinkedNames, Origin
from agentsflare_kimi.lint.sources.code import CodeDocument

OLD = "kimi-k2-thinking"
TURBO = "kimi-k2-turbo-preview"
LONG = "the_one_and_only_" * 12
ASK = "c.chat.completions.create(model={}, messages=m, temperature=0.3)\n"
MANY = ", ".join(f"p{n}" for n in range(30))

# Filename, text, and whether the name is what is asked for.
CALLS = [
    ("a.py", f'add_argument("-a", "-b", "-c", "-d", "-e", "--model", default="{OLD}")', True),
    ("a.py", f'add_argument("-a", "-b", "-c", "-d", "-e", "--mode", default="{OLD}")', False),
    (
        "a.js",
        f'x({{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, name: "model", default: "{OLD}"}})',
        True,
    ),
    ("a.go", f'env.StringP(&a, b, c, d, e, f, "model", "m", "{OLD}")', True),
    ("a.go", f'env.StringP(&a, b, c, d, e, f, "{OLD}", "m", "model")', False),
]


@pytest.mark.parametrize(("filename", "text", "is_asked"), CALLS)
def test_each_argument_of_a_call_may_say_what_a_name_is_for(filename, text, is_asked):
    finding = find("AFK001", text, filename)[0]

    assert (finding.severity == "error") == is_asked


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        ('ctx, span, options, "POST", "https://api.agentsflare.com/v1/chat/completions"', "safe"),
        ('ctx, span, options, "GET", "https://api.agentsflare.com/v1/chat/completions"', "unsafe"),
        ('ctx, span, options, "https://api.agentsflare.com/v1/chat/completions", "POST"', "unsafe"),
    ],
)
def test_the_method_of_a_request_may_be_any_of_its_arguments(arguments, fix):
    body = f'json!({{"model": "{OLD}", "messages": m}})'

    assert kind(find_one("AFK001", f"client.request({arguments}, {body});", "a.rs")) == fix


def test_a_request_belongs_to_its_variable_however_long_the_type():
    text = (
        f'params: dict[str, {LONG} | list[{LONG}]] = {{"model": "{TURBO}", "messages": m}}\n'
        "c.chat.completions.create(**params, temperature=0.3)\n"
    )

    assert "temperature" not in fixed(text, "a.py", unsafe=True)


def test_a_variable_is_sent_however_long_the_context_beside_it():
    text = f"""package main
import "github.com/openai/openai-go/v3"
params := openai.ChatCompletionNewParams{{
\tModel:    "{TURBO}",
\tMessages: m,
}}
params.Temperature = openai.Float(0.3)
r, err := client.Chat.Completions.New(context.WithValue(@, @, @), params)
""".replace("@", LONG)

    assert "Temperature" not in fixed(text, "a.go", unsafe=True)


def test_an_argument_is_no_context_of_the_call_after_it():
    # All of this is close to the next statement, and none of it belongs to that.
    text = (
        f'p = {{"model": "{TURBO}", "messages": m}}\n'
        "log(c.chat.completions.create(**a)); keep(**p)\n"
    )

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"


@pytest.mark.parametrize(
    "text",
    [
        # The last of many parameters; a long way to the value; the value at the end of a line.
        f"def ask({MANY}, model):\n    {ASK.format('model')}\nask({MANY}, '{TURBO}')\n",
        f"NAME = '{TURBO}'\nmodel = {LONG} + NAME\n{ASK.format('model')}",
        "".join(f"x{n} = y{n}\n" for n in range(2100))
        + f"NAME = '{TURBO}'\nmodel = NAME\n{ASK.format('model')}",
    ],
)
def test_a_name_is_followed_however_long_the_way(text):
    assert "temperature" not in fixed(text, "a.py", unsafe=True)


FORMS = [
    ("python", lambda n: "getenv(" + f'"{OLD}", ' * n + ")"),
    ("python", lambda n: "f(" + "".join(f'a{i}="{OLD}", ' for i in range(n)) + ")"),
    ("python", lambda n: "option(" + f'default="{OLD}", ' * n + ")"),
    ("go", lambda n: "client.Request(" + f'"{OLD}", ' * n + ")"),
    ("python", lambda n: 'p = {"messages": m}\n' + f'p["model"] = "{OLD}"\n' * n + "ask(**p)"),
]


@pytest.mark.parametrize("many", [250, 1000])
@pytest.mark.parametrize(("language", "text"), FORMS)
def test_many_names_in_one_call_take_steps_for_each_and_no_more(language, text, many):
    document = CodeDocument(text(many), language)
    for name in find_names(document.text):
        document.value_at(name.start, name.end)

    assert document.source.visits <= 100 * many


def test_names_are_linked_in_one_pass(monkeypatch):
    text = "".join(f"def f{n}(a): pass\nf{n}(b{n})\n" for n in range(300))
    searched = []
    find_all = re.finditer
    monkeypatch.setattr(re, "finditer", lambda *args: searched.append(args) or find_all(*args))
    names = LinkedNames(CodeDocument(text, "python").tree)

    assert names.is_linked(Origin(frozenset({"b299"})), text.rindex("(b"), len(text))
    assert searched == []
