"""A fix that is safe where it stands is not where the rest of the file speaks against it."""

import pytest
from linting import find, fixed, kind

from agentsflare_kimi.lint import fix_text

OLD = "kimi-k2-thinking"

SET_ELSEWHERE = [
    (
        "a.py",
        (
            'payload = {"model": "kimi-k2-turbo-preview", "messages": []}\nchange(payload)\n'
            'payload["temperature"] = 0.3\nrequests.post(url, json=payload)'
        ),
    ),
    (
        "a.js",
        (
            'const body = {model: "kimi-k2-turbo-preview", messages: []};\nchange(body);\n'
            "body.temperature = 0.3;\nfetch(url, {body: JSON.stringify(body)});"
        ),
    ),
    (
        "a.py",
        (
            'MODEL = "kimi-k2-thinking"\nr = client.chat.completions.create(\n'
            '    model=MODEL, messages=ms, tool_choice="required", **options)'
        ),
    ),
    ("a.py", 'MODEL = "kimi-k2-thinking"\nsettings = dict(model=MODEL, n=3)'),
    ("a.py", 'MODEL = "kimi-k2-thinking"\nbody["n"] = 3'),
    ("a.py", 'class S:\n    model: str = "kimi-k2-thinking"\n    temperature: float = 0.3'),
    ("a.py", 'model = "kimi-k2-thinking"\nparser.add_argument("--temperature", type=float)'),
    ("a.toml", '[llm]\nmodel = "kimi-k2-thinking"\ntemperature = 0.3'),
    ("a.toml", '[llm]\nmodel = "kimi-k2-thinking"\nn = 3'),
    ("a.properties", "x.options.model=kimi-k2-thinking\nx.options.temperature=0.7"),
    (".env", "KIMI_MODEL=kimi-k2-thinking\nKIMI_TEMPERATURE=0.3"),
    ("a.yaml", "KIMI_MODEL: kimi-k2-thinking\nKIMI_TEMPERATURE: 0.3"),
    (
        "a.yaml",
        "- name: KIMI_MODEL\n  value: kimi-k2-thinking\n- name: KIMI_TEMPERATURE\n  value: '0.3'",
    ),
    ("a.yaml", "llm:\n  model: kimi-k2-thinking\n  options:\n    temperature: 0.3"),
    ("a.yaml", "llm:\n  model: kimi-k2-thinking\n  model_kwargs: {top_p: 0.9}"),
    ("a.yaml", "run: x --model kimi-k2-thinking --temperature 0.3"),
    ("a.sh", "llm --model kimi-k2-thinking --top-p 0.3"),
    ("Dockerfile", 'CMD ["llm", "--model", "kimi-k2-thinking", "--temperature", "0.3"]'),
    ("Dockerfile", "ENV MODEL=kimi-k2-thinking TEMPERATURE=0.3"),
    ("a.go", 'req.Model = "kimi-k2-thinking"\nreq.Temperature = 0.3'),
    ("a.go", 'req := Request{Model: "kimi-k2-thinking"}\nreq.TopP = 0.3'),
    ("A.java", 'o.setModel("kimi-k2-thinking");\no.setTemperature(0.3);'),
    ("a.ts", 'const model = "kimi-k2-thinking";\nask({ model, temperature, messages });'),
]

NOT_SET = [
    ("a.py", 'ask(model="kimi-k2-thinking", messages=m)\n# temperature = 0.3'),
    ("a.py", 'ask(model="kimi-k2-thinking", messages=m)\nprint("temperature: high")'),
    ("a.py", 'ask(model="kimi-k2-thinking", messages=m)\nif temperature == 3: pass'),
    ("a.py", 'ask(model="kimi-k2-thinking", messages=m)\nget_temperature(city)'),
    (
        "a.py",
        'ask(model="kimi-k2-thinking", messages=m)\nask(tool_choice="auto", temperature=None)',
    ),
    ("a.py", 'ask(model="kimi-k2-thinking", messages=m)\nlen = n'),
    ("a.yaml", "moonshot:\n  model: kimi-k2-thinking\n# temperature: 0.3"),
    (
        "a.py",
        (
            'client.chat.completions.create(model="kimi-k2-turbo-preview", messages=ms, '
            'temperature=0.6)\nask(model="kimi-k2-thinking", messages=m)'
        ),
    ),
    (
        "a.py",
        (
            'client.chat.completions.create(model="kimi-k2-thinking", messages=ms)\n'
            'PRICES = {"kimi-k2.5": 1}\nother(temperature=0.3)'
        ),
    ),
]

