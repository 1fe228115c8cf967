"""AFK007: the move that `--migrate-to` prepares, for code at rest."""

import os
import subprocess
import sys

import pytest
from linting import find, fixed, kind

from agentsflare_kimi.lint import LintConfig, lint_text

TO_K3 = LintConfig(migrate_to="k3")


def lint(directory, *arguments, expect):
    done = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "lint", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done


def call(model, rest=""):
    return (
        "from openai import OpenAI\n\nclient = OpenAI()\n"
        f'client.chat.completions.create(model="{model}", messages=messages{rest})\n'
    )


def test_without_a_target_living_models_are_left_alone():
    assert lint_text(call("kimi-k2.6"), "ask.py") == []


@pytest.mark.parametrize("model", ["kimi-k2.6", "kimi-k2.5", "kimi-k2.7-code", "kimi-latest"])
def test_an_older_living_model_is_a_warning_and_the_only_finding(model):
    (finding,) = lint_text(call(model), "ask.py", TO_K3)

    assert (finding.code, finding.severity) == ("AFK007", "warning")
    assert (finding.model, finding.replacement) == (model, "kimi-k3")
    assert kind(finding) == "unsafe"


@pytest.mark.parametrize("model", ["kimi-k3", "kimi-k3.1-pro", "kimi-chat", "kimi-for-coding"])
def test_the_target_newer_ones_and_what_is_no_particular_model_stay(model):
    found = lint_text(f"model: {model}\n", "a.yaml", TO_K3)

    assert "AFK007" not in {finding.code for finding in found}
    assert fixed(f"model: {model}\n", "a.yaml", config=TO_K3, unsafe=True) == f"model: {model}\n"


@pytest.mark.parametrize(
    ("model", "code"), [("kimi-k2-thinking", "AFK001"), ("moonshot-v1-8k-vision-preview", "AFK002")]
)
def test_ended_models_move_to_the_target_too(model, code):
    (finding,) = lint_text(call(model), "ask.py", TO_K3)

    assert (finding.code, finding.replacement) == (code, "kimi-k3")
    assert "`kimi-k3`" in finding.message
    assert "kimi-k2.6`" not in finding.message


def test_the_whole_request_moves_and_every_loss_is_named():
    text = call(
        "kimi-k2.6",
        ', extra_body={"thinking": {"type": "disabled"}}, temperature=0.6, max_tokens=9',
    )
    (finding,) = find("AFK007", text, "ask.py") or lint_text(text, "ask.py", TO_K3)

    after = fixed(text, "ask.py", config=TO_K3, unsafe=True)
    assert after == call("kimi-k3", ", max_tokens=9").replace(
        'model="kimi-k3"', 'model="kimi-k3", reasoning_effort="low"'
    )
    for loss in ("always thinks", "cannot stop thinking", "thinks anyway", "temperature"):
        assert loss in finding.fix.reason
    assert fixed(text, "ask.py", config=TO_K3) == text, "never without --unsafe-fixes"


def test_other_entries_of_extra_body_stay():
    text = call("kimi-k2.6", ', extra_body={"thinking": {"type": "disabled"}, "seed": 1}')

    after = fixed(text, "ask.py", config=TO_K3, unsafe=True)
    assert 'extra_body={"seed": 1}' in after


def test_another_hosts_name_is_not_offered_a_move():
    assert lint_text('model = "openrouter/kimi-k2.6"', "a.toml", TO_K3) == []


@pytest.mark.parametrize("name", ["a.yaml", "a.toml", ".env"])
def test_in_settings_the_name_moves_with_what_it_changes(name):
    text = {"a.yaml": "model: {}\n", "a.toml": 'model = "{}"\n', ".env": "KIMI_MODEL={}\n"}[name]
    (finding,) = lint_text(text.format("kimi-k2.6"), name, TO_K3)

    assert "reasoning is billed" in finding.fix.reason
    assert fixed(text.format("kimi-k2.6"), name, config=TO_K3, unsafe=True) == text.format(
        "kimi-k3"
    )


def test_the_command_finds_fixes_and_finds_no_more(tmp_path):
    (tmp_path / "ask.py").write_text(call("kimi-k2.6"))

    found = lint(tmp_path, "--migrate-to", "kimi-k3", "ask.py", expect=1)
    assert (
        "AFK007 `kimi-k2.6` is older than the model that --migrate-to names; use `kimi-k3`"
        in found.stdout
    )
    lint(tmp_path, "--migrate-to=k3", "--fix", "ask.py", expect=1)
    assert (tmp_path / "ask.py").read_text() == call("kimi-k2.6")
    lint(tmp_path, "--migrate-to", "k3", "--fix", "--unsafe-fixes", "ask.py", expect=0)
    assert (tmp_path / "ask.py").read_text() == call("kimi-k3")
    lint(tmp_path, "--migrate-to", "k3", "ask.py", expect=0)


def test_a_settings_file_may_name_the_target(tmp_path):
    (tmp_path / "agentsflare-kimi.toml").write_text('migrate-to = "k3"\n')
    (tmp_path / "ask.py").write_text(call("kimi-k2.6"))

    assert "AFK007" in lint(tmp_path, "ask.py", expect=1).stdout
    assert 'migrate-to = "kimi-k3"' in lint(tmp_path, "--show-settings", "ask.py", expect=0).stdout


@pytest.mark.parametrize(
    ("target", "why"),
    [("kimi-k9", "unknown model 'kimi-k9'"), ("kimi-k2-thinking", "is retired itself")],
)
def test_a_target_that_cannot_be_is_wrong_use(tmp_path, target, why):
    refused = lint(tmp_path, "--migrate-to", target, expect=2)

    assert f"--migrate-to: {why}" in refused.stderr or why in refused.stderr
