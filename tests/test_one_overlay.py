"""One file of models changes client, linter and emulator alike."""

import json
import os
import subprocess
import sys

import pytest

OVERLAY = """\
[[models]]
id = "kimi-k2.6"
status = "retired"
retired_on = 2026-11-01
successor = "kimi-k3"
family = "switchable"
inputs = ["text"]

[[models]]
id = "kimi-k9"
status = "active"
family = "switchable"
inputs = ["text"]
"""
PROGRAM = """\
import json, warnings
from agentsflare_kimi import Kimi
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.lint import lint_text

warnings.simplefilter("ignore")
with Emulator() as emulator:
    client = Kimi(base_url=emulator.base_url, api_key="key")
    served = [model.id for model in client.models.list()]
    for name in ("kimi-k2.6", "kimi-k9"):
        client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Hi"}])
    sent = [request.model for request in emulator.requests if request.model]
found = [finding.code for finding in lint_text('model = "kimi-k2.6"', "a.py")]
print(json.dumps({"served": served, "sent": sent, "found": found}))
"""


@pytest.fixture
def run(tmp_path):
    def run(text):
        environment = {**os.environ}
        if text:
            (tmp_path / "models.toml").write_text(text)
            environment["AGENTSFLARE_MODELS_FILE"] = str(tmp_path / "models.toml")
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout) if not done.returncode else done.stderr

    return run


def test_client_linter_and_emulator_follow_one_file(run):
    told = run(OVERLAY)

    assert "kimi-k9" in told["served"]
    assert "kimi-k2.6" not in told["served"]
    assert told["sent"] == ["kimi-k3", "kimi-k9"]
    assert told["found"] == ["AFK001"]


def test_without_it_nothing_of_it_holds(run):
    assert "unknown model 'kimi-k9'" in run("")


def test_a_mistake_in_it_is_said_by_all_of_them(run):
    assert "model 'kimi-k9': status must be one of" in run(OVERLAY.replace('"active"', '"alive"'))
