"""Corners of reading that the rules' own tests do not reach."""

import re
from pathlib import Path

import pytest
from linting import find, find_one, fixed, kind

import agentsflare_kimi
from agentsflare_kimi.lint import Edit, Finding, Fix
from agentsflare_kimi.lint.edits.applying import apply_fixes

OLD = "kimi-k2-thinking"


def severity(text, filename):
    findings = find("AFK001", text, filename)
    return findings[0].severity if findings else None


@pytest.mark.parametrize(
    ("filename", "text", "expected"),
    [
        ("a.php", "<?php\n$model = 'kimi-k2-thinking' . $suffix;", None),
        ("a.php", "<?php\n$model = $config['model'] ?? 'kimi-k2-thinking';", "error"),
        ("a.js", 'const model = ready ? "kimi-k2-thinking" : other;', "error"),
        ("a.js", 'const model = ready ? other : "kimi-k2-thinking";', "error"),
        ("a.js", 'const { model = "kimi-k2-thinking" } = options;', "error"),
        ("a.js", 'const label = ready ? "kimi-k2-thinking" : other;', "warning"),
        ("a.ts", 'interface Options { model?: "kimi-k2-thinking" | "other" }', "warning"),
        ("a.ts", 'const schema = { model: z.string().default("kimi-k2-thinking") };', "error"),
        ("a.py", 'model = cast(str, "kimi-k2-thinking")', "warning"),
        ("a.py", 'x = get_model("kimi-k2-thinking")', "warning"),
        ("a.py", 'return "kimi-k2-thinking"', "warning"),
        ("a.py", 'model = "kimi-k2-thinking" if deep else "other"', "error"),
        ("a.py", 'names = {"kimi-k2-thinking"}', "warning"),
        ("a.py", '@option("--model", default="kimi-k2-thinking")', "error"),
        ("a.py", '@option("--name", default="kimi-k2-thinking")', "warning"),
        ("a.rb", 'model = "kimi-k2-thinking" if deep', "error"),
        ("a.rb", "NAMES = %w[kimi-k2-thinking other]", "warning"),
        ("a.rb", "NAMES = %w[a-kimi-k2-thinking kimi-k2-thinking-x]", None),
        ("a.rb", "TEXT = %q[kimi-k2-thinking is gone]", None),
        ("a.kt", 'when (model) { "kimi-k2-thinking" -> 1 }', "warning"),
        ("a.sh", "MODEL=${1:-kimi-k2-thinking}", "error"),
        ("a.sh", "for m in kimi-k2-thinking other; do echo; done", "warning"),
        ("a.sh", "echo kimi-k2-thinking-maas", None),
        ("a.sh", "cat <<EOF\nuses kimi-k2-thinking here\nEOF\n", None),
        ("a.yaml", "run: llm --model kimi-k2-thinking --stream", "error"),
        ("a.yaml", 'args: ["--model", "kimi-k2-thinking"]', "error"),
        ("a.yaml", "model: &old kimi-k2-thinking", "error"),
        ("a.yaml", "llm:\n  model:\n    name: kimi-k2-thinking", "error"),
        ("a.yaml", "text: |\n  now with kimi-k2-thinking inside", None),
        ("a.yaml", "value: '{{ default \"kimi-k2-thinking\" .Values.model }}'", "error"),
        ("a.ini", "; model = kimi-k2-thinking", None),
        ("a.toml", 'models = ["kimi-k2-thinking"]', "warning"),
        ("a.toml", '"kimi-k2-thinking" = 1', "warning"),
        ("a.tf", 'resource "x" "y" {\n  llm_model = "kimi-k2-thinking"\n}', "error"),
        ("a.tf", 'model = "${var.prefix}kimi-k2-thinking"', None),
        ("script", '#!/usr/bin/env python3\nmodel = "kimi-k2-thinking"', "error"),
        ("script", "#!/bin/sh\nMODEL=kimi-k2-thinking", "error"),
        ("a.svelte", '<script>\nlet model = "kimi-k2-thinking";\n</script>', "error"),
        ("a.lua", 'local model = "kimi-k2-thinking" -- remark', "error"),
        ("a.ps1", '$Model = "kimi-k2-thinking"', "error"),
        ("a.swift", 'let model = "kimi-k2-thinking"', "error"),
        ("a.dart", "final model = 'kimi-k2-thinking';", "error"),
        ("a.c", 'char *model = "kimi-k2-thinking" "-turbo";', None),
    ],
)
def test_a_place_is_judged_by_what_stands_around_it(filename, text, expected):
    assert severity(text, filename) == expected


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.sh", "llm --model~kimi-k2-thinking"),
        ("a.sh", "export~LLM_MODEL=kimi-k2-thinking"),
        ("a.yaml", "run: llm --model~kimi-k2-thinking"),
        ("a.ini", "model~=~kimi-k2-thinking"),
        ("a.py", 'x = "llm --model~kimi-k2-thinking"'),
        ("a.py", "sql = \"select * from t where~model~=~'kimi-k2-thinking'\""),
        ("a.html", "<p>{{ model~||~'kimi-k2-thinking' }}</p>"),
        ("a.py", 'OpenAI(base_url~=~"https://llm.example.com/v1")\nmodel = "kimi-k2-thinking"'),
        ("mystery", "model:~kimi-k2-thinking"),
    ],
)
def test_no_distance_changes_a_verdict(filename, text):
    near, far = (text.replace("~", " " * distance) for distance in (1, 1500))
    assert verdicts(near, filename) == verdicts(far, filename)


