"""Work grows with the text and no faster: in every reader, rule and reporter, counted in calls."""

from __future__ import annotations

import sys

import pytest

from agentsflare_kimi.lint import lint_text
from agentsflare_kimi.lint.reporters import FORMATS, Reported, render

OLD = "kimi-k2-thinking"
KEY = "sk-aB3dE6gH9jK2mN5pQ8sT1vW4"
FEW, TIMES = 20, 4
# Four times the text takes four times the calls, and a little for what is done once.
MOST = 1.1 * TIMES
ASK = f'c.chat.completions.create(model="{OLD}", messages=m, temperature=0.3, max_tokens=9)\n'
# What the readers and the rules look at; one piece of a text, repeated.
TEXTS = {
    "a.py": ASK,
    "class.py": f'class A:\n    model = "{OLD}"\n    def f(self, name="{OLD}"):\n        ...\n',
    "keys.py": f'c = OpenAI(api_key="{KEY}", base_url="http://api.agentsflare.com/v1/chat/completions")\n',
    "names.py": 'ask("moonshotai/Kimi-K2-Instruct", "kimi-k2-thinkin", tool_choice="required")\n',
    "a.ts": f'ask({{ model: "{OLD}", messages, thinking: {{ type: "disabled" }} }});\n',
    "a.go": f'client.New(ctx, openai.ChatCompletionNewParams{{Model: "{OLD}"}})\n',
    "a.sh": f"""curl -d '{{"model": "{OLD}", "messages": []}}' "$URL/chat/completions"\n""",
    "a.md": f"# Title\n\nUse `{OLD}` here.\n\n```python\n{ASK}```\n",
    "a.html": f'<select name="model"><option value="{OLD}">K2</option></select>\n',
    "a.yaml": f"- name: one\n  model: {OLD}\n  temperature: 0.3\n",
    "a.env": f"KIMI_MODEL={OLD}\nOPENAI_API_KEY={KEY}\n",
    "a.toml": f'[[models]]\nmodel = "{OLD}"\n',
    "marked.py": ASK.rstrip() + "  # agentsflare: ignore[AFK001]\n",
}
WHOLE = {
    "a.json": ("[", f'{{"model": "{OLD}", "messages": []}}', "]"),
    "a.ipynb": (
        '{"nbformat": 4, "cells": [',
        '{"cell_type": "code", "source": ["x = \\"' + OLD + '\\""]}',
        "]}",
    ),
}


def text_of(filename, count):
    if filename in TEXTS:
        return TEXTS[filename] * count
    head, piece, tail = WHOLE[filename]
    return head + ", ".join([piece] * count) + tail


def calls(function, *arguments):
    """Count the calls of Python functions and of built-in ones."""
    counted = 0

    def count(frame, event, argument):  # the signature of a profiler
        nonlocal counted
        counted += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function(*arguments)
    finally:
        sys.setprofile(before)
    return counted


def growth(function, few, many):
    function(few)  # loads what is loaded on first use
    return calls(function, many) / calls(function, few)


@pytest.mark.parametrize("filename", [*TEXTS, *WHOLE])
def test_a_reader_and_its_rules_take_steps_in_step_with_the_text(filename):
    few, many = (text_of(filename, count) for count in (FEW, TIMES * FEW))
    assert lint_text(few, filename) or filename == "marked.py"
    assert growth(lambda text: lint_text(text, filename), few, many) <= MOST


@pytest.mark.parametrize("name", FORMATS)
def test_a_reporter_takes_steps_for_each_finding_and_no_more(name):
    texts = {count: ASK * count for count in (FEW, TIMES * FEW)}
    found = {count: lint_text(text, "a.py") for count, text in texts.items()}

    def report(count):
        reported = Reported(found[count], "/", lambda _: texts[count])
        for _ in render(name, reported):
            pass

    assert growth(report, FEW, TIMES * FEW) <= MOST


def test_a_step_that_grows_with_the_square_is_seen():
    assert growth(lambda text: [len(text) for _ in text for _ in text], "x" * 9, "x" * 36) > MOST
