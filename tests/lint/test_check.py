"""A text is read and scanned once, however many rules look at it."""

from __future__ import annotations

from collections import Counter

import pytest

from agentsflare_kimi.lint import fix_text, lint_text
from agentsflare_kimi.lint.sources import lexer

MANY_RULES = """\
import openai

client = openai.OpenAI(base_url="https://api.agentsflare.com/v1/chat/completions", api_key="k")
MODEL = "kimi-k2-thinking"
client.chat.completions.create(model=MODEL, messages=[], temperature=0.3, max_tokens=5)
client.chat.completions.create(model="kimi-k2-turbo-preview", messages=[], tool_choice="required")
"""


@pytest.fixture
def scanned(monkeypatch):
    """How often each text was split into strings, comments and code."""
    counts: Counter[str] = Counter()
    run = lexer.Scanner.run

    def counted(scanner, start, end):
        counts[scanner.text] += 1
        return run(scanner, start, end)

    monkeypatch.setattr(lexer.Scanner, "run", counted)
    return counts


def test_a_lint_scans_a_text_once(scanned):
    codes = {finding.code for finding in lint_text(MANY_RULES, "ask.py")}
    assert len(codes) > 2
    assert scanned == {MANY_RULES: 1}


def test_a_fix_scans_each_version_of_a_text_once(scanned):
    result = fix_text(MANY_RULES, "ask.py", unsafe=True)
    assert result.fixed
    assert scanned[MANY_RULES] == 1
    assert set(scanned.values()) == {1}
