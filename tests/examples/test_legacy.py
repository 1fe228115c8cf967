"""Programs from before the retirement: refused as they stand, and mended by the linter.

What is planted in them, and how each should fare, is in `examples/legacy/expected.toml`.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from agentsflare_kimi import KimiSettings, list_models, plan_migration
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.lint import fix_text, lint_text

LEGACY = Path(__file__).parents[2] / "examples" / "legacy"
FILES = tomllib.loads((LEGACY / "expected.toml").read_text(encoding="utf-8"))["file"]
REFUSED = re.compile(r"is not available|invalid temperature")
INTERPRETERS = {"python": sys.executable, "node": "node", "sh": "sh", "bash": "bash"}
BEFORE = [model.id for model in list_models() if model.status == "retired"]
POLICY = KimiSettings(on_deprecated="migrate")


def programs(key: str, value: str) -> list:
    """The programs whose `key` is `value`; those that need an installation are slow."""
    chosen = [file for file in FILES if file.get("run") and file[key] == value]
    slow = {True: [pytest.mark.slow], False: []}
    return [
        pytest.param(file, id=file["path"], marks=slow[file["run"] == "node"]) for file in chosen
    ]


def answers(body):
    """Let a loop with tools take one turn, and the same one whatever the model is called."""
    messages = body["messages"]
    if "tools" not in body or messages[-1]["role"] == "tool":
        return None
    call = {"id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    thinks = "thinking" in body["model"] or body.get("thinking", {}).get("type") == "enabled"
    reasoning = {"reasoning_content": "The tool knows."} if thinks else {}
    return {"content": "", "tool_calls": [call], **reasoning}


@pytest.fixture
def start(run, request, tmp_path):
    """Run a program, as it stands or with everything mended that the linter can mend."""

    def start(emulator, file, *, fixed=False):
        if needed := file.get("needs"):
            pytest.importorskip(needed)
        for path in (file["path"], *file.get("with", [])):
            text = (LEGACY / path).read_text(encoding="utf-8")
            text = fix_text(text, path, unsafe=True).text if fixed else text
            copy = tmp_path / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")
        return run(emulator, *command(emulator, file), OPENAI_API_KEY="any-key")

    def command(emulator, file):
        program = tmp_path / file["path"]
        if file["run"] == "body":
            url = f"{emulator.base_url}/chat/completions"
            key = "Authorization: Bearer any-key"
            return ["curl", "-sS", "--fail-with-body", "-H", key, "-d", f"@{program}", url]
        if file["run"] == "node" and not (tmp_path / "node_modules").exists():
            (tmp_path / "node_modules").symlink_to(request.getfixturevalue("node_modules"))
        return [INTERPRETERS[file["run"]], program]

    return start


@pytest.mark.parametrize("file", programs("as_it_stands", "rejected"))
def test_it_is_refused_as_it_stands(emulator, start, file):
    done = start(emulator, file)
    assert done.returncode != 0
    assert emulator.requests[-1].status == 400
    if file["run"] == "node" and not file["path"].endswith("fetch.mjs"):
        # npm's `openai` does not read the gateway's own errors: see examples/javascript/errors.mjs.
        assert "400 status code (no body)" in done.stderr
    else:
        assert REFUSED.search(done.stdout + done.stderr)


@pytest.mark.parametrize("file", programs("as_it_stands", "served"))
def test_a_name_that_is_not_retired_is_served(emulator, start, file):
    done = start(emulator, file)
    assert (done.returncode, emulator.requests[-1].status) == (0, 200)


@pytest.mark.parametrize("file", programs("fixed", "plan"))
def test_mended_it_asks_what_the_plan_of_its_requests_says(start, file):
    # The gateway as it was before the retirement, to hear what the program asked of it.
    with Emulator(extra_models=BEFORE, answers=answers) as old_gateway:
        assert start(old_gateway, file).returncode == 0
    with Emulator(answers=answers) as emulator:
        done = start(emulator, file, fixed=True)
        assert done.returncode == 0, done.stderr
    asked = [request.body for request in emulator.requests]
    plans = [plan_migration(request.body, settings=POLICY) for request in old_gateway.requests]
    assert asked == [plan.request for plan in plans]
    assert all(plan.changes for plan in plans)


@pytest.mark.parametrize("file", programs("fixed", "runs"))
def test_mended_it_runs(emulator, start, file):
    done = start(emulator, file, fixed=True)
    assert done.returncode == 0, done.stderr
    assert {request.status for request in emulator.requests} == {200}


@pytest.mark.parametrize("file", [pytest.param(file, id=file["path"]) for file in FILES])
def test_what_was_planted_is_found_and_nothing_else(file):
    text = (LEGACY / file["path"]).read_text(encoding="utf-8")
    found = {(each.line, each.code): each for each in lint_text(text, file["path"])}
    planted = {(each["line"], each["code"]): each for each in file["findings"]}
    tolerated = {(each["line"], each["code"]) for each in file.get("may", [])}
    assert planted.keys() <= found.keys() <= planted.keys() | tolerated
    for place, expected in planted.items():
        assert expected["fix"] in {"any", kind_of_fix(found[place])}, place
        assert expected.get("model") in {None, found[place].model}, place


def kind_of_fix(finding):
    if finding.fix is None:
        return "none"
    return "safe" if finding.fix.is_safe else "unsafe"


def test_each_file_is_in_the_list():
    files = {path.relative_to(LEGACY).as_posix() for path in LEGACY.rglob("*") if path.is_file()}
    unlisted = {"README.md", "expected.toml"}
    caches = {path for path in files if "__pycache__" in path or "node_modules" in path}
    assert files - unlisted - caches == {file["path"] for file in FILES}
