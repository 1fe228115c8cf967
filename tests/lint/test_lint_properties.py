"""Whatever a text holds: no crash, no change outside of fixes, nothing left for a second run."""

import ast
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsflare_kimi.lint import LintConfig, fix_text, lint_text
from agentsflare_kimi.lint.edits.applying import apply_edits

EVERYTHING = LintConfig(select=("AFK",))
FILENAMES = [
    "a.py", "a.js", "a.tsx", "a.ts", "a.vue", "A.java", "a.kt", "a.go", "a.cs", "a.rb", "a.php",
    "a.rs", "a.sh", "a.json", "a.yaml", "a.toml", "a.ini", ".env", "Dockerfile", "Makefile",
    "a.tf", "a.md", "a.ipynb", "a.c", "a.lua", "a.ps1", "a.html", "a.csv", "mystery",
]  # fmt: skip
NAMES = [
    "kimi-k2-thinking", "kimi-k2-turbo-preview", "moonshot-v1-8k-vision-preview", "kimi-chat",
    "kimi-k2.6", "kimi-k26", "kimi-k2.5", "moonshotai/kimi-k2-thinking",
    "http://api.agentsflare.com/v1", "https://api.agentsflare.com/v1/chat/completions",
    "sk-q8Zr3vTn7wLm2xKd9sPb",
]  # fmt: skip
SCRAPS = [
    *NAMES, *'"\'`(){}[]<>,:;=#/\\\n\r\t $%*', '"""', "'''", "${", "#{", "$(", "<<EOF\n", "EOF\n",
    "//", "/*", "*/", "f'", 'f"{', "%w[", "=>", "model", "model=", '"model": ', "temperature=0.7",
    "messages=[]", '"messages": []', "client.chat.completions.create(", "OpenAI(base_url=",
    "api_key=", "curl -d ", "```python\n", "```\n", "<script>", "<?php ", "<a>", "</a>", "\ufeff",
    "\ud800", "🙂", "if model == ", "case ", "extra_body={", "**options", 'model = "', "MODEL = '",
    "model=MODEL", "model=model", "{ model, n: 2 }", "top_p: 0.5", ".temperature(0.2)", "\n- ",
    '"OPENAI_API_KEY"', "key = ", "api_key=key", "https://api.agentsflare.com/v1", "price: 2",
]  # fmt: skip
texts = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=5), max_size=40).map("".join)


@given(texts, st.sampled_from(FILENAMES))
@settings(max_examples=150, deadline=None)
def test_no_text_is_too_odd(text, filename):
    for finding in lint_text(text, filename, EVERYTHING):
        assert 1 <= finding.line <= finding.end_line
        assert finding.column >= 1
        assert finding.message
        if finding.fix:
            assert_within(finding.fix.edits, text)


def assert_within(edits, text):
    places = [place for edit in edits for place in (edit.start, edit.end)]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= len(text)


@given(texts, st.sampled_from(FILENAMES), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_second_run_finds_nothing_to_fix(text, filename, unsafe):
    once = fix_text(text, filename, unsafe=unsafe)
    twice = fix_text(once.text, filename, unsafe=unsafe)

    assert twice.text == once.text


@given(texts, st.sampled_from(FILENAMES))
@settings(max_examples=100, deadline=None)
def test_without_a_fix_nothing_changes(text, filename):
    result = fix_text(text, filename)

    assert result.fixed or result.text == text


# Valid files with holes for names: `@` is a place whose value asks for a model.
TEMPLATES = {
    "a.py": (
        '"""Doc."""\nmodel = "@"\nr = client.chat.completions.create(\n    model="@",\n'
        "    messages=[{'role': 'user', 'content': f\"{q}\"}],\n    temperature=0.6,  # warm\n)\n"
        "x = client.chat.completions.create(messages=m, model='@', n=2)\n"
        'y = {"@": 1, "z": ["@", "@"]}\nif model in ("@", "@"): pass\n'
    ),
    "a.json": '{"model": "@", "messages": [], "top_p": 0.9, "n": 1, "list": ["@", {"id": "@"}]}',
    "b.json": '[{"a": {"messages": [], "temperature": 0.6, "model": "@"}}, {"default_model": "@"}]',
    "a.ipynb": (
        '{"cells": [{"cell_type": "code", "source": ["client.chat.completions.create(\\n", '
        '"  model=\\"@\\",\\n", "  temperature=0.6,\\n", "  messages=m)"], "outputs": ["@"]}]}'
    ),
}
names = st.lists(st.sampled_from(NAMES[:8]), min_size=12, max_size=12)


def filled(template, chosen):
    first, *rest = template.split("@")
    return first + "".join(map("".join, zip(chosen, rest, strict=False)))


@pytest.mark.parametrize("filename", TEMPLATES)
@given(chosen=names, unsafe=st.booleans())
@settings(max_examples=40, deadline=None)
def test_valid_files_stay_valid(filename, chosen, unsafe):
    text = filled(TEMPLATES[filename], chosen)
    after = fix_text(text, filename, unsafe=unsafe).text

    if filename.endswith(".py"):
        assert len(ast.parse(after).body) == len(ast.parse(text).body)
    else:
        json.loads(after)


@given(chosen=names)
@settings(max_examples=40, deadline=None)
def test_python_keeps_its_tree_apart_from_what_was_mended(chosen):
    text = filled(TEMPLATES["a.py"], chosen)
    after = fix_text(text, "a.py").text

    assert skeleton(after) == skeleton(text)


def skeleton(text):
    """The tree without strings and without the arguments that a migration may touch."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        if isinstance(node, ast.Call):
            touched = {"extra_body", "temperature", "n"}
            node.keywords = [k for k in node.keywords if k.arg not in touched]
    return ast.dump(tree)


@given(chosen=names, position=st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_bytes_outside_of_the_edits_stay(chosen, position):
    text = filled(TEMPLATES["a.py"], chosen)
    position = min(position, len(text))
    for finding in lint_text(text, "a.py"):
        edits = finding.fix.edits if finding.fix else ()
        after = apply_edits(text, edits)
        if edits and position <= edits[0].start:
            assert after[:position] == text[:position]
        if edits and position >= edits[-1].end:
            assert after.endswith(text[position:])


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", "(" * 5000 + 'model="kimi-k2-thinking"'),
        ("a.py", "f(" * 5000 + 'model="kimi-k2-thinking"' + ")" * 5000),
        ("a.json", '{"model":' * 20_000 + '"kimi-k2-thinking"' + "}" * 20_000),
        ("a.js", "`${" * 20_000 + "kimi-k2-thinking"),
        ("a.tsx", "<a>" * 20_000 + "kimi-k2-thinking"),
        ("a.rb", "%w(" * 5000 + "kimi-k2-thinking"),
        ("a.sh", "<<A " * 5000 + "\nkimi-k2-thinking"),
        ("a.rs", "/*" * 20_000 + "kimi-k2-thinking"),
        ("a.py", "kimi-" * 100_000),
        ("a.md", "```\n" * 20_000 + "kimi-k2-thinking"),
        ("a.js", "(/[" * 20_000 + "'kimi-k2-thinking'"),
        ("a.yaml", "- " * 20_000 + "kimi-k2-thinking"),
        ("a.html", "<script>" * 20_000 + "kimi-k2-thinking"),
    ],
    ids=lambda value: value[:8] if len(value) > 20 else value,
)
def test_what_is_deep_or_endless_is_read_all_the_same(filename, text):
    lint_text(text, filename, EVERYTHING)
