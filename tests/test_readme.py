"""What the first page shows is run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentsflare_kimi import get_model, plan_migration
from agentsflare_kimi.emulator import Emulator

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
PROGRAMS = [block for block in BLOCKS if "def test_" not in block]
TESTS = [block for block in BLOCKS if "def test_" in block]


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_every_program_runs(program, monkeypatch, capsys):
    with Emulator() as emulator:
        monkeypatch.setenv("AGENTSFLARE_API_KEY", "k")
        monkeypatch.setenv("AGENTSFLARE_BASE_URL", emulator.base_url)

        exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102

    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("program", TESTS, ids=range(len(TESTS)))
def test_every_test_passes(program, tmp_path):
    (tmp_path / "test_mine.py").write_text(program)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_table_of_models_says_what_the_plan_does():
    rows = re.findall(
        r"^\| (`kimi-k2-.*?) \| `(kimi-k2\.6)` with thinking (disabled|on)", README, re.MULTILINE
    )

    assert len(rows) == 2
    for names, successor, thinking in rows:
        for name in re.findall(r"`([^`]+)`", names):
            plan = plan_migration({"model": name, "messages": []})
            assert get_model(name).status == "retired"
            assert plan.model_after == successor
            kind = {"disabled": "disabled", "on": "enabled"}[thinking]
            assert plan.request["thinking"]["type"] == kind


def test_the_linter_shows_what_the_page_shows(tmp_path):
    (shown,) = re.findall(
        r"\$ agentsflare-kimi lint --diff legacy\.py\n(.*?)```", README, re.DOTALL
    )
    body = [line for line in shown.splitlines()[3:] if not line.startswith("+")]
    program = ["from openai import OpenAI", *(line[1:] for line in body)]
    (tmp_path / "legacy.py").write_text("\n".join(program) + "\n")

    run = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "lint", "--diff", "legacy.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout == shown
    assert run.returncode == 1, "findings are left that no safe fix can mend"


def test_links_to_the_site_lead_to_pages_that_it_has():
    site = "https://agentsflare.github.io/agentsflare-kimi/"
    linked = set(re.findall(rf"{site}([\w-]*)/?(?:#[\w-]+)?\)", README)) - {""}
    docs = Path(__file__).parent.parent / "docs"
    made = {"rules", "reference"}  # when the site is built

    assert linked
    assert {page for page in linked - made if not (docs / f"{page}.md").exists()} == set()


def test_links_are_absolute_so_that_they_live_on_the_package_index():
    targets = re.findall(r"\]\(([^)]+)\)", README)

    assert [target for target in targets if not target.startswith("https://")] == []
