"""Forms in which programs and settings write a model's name, in every language.

`forms.json` holds them: what a name is there for, the file's name, and the text. `request`: it
decides which model is asked, an error. `value`: it is looked for, compared, described or taken
down, a warning that no safe fix touches. `any`: whether it is reported is open, but not that
no safe fix touches it.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from linting import find, fixed

FORMS: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
for _expected, _filename, _text in json.loads((Path(__file__).parent / "forms.json").read_text()):
    FORMS[Path(_filename).suffix or _filename].append((_expected, _filename, _text))


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_each_form_is_taken_for_what_it_is(kind):
    wrong = [
        (expected, filename, text)
        for expected, filename, text in FORMS[kind]
        if not is_right(expected, find("AFK001", text, filename))
    ]
    assert wrong == []


def is_right(expected, findings):
    if expected == "request":
        return any(finding.severity == "error" for finding in findings)
    is_left = not any(finding.fix and finding.fix.is_safe for finding in findings)
    if expected == "any":
        return is_left
    return is_left and bool(findings) and {f.severity for f in findings} <= {"warning", "info"}


def test_most_forms_are_requests_and_values():
    expected = [form[0] for forms in FORMS.values() for form in forms]
    assert min(expected.count("request"), expected.count("value")) > 200


@pytest.mark.parametrize("prefix", ["moonshot/", "moonshot:", "moonshotai:", "kimi:", "openai/"])
@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("a.py", 'agent = Agent("{}")\n'),
        ("a.ts", 'await generateText({{ model: "{}", prompt }});\n'),
        ("A.java", 'var m = builder().model("{}").build();\n'),
        ("a.ex", 'ReqLLM.generate_text("{}", "hi")\n'),
        ("a.erl", 'Model = <<"{}">>,\n'),
        ("a.rs", 'let model = "{}";\n'),
        ("a.el", "(setq gptel-model '{})\n"),
        ("a.sh", "aider --model {}\n"),
        ("a.yaml", "llm:\n  model: {}\n"),
        ("a.json", '{{"model": "{}"}}\n'),
        ("a.vue", "<template><Chat model='{}' /></template>\n"),
        ("a.md", "```yaml\nmodel: {}\n```\n"),
        ("a.mystery", "model := '{}'\n"),
    ],
)
def test_a_prefix_of_our_hosts_is_kept_in_every_language(prefix, filename, text):
    (finding,) = find("AFK001", text.format(f"{prefix}kimi-k2-thinking"), filename)

    assert finding.severity == "error"
    assert finding.fix is not None
    assert fixed(text.format(f"{prefix}kimi-k2-thinking"), filename, unsafe=True) == text.format(
        f"{prefix}kimi-k2.6"
    )
