"""Each rule finds its bad example, leaves its good one alone, and says what it is for."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from agentsflare_kimi.lint import LintConfig, lint_text
from agentsflare_kimi.lint.rules import CODES, RULES
from agentsflare_kimi.lint.rules.index import INDEX

# Some rules speak only if they are told where to move.
MOVING = {rule.code: LintConfig(migrate_to="kimi-k3") for rule in RULES if rule.is_for_moves}
_IDS = [rule.code for rule in RULES]


def test_the_index_is_what_the_rules_say():
    script = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "make_rule_index.py"))
    made = {}
    exec(compile(script["page"](), "index", "exec"), made)  # noqa: S102  # our own

    assert made["INDEX"] == INDEX, "run `make generate`"


def test_settings_can_name_every_rule():
    assert list(CODES) == _IDS


@pytest.mark.parametrize("rule", RULES, ids=_IDS)
def test_the_bad_example_is_found(rule):
    findings = lint_text(rule.bad.text, rule.bad.filename, MOVING.get(rule.code))

    assert rule.code in {finding.code for finding in findings}


@pytest.mark.parametrize("rule", RULES, ids=_IDS)
def test_the_good_example_is_left_alone(rule):
    assert lint_text(rule.good.text, rule.good.filename, MOVING.get(rule.code)) == []


@pytest.mark.parametrize("rule", RULES, ids=_IDS)
def test_every_rule_explains_itself(rule):
    assert rule.summary.endswith(".")
    assert rule.explanation.strip()
    assert rule.fix_safety.strip()
    assert rule.url.endswith(f"#{rule.code.lower()}")


def test_codes_are_unique_and_in_order():
    assert sorted(set(_IDS)) == _IDS
