"""A judgement goes by the structure of a text: no number of arguments or characters ends it."""

import re

import pytest
from linting import find, find_one, fixed, kind

from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.requests.linked_names import LinkedNames, Origin
from agentsflare_kimi.lint.rules import carried, reached
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


GATEWAY = "https://api.agentsflare.com/v1"
PASTED = f"{GATEWAY}/chat/completions"
KEY = "sk-q8Zr3vTn7wLm2xKd9sPb"
OTHERS = "    Retries = (one_more + one_more),\n" * 40
WORDS = " " + "and_so_on " * 300


@pytest.mark.parametrize(
    ("before", "is_fixed"),
    [
        ("new OpenAIClientOptions\n{\n" + OTHERS, True),
        ("new OpenAIClientOptions();\nvar other = new Options\n{\n", False),
    ],
)
def test_a_net_endpoint_is_a_base_url_in_its_own_initializer(before, is_fixed):
    text = f'{before}    Endpoint = new Uri("{PASTED}"),\n}};'

    assert bool(find("AFK201", text, "a.cs")) == is_fixed


@pytest.mark.parametrize(
    ("use", "is_found"),
    [
        # The name is the whole URL of a request, whatever stands before it in the call.
        (f"client.post({', '.join(['one_more'] * 99)}, url)", False),
        (f"note({', '.join(['one_more'] * 99)}); OpenAI(base_url=url)", True),
    ],
)
def test_what_a_url_is_used_for_is_in_its_call(use, is_found):
    assert bool(find("AFK201", f'url = "{PASTED}"\n{use}\n', "a.py")) == is_found


@pytest.mark.parametrize(
    ("text", "filename", "is_found"),
    [
        (f"curl {GATEWAY} \\\n" + f"  -H 'X: {WORDS}' \\\n" * 2, "a.sh", True),
        (f"curl {GATEWAY}\ncurl https://api.openai.com ", "a.sh", False),
        (f"curl {GATEWAY}; curl https://api.openai.com ", "a.sh", False),
    ],
)
def test_a_key_is_sent_where_its_own_command_goes(text, filename, is_found):
    text += '  -H "Authorization: Bearer $OPENAI_API_KEY"\n'

    assert bool(find("AFK205", text, filename)) == is_found


@pytest.mark.parametrize(
    ("text", "filename", "replaced"),
    [
        (f'key = os.getenv("K") or{" " * 60}"@"', "a.py", 'key = os.getenv("K")'),
        (f"KEY=${{{'A_LONG_NAME_' * 9}KEY:-@}}", "a.sh", f"KEY=${{{'A_LONG_NAME_' * 9}KEY}}"),
        # The `or` belongs to the line before.
        ('x = a or\\\n  b\nkey = "@"', "a.py", None),
    ],
)
def test_the_default_of_a_look_up_goes_however_long_the_look_up(text, filename, replaced):
    text = f"# {GATEWAY}\n" + text.replace("@", KEY) + "\n"
    after = fixed(text, filename, unsafe=True)

    assert after == (text if replaced is None else f"# {GATEWAY}\n{replaced}\n")


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        (f'api_key = pick({WORDS.strip().replace(" ", ", ")}, "@")', False),
        (f'api_key = {"first_of_all or " * 9}"@"', True),
        (f'authorization = "{"." * 60} Bearer{" " * 60}@"', True),
        ('key = 1; digest = "@"', False),
    ],
)
def test_a_key_is_what_its_own_name_says(line, is_found):
    text = f"# {GATEWAY}\n{line}\n".replace("@", "q8Zr3vTn7wLm2xKd9sPbA4cV")

    assert bool(find("AFK203", text, "a.py")) == is_found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (f'{LONG} = {{}}\n{LONG}["model"] = @\n{LONG}["temperature"] = 0.3\n', True),
        ('a = {}\nb = {}\na["model"] = @\nb["temperature"] = 0.3\n', False),
        ('M = @\nlog("' + "\\n" * 300 + '")\nask(model=M, messages=m, temperature=0.3)\n', True),
    ],
)
def test_a_parameter_belongs_to_what_it_is_set_on(text, is_found):
    assert bool(find("AFK101", text.replace("@", '"kimi-k2.6"'), "a.py")) == is_found


@pytest.mark.parametrize("many", [250, 1000])
@pytest.mark.parametrize(
    "text",
    [
        lambda n: "ask(model=M, messages=m, " + "temperature=0.3, " * n + ")",
        lambda n: "x = {" + '"temperature": 0.3, ' * n + "}",
        lambda n: 'p["model"] = M\n' + 'p["temperature"] = 0.3\n' * n,
    ],
)
def test_many_parameters_take_steps_for_each_and_no_more(text, many, monkeypatch):
    looked_at = 0
    of_entries, of_statements = reached.is_model_key, carried.is_model_key

    def count(of, key):
        nonlocal looked_at
        looked_at += 1
        return of(key)

    monkeypatch.setattr(reached, "is_model_key", lambda key: count(of_entries, key))
    monkeypatch.setattr(carried, "is_model_key", lambda key: count(of_statements, key))
    find("AFK101", f'M = os.getenv("M", "kimi-k2.6")\n{text(many)}\n', "a.py")

    assert looked_at <= 5 * many
