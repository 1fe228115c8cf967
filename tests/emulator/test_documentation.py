"""The pages on the emulator and on testing say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentsflare_kimi.emulator import list_scenarios

pytest_plugins = ["pytester"]
DOCS = Path(__file__).parents[2] / "docs"


def code_of(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def test_every_scenario_is_listed():
    rows = re.findall(
        r"^\| `(\S+)` \| (.+) \|$", (DOCS / "emulator.md").read_text("utf-8"), re.MULTILINE
    )
    written = dict(rows)
    for scenario in list_scenarios():
        assert written[scenario.name] == scenario.summary


@pytest.mark.parametrize("code", code_of("emulator.md"))
def test_the_code_on_the_emulator_runs(code):
    exec(compile(code, "emulator.md", "exec"), {})  # noqa: S102  # our own page


def test_the_tests_on_the_page_pass(pytester):
    pytester.makepyfile("\n".join(code_of("testing.md")))
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    done.assert_outcomes(passed=4)
