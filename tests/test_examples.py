"""Every Python example, run as its reader would run it, against the emulator."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.models.catalog import list_models

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


def test_batch(emulator, tmp_path):
    emulator.scenario = ["prompt-blocked"]
    *lines, last = output("batch", emulator, str(tmp_path / "j")).splitlines()
    assert len(lines) == 20
    assert sum(line.endswith('squared?".') for line in lines) == 19
    assert sum(" failed: " in line for line in lines) == 1
    assert last == "19 answered, 0 kept, 1 failed"
    emulator.assert_requested(thinking={"type": "disabled"}, times=20)

    assert output("batch", emulator, str(tmp_path / "j")).splitlines()[-1].startswith("0 answered")
    assert len(emulator.requests) == 20


def test_retries(emulator):
    emulator.scenario = ["overloaded-503"]
    assert output("retries", emulator) == WELCOME
    assert len(emulator.requests) == 2


@pytest.mark.parametrize(
    ("scenario", "code", "words"),
    [
        ("balance-exhausted", 1, "the balance is used up"),
        ("bad-key", 1, "key_not_found"),
        ("rate-limited-hour", 75, "rate_limited"),
    ],
)
def test_retries_gives_up(emulator, scenario, code, words):
    emulator.scenario = scenario
    done = run("retries", emulator)
    assert (done.returncode, done.stdout, len(emulator.requests)) == (code, "", 1)
    assert words in done.stderr


def test_logging_with_structlog(emulator):
    done = run("logging_with_structlog", emulator)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["model_unlisted", "answered"]
    assert "any-key" not in done.stderr


def test_fastapi_service(emulator):
    pytest.importorskip("fastapi")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, PYTHON / "fastapi_service.py"],
        stderr=subprocess.PIPE,
        env=environment(emulator, PORT=str(port)),
    )
    try:
        assert fetch(port, process) == (200, WELCOME.strip())
        emulator.assert_requested(stream=True, messages=[{"content": "Hello"}])
        emulator.scenario = "bad-key"
        assert fetch(port, process)[0] == 502
    finally:
        process.terminate()
        process.communicate()


def fetch(port: int, process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Ask the service as soon as it listens; it may take as long as it likes to start."""
    url = f"http://127.0.0.1:{port}/ask?question=Hello"
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the service ended: {process.stderr.read().decode()}")


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
