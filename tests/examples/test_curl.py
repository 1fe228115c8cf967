"""The curl examples, run against the emulator."""

from __future__ import annotations

import json
import re

import pytest

WELCOME = "Hello! How can I help you today?"


@pytest.fixture
def curl(emulator, examples, run):
    return lambda name, **more: run(emulator, "sh", examples / "curl" / f"{name}.sh", **more)


@pytest.fixture(autouse=True)
def need_curl(run, emulator):
    run(emulator, "curl", "--version")


def test_hello(curl, emulator):
    done = curl("hello")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["choices"][0]["message"]["content"] == WELCOME
    emulator.assert_requested(
        model="kimi-k2.6", thinking={"type": "disabled"}, max_tokens=100, times=1
    )


def test_stream(curl, emulator):
    done = curl("stream")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("data: [DONE]\n\n")
    assert "".join(re.findall(r'"delta":\{"content":"([^"]*)"', done.stdout)) == WELCOME


def test_models(curl):
    listed = json.loads(curl("models").stdout)["data"]
    assert "kimi-k2.6" in [model["id"] for model in listed]


@pytest.mark.parametrize("name", ["hello", "stream", "models"])
def test_an_error_is_shown_and_is_the_exit_status(curl, emulator, name):
    emulator.scenario = "bad-key"
    done = curl(name)
    assert done.returncode == 22
    assert "Key not found" in done.stdout


@pytest.mark.parametrize("name", ["hello", "stream", "models"])
def test_nothing_is_asked_without_a_key(curl, emulator, name):
    done = curl(name, AGENTSFLARE_API_KEY="")
    assert (done.returncode != 0, done.stdout, emulator.requests) == (True, "", ())
    assert "AGENTSFLARE_API_KEY" in done.stderr
