"""npm's `openai`, the AI SDK and curl through the proxy, as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "examples" / "proxy" / "javascript"
WELCOME = "Hello! How can I help you today?\n"
MODELS = ["kimi-k2-turbo-preview", "kimi-k2.6"]
CUT = "the stream ended with neither a finish reason nor [DONE]"


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """The example programs beside what `npm ci` makes of their lock file."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("node or npm is not there")
    folder = tmp_path_factory.mktemp("proxy-javascript")
    for path in FOLDER.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    install = ["npm", "ci", "--silent", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def run(proxy, *command, text=None):
    environment = {
        "PATH": os.environ["PATH"],
        "OPENAI_BASE_URL": proxy,
        "AGENTSFLARE_API_KEY": "any-key",
    }
    return subprocess.run(
        [*command], capture_output=True, text=True, check=False, env=environment, input=text
    )


@pytest.mark.parametrize("model", MODELS)
def test_npm_s_openai_completes_what_it_begins(programs, proxy, emulator, model):
    done = run(proxy, "node", programs / "openai.mjs", model)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{WELCOME}The tool answered: clear, 21 degrees\n"
    assert {request.model for request in emulator.requests} == {"kimi-k2.6"}


@pytest.mark.parametrize("model", MODELS)
def test_the_ai_sdk_completes_what_it_begins(programs, proxy, emulator, model):
    done = run(proxy, "node", programs / "ai-sdk.mjs", model)
    assert (done.returncode, done.stderr) == (0, "")
    text, told, made = done.stdout.splitlines()
    assert (f"{text}\n", told) == (WELCOME, "The tool answered: clear, 21 degrees")
    assert json.loads(made).keys() == {"name", "age"}
    assert {request.model for request in emulator.requests} == {"kimi-k2.6"}


@pytest.mark.parametrize("name", ["openai.mjs", "ai-sdk.mjs"])
def test_a_cut_stream_is_an_error_in_javascript(programs, proxy, emulator, name):
    emulator.scenario = "stream-cut"
    done = run(proxy, "node", programs / name, "kimi-k2.6")
    assert done.returncode == 1
    assert CUT in done.stderr


@pytest.fixture
def curl(proxy):
    if shutil.which("curl") is None:
        pytest.skip("curl is not there")

    def curl(**body):
        body = {"messages": [{"role": "user", "content": "Hello"}], **body}
        command = ["curl", "--silent", "--no-buffer", f"{proxy}/chat/completions"]
        command += ["--header", "authorization: Bearer any", "--data", "@-"]
        return run(proxy, *command, text=json.dumps(body)).stdout

    return curl


@pytest.mark.parametrize("model", MODELS)
def test_curl(curl, model):
    answer = json.loads(curl(model=model, temperature=0.2))
    assert answer["choices"][0]["message"]["content"] == WELCOME.strip()
    assert curl(model=model, temperature=0.2, stream=True).endswith("data: [DONE]\n\n")


def test_curl_shows_a_cut_stream(curl, emulator):
    emulator.scenario = "stream-cut"
    last = curl(model="kimi-k2.6", stream=True).strip().rpartition("data: ")[2]
    assert json.loads(last)["error"]["message"].startswith(CUT)


def test_the_lock_file_names_no_registry():
    text = (FOLDER / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text
