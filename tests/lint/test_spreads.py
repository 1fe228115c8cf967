"""What is spread into a request, merged with it, or set on it under a condition, is part of it."""

# ruff: noqa: E501  # programs are shown as they are written
import shutil
import subprocess

import pytest
from linting import find, fixed

from agentsflare_kimi.lint.requests.spreads import branches, is_merge
from agentsflare_kimi.lint.sources.code import CodeDocument

OLD, NEW = "kimi-k2-turbo-preview", "kimi-k2.6"
CREATE = "c.chat.completions.create"
OFF = 'extra_body={"thinking": {"type": "disabled"}}'
JS_OFF = 'thinking: { type: "disabled" }'
SPREAD = [
    ("a.py", f'{CREATE}(model="@", messages=m, **({{"temperature": 0.3}} if hot else {{}}))',
     f'{CREATE}(model="@", {OFF}, messages=m)'),
    ("a.py", f'{CREATE}(model="@", messages=m, **({{"top_p": 0.3, "stop": s}} if hot else {{}}))',
     f'{CREATE}(model="@", {OFF}, messages=m, **({{"stop": s}} if hot else {{}}))'),
    ("a.py", f'b = {{"temperature": 0.3}}\nr = dict(b, model="@", messages=m)\n{CREATE}(**r)',
     f'b = {{}}\nr = dict(b, model="@", {OFF}, messages=m)\n{CREATE}(**r)'),
    ("a.js", f'{CREATE}({{ model: "@", messages, ...(hot ? {{ temperature: 0.3 }} : {{}}) }})',
     f'{CREATE}({{ model: "@", {JS_OFF}, messages }})'),
    ("a.js", f'{CREATE}({{ model: "@", messages, ...(hot && {{ n: 2 }}) }})',
     f'{CREATE}({{ model: "@", {JS_OFF}, messages }})'),
    ("a.js", f'const d = {{ temperature: 0.3 }};\nconst b = Object.assign({{}}, d, {{ model: "@", messages }});\n{CREATE}(b)',
     f'const d = {{}};\nconst b = Object.assign({{}}, d, {{ model: "@", {JS_OFF}, messages }});\n{CREATE}(b)'),
]  # fmt: skip
CONDITIONS = [
    ("if (hot) b.temperature = 0.3;\n", "if (hot) {}\n"),
    ("if (hot)\n  b.temperature = 0.3;\nelse\n  b.top_p = 0.3;\n", "if (hot)\n  {}\nelse\n  {}\n"),
    ("if (hot) {\n  b.temperature = 0.3;\n}\n", "if (hot) {\n}\n"),
    ("for (const x of y) b.n = 2\n", "for (const x of y) {}\n"),
    ("ready()\nb.temperature = 0.3\n", "ready()\n"),
]


@pytest.mark.parametrize(("filename", "before", "after"), SPREAD)
def test_what_is_spread_or_merged_is_changed_with_the_request(filename, before, after):
    assert fixed(before.replace("@", OLD), filename, unsafe=True) == after.replace("@", NEW)


@pytest.mark.parametrize(
    "text",
    [
        f'{CREATE}({{ model: "@", messages, ...pick() }})',
        f'{CREATE}({{ model: "@", messages, ...(hot ? more() : {{}}) }})',
        f'{CREATE}(Object.assign({{}}, more(), {{ model: "@", messages }}))',
        f'{CREATE}(merge(more, {{ model: "@", messages }}))',
    ],
)
def test_what_cannot_be_read_leaves_a_rename_alone_and_a_reason(text):
    (finding,) = find("AFK001", text.replace("@", OLD), "a.js")

    assert [edit.replacement for edit in finding.fix.edits] == [NEW]
    assert not finding.fix.is_safe


@pytest.mark.parametrize(("before", "after"), CONDITIONS)
@pytest.mark.parametrize("last", ["send(1);\n"])
def test_a_condition_never_takes_hold_of_the_next_statement(before, after, last, tmp_path):
    text = 'const b = { model: "@", messages };\nBODY' + f"{CREATE}(b);\n{last}"
    text = text.replace("@", OLD).replace("BODY", before)
    result = fixed(text, "a.js", unsafe=True)

    assert after + f"{CREATE}(b);\n" in result
    if node := shutil.which("node"):
        program = tmp_path / "a.js"
        program.write_text(result)
        subprocess.run([node, "--check", program], check=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ["a"]),
        ("(a | {'x': 1})", ["a", ""]),
        ("a if b else c", ["a", "c"]),
        ("(x ? a : {})", ["a", ""]),
        ("x ? a : y ? b : c", ["a", "b", "c"]),
        ("x ? y ? a : {} : b", ["a", "", "b"]),
        ("(x && a)", ["a"]),
        ("(a ?? {})", ["a", ""]),
        ("null", []),
        ("f(a)", None),
        ("a.b", None),
        ("", []),
    ],
)
def test_the_alternatives_of_a_spread(text, expected):
    found = branches(CodeDocument(text, "javascript").source, 0, len(text))

    assert (found and [branch.name for branch in found]) == expected or (found == [] == expected)


def test_merging_is_known_by_its_name():
    assert all(map(is_merge, ["Object.assign", "array_merge", "_.merge", "$.extend"]))
    assert not is_merge("client.create")
