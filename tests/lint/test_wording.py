"""What findings say: a line each, in the words of the file's own language."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.lint import LintConfig, lint_text
from agentsflare_kimi.lint.rules import RULES
from agentsflare_kimi.lint.rules.wording import MOST, clipped, in_one_line
from agentsflare_kimi.models.catalog import list_models

ROOT = Path(__file__).parents[2]
LEGACY = sorted(path for path in (ROOT / "examples" / "legacy").rglob("*") if path.is_file())
EVERYWHERE = LintConfig(select=("ALL",))
TO_K3 = LintConfig(select=("ALL",), migrate_to="kimi-k3")
# Places that are said differently: a request in part, a setting, a catalogue, a comparison.
FORMS = {
    "ask.py": (
        'client.chat.completions.create(model="{}", messages=m, temperature=0.3, n=2)\n'
        'MODEL = os.getenv("MODEL", "{}")\nif model == "{}":\n    pass\nprices = {{"{}": 1}}\n'
    ),
    "ask.ts": 'const a = await client.chat.completions.create({{ model: "{}", messages }});\n',
    "Ask.java": 'var p = ChatCompletionCreateParams.builder().model("{}").build();\n',
    "ask.kt": 'val p = ChatCompletionCreateParams.builder().model("{}").build()\n',
    "ask.go": 'p := openai.ChatCompletionNewParams{{Model: "{}", Messages: m}}\n',
    "Ask.cs": 'var c = new ChatClient(model: "{}", key);\n',
    "ask.php": "<?php $client->chat()->create(['model' => '{}', 'messages' => $m]);\n",
    "ask.rb": 'client.chat(parameters: {{ model: "{}", messages: m }})\n',
    "ask.rs": 'let r = json!({{"model": "{}", "messages": m}});\n',
    "a.json": '{{"model": "{}", "messages": [], "temperature": 0.3}}\n',
    "a.yaml": "model: {}\nother:\n  model: azure/{}\n",
    "a.toml": 'model = "{}"\n',
    ".env": "KIMI_MODEL={}\n",
}


def said(text, filename, config=EVERYWHERE):
    return [finding.message for finding in lint_text(text, filename, config)]


@pytest.mark.parametrize("config", [EVERYWHERE, TO_K3], ids=["plain", "to-k3"])
@pytest.mark.parametrize("filename", FORMS)
def test_every_model_in_every_form_is_told_in_one_line(filename, config):
    for model in [*(model.id for model in list_models()), "kimi-k2.6x", "kimi-k2-turbo"]:
        for message in said(FORMS[filename].replace("{}", model).format(), filename, config):
            assert len(message) <= MOST, message
            assert "\n" not in message
            assert not message.endswith("…"), message


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_samples_are_told_in_one_line(rule):
    for message in said(rule.bad.text, rule.bad.filename, TO_K3):
        assert len(message) <= MOST
        assert not message.endswith("…")


@pytest.mark.parametrize("path", LEGACY, ids=lambda path: path.name)
def test_real_programs_are_told_in_one_line(path):
    for message in said(path.read_text("utf-8", "replace"), path.name):
        assert len(message) <= MOST


def is_json(word):
    try:
        return isinstance(json.loads(word), dict)
    except ValueError:
        return False


@pytest.mark.parametrize("config", [EVERYWHERE, TO_K3], ids=["plain", "to-k3"])
def test_in_python_nothing_is_said_in_json(config):
    for model in list_models():
        for finding in lint_text(
            FORMS["ask.py"].replace("{}", model.id).format(), "ask.py", config
        ):
            words = finding.message + (finding.fix.description if finding.fix else "")
            assert not re.search(r'(?<!extra_body=\{)"thinking": ', words), words
            assert not any(map(is_json, re.findall(r"`(.*?)`", words))), words


@pytest.mark.parametrize(
    ("filename", "form"),
    [
        ("ask.py", 'extra_body={"thinking": …}'),
        ("ask.ts", "thinking: {…}"),
        ("Ask.java", "putAdditionalBodyProperty"),
        ("ask.kt", "putAdditionalBodyProperty"),
        ("ask.go", "option.WithJSONSet"),
        ("ask.php", "'thinking' => […]"),
        ("ask.rb", "thinking: {…}"),
        ("a.json", '"thinking": {…}'),
    ],
)
def test_each_language_has_its_own_words_for_it(filename, form):
    text = FORMS[filename].replace("{}", "kimi-k2-0905-preview").format()

    assert f"with thinking off (`{form}`)" in said(text, filename)[0]


@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=4))
def test_a_line_is_never_longer_whatever_is_said(head, tails):
    line = in_one_line(head, *tails)

    assert len(line) <= MOST
    assert line.startswith(head[: MOST - 1])


@given(st.text(max_size=300))
def test_a_name_is_shortened_in_the_middle(name):
    short = clipped(name)

    assert len(short) <= len(name)
    assert len(short) <= 48
    assert (short == name) == (len(name) <= 48)
