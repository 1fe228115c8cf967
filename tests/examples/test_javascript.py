"""The JavaScript examples with npm's `openai`, run against the emulator."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

WELCOME = "Hello! How can I help you today?\n"
HELLOS = ["hello.mjs", "hello.cjs"]


@pytest.fixture
def node(emulator, examples, node_modules, run):
    def node(name: str, **more: str):
        # Beside its node_modules, as after `npm ci` in the example's own folder.
        copy = Path(shutil.copy(examples / "javascript" / name, node_modules.parent))
        return run(emulator, "node", copy, **more)

    return node


@pytest.mark.parametrize("name", HELLOS)
def test_hello(node, emulator, name):
    done = node(name)
    assert (done.returncode, done.stdout, done.stderr) == (0, WELCOME, "")
    emulator.assert_requested(
        model="kimi-k2.6", thinking={"type": "disabled"}, max_tokens=100, times=1
    )


@pytest.mark.parametrize("name", HELLOS)
def test_hello_shows_an_error(node, emulator, name):
    emulator.scenario = "upstream-key"
    done = node(name)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "AuthenticationError: 401 Invalid Authentication\n"


@pytest.mark.parametrize(
    ("scenario", "error", "attempts"),
    [
        ("bad-key", "NotFoundError: 404 Key not found (", 1),
        ("model-not-available", "BadRequestError: 400 Model kimi-k2.6 is not available", 1),
        ("prompt-blocked", "BadRequestError: 400 The prompt was blocked", 1),
        ("upstream-key", "AuthenticationError: 401 Invalid Authentication\n", 1),
        ("permission-denied", "PermissionDeniedError: 403 Permission denied\n", 1),
        ("balance-exhausted", "RateLimitError: 429 You exceeded your current token quota", 3),
        ("edge-524", "InternalServerError: 524 <!DOCTYPE html>", 3),
    ],
)
def test_errors_come_as_the_types_of_the_sdk(node, emulator, scenario, error, attempts):
    emulator.scenario = scenario
    done = node("errors.mjs")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(error)
    assert len(emulator.requests) == attempts


def test_a_gateway_that_is_not_there_is_an_error_of_the_sdk(node, emulator):
    # The discard port: nobody listens there.
    done = node("errors.mjs", AGENTSFLARE_BASE_URL="http://127.0.0.1:9/v1")
    assert done.stderr.startswith("APIConnectionError: ")


def test_a_retired_model_is_refused_with_the_gateway_s_words(node, emulator, node_modules, run):
    node("errors.mjs")
    done = run(emulator, "node", node_modules.parent / "errors.mjs", "kimi-k2-thinking")
    assert done.stderr.startswith("BadRequestError: 400 Model kimi-k2-thinking is not available")


def test_a_rate_limit_is_waited_for(node, emulator):
    emulator.scenario = ["rate-limited"]
    assert node("hello.mjs").stdout == WELCOME
    assert emulator.report().is_resilient


def test_stream(node, emulator):
    done = node("stream.mjs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("This is the emulator's answer to \"How many r")
    assert "characters of reasoning" in done.stderr
    assert "undefined" not in done.stderr
    assert done.stderr.endswith("tokens, stop\n")
    assert emulator.requests[0].is_stream


@pytest.mark.parametrize("scenario", ["stream-cut", "stream-error", "truncated"])
def test_a_stream_that_breaks_is_not_taken_for_whole(node, emulator, scenario):
    emulator.scenario = scenario
    assert node("stream.mjs").returncode == 1


def test_tools(node, emulator):
    done = node("tools.mjs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The tool answered: ")
    _, second = emulator.requests
    assert second.messages[1]["reasoning_content"]
    assert second.messages[2]["role"] == "tool"
    assert emulator.report().is_resilient


def test_the_lock_file_names_no_registry_and_every_script_has_its_file(examples):
    folder = examples / "javascript"
    assert "://" not in (folder / "package-lock.json").read_text(encoding="utf-8")
    scripts = json.loads((folder / "package.json").read_text(encoding="utf-8"))["scripts"]
    programs = {path.name for path in folder.glob("*.[cm]js")}
    assert {command.removeprefix("node ") for command in scripts.values()} == programs