USED_ELSEWHERE = [
    ("a.py", 'PRICES = {"kimi-k2-thinking": 0.6}\ndef ask(model="kimi-k2-thinking"): ...', 1),
    ("a.py", 'def f(model="kimi-k2-thinking"):\n    if model == "kimi-k2-thinking": pass', 2),
    ("a.py", 'model: Literal["kimi-k2-thinking", "b"] = "kimi-k2-thinking"', 1),
    ("a.yaml", "model:\n  default: kimi-k2-thinking\n  options:\n    - kimi-k2-thinking", 4),
    ("a.json", '{"model": {"default": "kimi-k2-thinking", "enum": ["kimi-k2-thinking"]}}', 1),
    ("a.ts", 'const model: "kimi-k2-thinking" | "b" = "kimi-k2-thinking";', 1),
]


@pytest.mark.parametrize(("filename", "text"), SET_ELSEWHERE)
def test_a_parameter_that_the_file_sets_makes_it_unsafe(filename, text):
    found = [f for f in find("AFK001", text, filename) if f.severity == "error"]

    assert [kind(finding) for finding in found] == ["unsafe"]
    assert "kimi-k2.6 accepts only its own value for" in found[0].fix.reason
    assert fixed(text, filename) == text


@pytest.mark.parametrize(("filename", "text"), NOT_SET)
def test_what_sets_nothing_for_this_request_leaves_it_safe(filename, text):
    found = [f for f in find("AFK001", text, filename) if f.severity == "error"]

    assert {kind(finding) for finding in found} == {"safe"}


@pytest.mark.parametrize(("filename", "text", "line"), USED_ELSEWHERE)
def test_a_name_that_the_file_uses_otherwise_makes_it_unsafe(filename, text, line):
    found = [f for f in find("AFK001", text, filename) if f.severity == "error"]

    assert [kind(finding) for finding in found] == ["unsafe"]
    assert f"the old name is also used at line {line}" in found[0].fix.reason
    assert fixed(text, filename) == text


def test_a_name_in_quotes_of_its_own_in_a_text_is_used_there():
    rest = f"""show("asked as '{OLD}'")\n"""
    text = f'client.chat.completions.create(model="{OLD}", messages=m)\n{rest}'

    assert "also used at line 2" in find("AFK001", text, "a.py")[0].fix.reason


def test_a_name_that_nothing_else_uses_is_not_its_own_reason():
    (finding,) = find("AFK001", f'probe(client, "{OLD}")\n', "a.py")

    assert "also used" not in finding.fix.reason


def test_another_hosts_name_or_prose_does_not_count():
    request = f'ask(model="{OLD}", messages=m)'
    text = f'{request}\nB = ["moonshotai/{OLD}"]\nprint("now with {OLD}!")  # {OLD}'

    assert fixed(text, "a.py") == text.replace(OLD, "kimi-k2.6", 1)


def test_the_cells_of_a_notebook_are_one_program():
    cells = ('model = \\"kimi-k2-thinking\\"', "ask(model=model, temperature=0.3)")
    listed = ", ".join(f'{{"cell_type": "code", "source": ["{cell}"]}}' for cell in cells)
    text = f'{{"cells": [{listed}]}}'

    assert [kind(f) for f in find("AFK001", text, "a.ipynb")] == ["unsafe"]


def test_a_second_run_changes_nothing():
    for filename, text in SET_ELSEWHERE + NOT_SET:
        once = fix_text(text, filename).text
        assert fix_text(once, filename).text == once