def verdicts(text, filename):
    return [(f.severity, kind(f)) for f in find("AFK001", text, filename)]


@pytest.mark.parametrize(
    "text",
    [
        "llm: {provider: kimi, options: {model: kimi-k2-thinking}}",
        "llm: {\n  # remark, with [brackets\n  model: kimi-k2-thinking,\n}",
        "title: [draft\nmodel: kimi-k2-thinking",
        "title: '[draft] of one'\nmodel: kimi-k2-thinking",
    ],
)
def test_a_key_in_yaml_is_one_wherever_brackets_open(text):
    assert severity(text, "a.yaml") == "error"


def test_a_parameter_after_a_semicolon_is_beside_the_model():
    text = '$body = @{ model = "kimi-k2-turbo-preview"; temperature = 0.3 }'

    assert "for temperature" in find_one("AFK001", text, "a.ps1").fix.reason


@pytest.mark.parametrize(
    "use", ["requests.post(URL, json=body)", "httpx.post(URL, content=json.dumps(body))"]
)
def test_a_dict_that_is_sent_as_json_is_a_whole_request(use):
    url = 'URL = "https://api.agentsflare.com/v1/chat/completions"\n'
    text = f'{url}body = {{"model": "kimi-k2-turbo-preview", "messages": m}}\n{use}\n'

    assert kind(find_one("AFK001", text, "a.py")) == "safe"
    assert '"thinking": {"type": "disabled"}' in fixed(text, "a.py")


def test_a_dict_of_unknown_use_is_only_renamed():
    text = 'body = {"model": "kimi-k2-turbo-preview", "messages": m}\nsend(body)\n'

    assert kind(find_one("AFK001", text, "a.py")) == "unsafe"


def test_escapes_in_a_notebook_are_read():
    text = (
        '{"cells": [{"cell_type": "code", "source": "name = \\"\\u00fc\\"\\n'
        'model = \\"kimi-k2-thinking\\""}]}'
    )

    assert fixed(text, "a.ipynb", unsafe=True) == text.replace(OLD, "kimi-k2.6")


def test_a_shell_cell_of_a_notebook_is_read_as_one():
    text = '{"cells": [{"cell_type": "code", "source": ["%%bash\\n", "MODEL=kimi-k2-thinking"]}]}'

    assert severity(text, "a.ipynb") == "error"


def test_a_fix_that_would_break_the_text_is_not_made():
    def lint(text):
        return [finding(text, Edit(start=0, end=1, replacement="("))] if text == "x = 1" else []

    result = apply_fixes("x = 1", lint, "python", unsafe=False)

    assert result.text == "x = 1"
    assert result.fixed == ()
    assert len(result.remaining) == 1


def test_a_safe_fix_that_would_change_more_than_requests_is_not_made():
    def lint(text):
        return [finding(text, Edit(start=4, end=5, replacement="2"))] if text == "x = 1" else []

    assert apply_fixes("x = 1", lint, "python", unsafe=False).text == "x = 1"


def finding(text, edit):
    return Finding(
        code="AFK001",
        message="",
        filename="a.py",
        line=1,
        column=1,
        end_line=1,
        end_column=2,
        severity="error",
        fix=Fix(edits=(edit,), is_safe=True),
    )


def test_no_group_is_possessive():
    # Before Python 3.11.5 such a group keeps what its failed last round had taken:
    # https://github.com/python/cpython/issues/106052
    package = Path(agentsflare_kimi.__file__).parent / "lint"
    found = [
        (path.name, match[0])
        for path in package.rglob("*.py")
        for match in re.finditer(r"\)[*+?]\+(?!`)", path.read_text("utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.md", "```\n" + "A=1 " * 2_000 + f"\n{OLD}\n```\n"),
        ("a.md", "```\n" + "a: b\n" * 2_000 + f"(\n{OLD}\n```\n"),
        ("a.py", 'y = "' + "1" * 20_000 + f' {OLD}"\n'),
        ("a.c", "\n" * 20_000 + f'model = "{OLD}";\n'),
        ("a.bat", "\n" * 20_000 + f"set MODEL={OLD}\n"),
        ("a.http", "\n" * 20_000 + f'\n{{"model": "{OLD}"}}\n'),
        ("a.cs", "$" * 20_000 + f'\nmodel = "{OLD}";\n'),
        ("a.py", "model: " * 5_000 + f'\nmodel = "{OLD}"\n'),
        ("a.yaml", f'x = "{OLD} ' + " " * 20_000 + '"\n'),
        ("a.env", f'MODEL="{OLD}"\n' * 500),
        ("a.swift", f'model="{OLD}",\n' * 500),
    ],
)
def test_a_text_that_misleads_patterns_is_read_to_its_end(filename, text):
    # Were a step quadratic or worse, these would take minutes.
    assert find("AFK001", text, filename, prose=True)
