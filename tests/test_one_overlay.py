"""One file of models changes client, linter and emulator alike."""

import json
import os
import subprocess
import sys

import openai
import pytest

from agentsflare_kimi import Kimi, KimiSettings, KimiWarning, diagnose
from agentsflare_kimi.emulator import Emulator

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


OWN = """\
[[models]]
id = "kimi-k9"
status = "active"
family = "code"
inputs = ["text"]

[[models]]
id = "kimi-k8"
status = "retired"
retired_on = 2026-11-01
successor = "kimi-k9"
family = "plain"
inputs = ["text"]
"""
MESSAGES = [{"role": "user", "content": "Hi"}]


@pytest.fixture(params=["argument", "settings"])
def own_models(request, tmp_path):
    """Make clients that know models of their own; nothing else in the process does."""
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    with Emulator(models_file=path) as emulator:
        options = {"base_url": emulator.base_url, "api_key": "key", "max_retries": 0}
        if request.param == "argument":
            client = Kimi(models_file=path, **options)
        else:
            client = Kimi(settings=KimiSettings(models_file=path, **options))
        with client:
            yield client, emulator


def test_a_file_given_to_a_client_reaches_its_plans_and_what_it_says(own_models):
    client, emulator = own_models

    with pytest.warns(KimiWarning, match="Lost: model .*kimi-k9 samples at 1"):
        client.chat.completions.create(model="kimi-k8", messages=MESSAGES)
    assert emulator.requests[0].model == "kimi-k9"


def test_a_file_given_to_a_client_reaches_requests_of_which_the_name_alone_is_changed(own_models):
    client, emulator = own_models

    with (
        pytest.warns(KimiWarning, match=r"request goes to kimi-k9 instead\. Set"),
        pytest.raises(openai.NotFoundError),
    ):
        client.completions.create(model="kimi-k8", prompt="Hi")

    assert emulator.requests[0].body["model"] == "kimi-k9"


def test_a_file_given_to_a_client_reaches_its_suggestions(own_models):
    client, _ = own_models

    with pytest.raises(openai.OpenAIError, match="Did you mean kimi-k9"):
        client.chat.completions.create(model="kimi-k99", messages=MESSAGES)


def test_a_file_given_to_a_client_reaches_what_refusals_teach(own_models):
    client, emulator = own_models

    # The gateway names one parameter; what the model does with the other, the file alone says.
    with pytest.warns(KimiWarning, match="kimi-k9 samples with top_p 0.95"):
        client.chat.completions.create(
            model="kimi-k9", messages=MESSAGES, temperature=0.3, top_p=0.2
        )

    assert len(emulator.requests) == 2
    assert not {"temperature", "top_p"} & emulator.requests[1].body.keys()


def test_a_file_given_to_a_client_reaches_the_diagnosis_of_its_failures(own_models):
    client, emulator = own_models
    message = (
        "Model kimi-k8 is not available, please check if the model is in the admin allowed range"
    )
    emulator.answers = {"status": 400, "body": {"error": {"message": message}}}

    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model="kimi-k9", messages=MESSAGES)

    assert "kimi-k8 is retired; use kimi-k9 instead" in str(caught.value.__notes__)
    assert "use kimi-k9" in diagnose(caught.value).advice
