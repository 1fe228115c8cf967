"""The workflows ask for no more than they need, and run only what was looked at."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def text(request):
    return request.param.read_text(encoding="utf-8")


def test_there_are_workflows():
    assert {path.name for path in WORKFLOWS} >= {"ci.yml", "release.yml", "audit.yml"}


def test_actions_are_pinned_by_hash(text):
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_nothing_is_permitted_by_default(text):
    assert "\npermissions: {}\n" in text
    assert "pull_request_target" not in text
    assert "secrets." not in text
    # The catalog's check opens an issue when a feed differs.
    assert set(re.findall(r"^ +([\w-]+): write", text, re.MULTILINE)) <= {
        "id-token",
        "issues",
        "pages",
    }


def test_no_expression_is_pasted_into_a_script(text):
    for script in re.findall(r"run: (.*)", text):
        assert "${{" not in script


def test_a_job_that_publishes_runs_no_code_of_the_repository():
    for name in ("release.yml", "site.yml"):
        publish = (FOLDER / name).read_text(encoding="utf-8").partition("\n  publish:\n")[2]
        assert "environment: " in publish
        assert "run: " not in publish


def test_what_is_run_on_a_schedule_is_listed():
    listed = (FOLDER.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    scheduled = {path.stem for path in WORKFLOWS if "schedule:" in path.read_text("utf-8")}

    assert {name for name in scheduled if f"| `{name}` |" not in listed} == set()


def test_only_the_job_that_publishes_has_an_identity():
    text = (FOLDER / "release.yml").read_text(encoding="utf-8")
    before, _, publish = text.partition("\n  publish:\n")
    assert "id-token" not in before
    assert "environment: release" in publish
    assert "checkout" not in publish
