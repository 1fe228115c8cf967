"""Every Python example, run as its reader would run it, against the emulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentsflare_kimi.catalog import list_models
from agentsflare_kimi.emulator import Emulator

PYTHON = Path(__file__).parents[1] / "examples" / "python"
WELCOME = "Hello! How can I help you today?\n"


def environment(emulator: Emulator, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AGENTSFLARE_API_KEY": "any-key",
        "AGENTSFLARE_BASE_URL": emulator.base_url,
        **more,
    }


def run(name: str, emulator: Emulator, *arguments: str, **more: str):
    return subprocess.run(
        [sys.executable, "-W", "error", PYTHON / f"{name}.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment(emulator, **more),
    )


def output(name: str, emulator: Emulator, *arguments: str) -> str:
    done = run(name, emulator, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


def test_quickstart(emulator):
    assert output("quickstart", emulator) == WELCOME
    emulator.assert_requested(model="kimi-k2.6", times=1)


def test_from_environment(emulator):
    done = run("from_environment", emulator, "Hello", "there", AGENTSFLARE_MODEL="kimi-k2.7-code")
    assert (done.returncode, done.stdout) == (0, WELCOME)
    emulator.assert_requested(
        model="kimi-k2.7-code", messages=[{"role": "user", "content": "Hello there"}]
    )


def test_from_environment_says_what_is_missing(emulator):
    done = run("from_environment", emulator, AGENTSFLARE_API_KEY="")
    assert (done.returncode, done.stdout) == (2, "")
    assert "AGENTSFLARE_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_streaming(emulator):
    first, *rest = output("streaming", emulator).splitlines()
    assert first == 'This is the emulator\'s answer to "Write a line about the sea.".'
    assert rest[0] == "finish reason: stop"
    assert rest[-1] == "content filter: nothing found"


def test_streaming_shows_what_came_before_a_cut(emulator):
    emulator.scenario = "stream-cut"
    assert "(the connection broke after" in output("streaming", emulator)


def test_filters(emulator):
    assert "violence                 safe     filtered: False" in output("filters", emulator)
    emulator.scenario = "prompt-blocked"
    assert output("filters", emulator) == "refused: content filter: blocked jailbreak\n"
    emulator.scenario = "output-blocked"
    assert "cut short: " in output("filters", emulator)
    emulator.scenario = "no-annotations"
    assert "does not mean that all is well" in output("filters", emulator)


def test_tool_loop(emulator):
    *calls, answer = output("tool_loop", emulator).splitlines()
    assert calls == ['calling weather({"city": "city"})']
    assert answer.startswith("The tool answered: ")
    second = emulator.requests[-1]
    assert second.messages[1]["reasoning_content"]
    assert emulator.report().is_resilient


def test_structured_output(emulator):
    assert output("structured_output", emulator) == "name in country has 0 inhabitants\n"


def test_vision(emulator, tmp_path):
    assert "1 image" in output("vision", emulator)
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"not really")
    output("vision", emulator, str(picture))
    content = emulator.requests[-1].messages[0]["content"]
    assert content[1]["image_url"]["url"] == "data:image/png;base64,bm90IHJlYWxseQ=="


def test_logging_with_structlog(emulator):
    done = run("logging_with_structlog", emulator)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["model_unlisted", "answered"]
    assert "any-key" not in done.stderr


def test_each_example_is_tested_and_listed():
    names = {path.stem for path in PYTHON.glob("*.py")}
    assert {name for name in names if f"test_{name}" in globals()} == names
    text = (PYTHON.parent / "README.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}.py`" in text} == names


@pytest.mark.parametrize("path", sorted(PYTHON.glob("*.py")), ids=lambda path: path.name)
def test_no_example_uses_a_retired_name(path):
    text = path.read_text(encoding="utf-8")
    retired = [model.id for model in list_models() if model.status in {"retired", "deprecated"}]
    assert [name for name in retired if name in text] == []
