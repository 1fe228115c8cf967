"""The commands as their users run them: a real process, real pipes, the emulator's socket."""

import json
import os
import subprocess
import sys

import pytest

from agentsflare_kimi.cli.table import render_table
from agentsflare_kimi.emulator import Emulator

KEY = "sk-canary-0123456789"


def run(*arguments, env=None, cwd=None, text_in=None):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", *arguments],
        env=environment | (env or {}),
        cwd=cwd,
        input=text_in if text_in is not None else "",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def emulator():
    with Emulator(api_key=KEY) as emulator:
        yield emulator


@pytest.fixture
def environment(emulator):
    return {"AGENTSFLARE_API_KEY": KEY, "AGENTSFLARE_BASE_URL": emulator.base_url}


def test_models_lists_the_page_first():
    lines = run("models").stdout.splitlines()

    assert lines[2].startswith("kimi-k2.7-code ")
    (retired,) = [line for line in lines if line.startswith("kimi-k2-thinking ")]
    assert retired.split() == [
        "kimi-k2-thinking",
        "retired",
        "2026-05-25",
        "2026-05-25",
        "kimi-k2.6",
        "always",
        "262,144",
    ]


def test_models_speaks_json():
    models = json.loads(run("models", "--json").stdout)
    (one,) = json.loads(run("models", "k2.6", "--json").stdout)

    assert [model["id"] for model in models][:3] == [
        "kimi-k2.7-code",
        "kimi-k2.7-code-highspeed",
        "kimi-k2.6",
    ]
    assert one["fixed_without_thinking"]["temperature"] == 0.6
    assert one["released_on"] == "2026-04-20"


def test_models_with_a_wrong_name_suggests_and_is_wrong_use():
    result = run("models", "kimi-k2.66")

    assert result.returncode == 2
    assert "Did you mean kimi-k2.6" in result.stderr
    assert result.stdout == ""


def test_chat_answers_an_argument_and_a_pipe(environment, emulator):
    asked = run("chat", "--system", "Be brief.", "Hello", "there", env=environment)
    piped = run("chat", env=environment, text_in="Hello from a pipe\n")

    assert asked.returncode == piped.returncode == 0, asked.stderr + piped.stderr
    assert asked.stdout.strip()
    assert [m["content"] for m in emulator.requests[0].messages] == ["Be brief.", "Hello there"]
    assert emulator.requests[1].messages[-1]["content"] == "Hello from a pipe"
    assert emulator.requests[0].model == "kimi-k2.6"


def test_chat_prints_a_completion_as_json(environment):
    result = run("chat", "--json", "Hello", env=environment)

    completion = json.loads(result.stdout)
    assert completion["object"] == "chat.completion"
    assert completion["choices"][0]["message"]["content"]


def test_chat_says_what_a_filter_did(environment, emulator):
    emulator.scenario = "output-blocked"
    result = run("chat", "Hello", env=environment)

    assert "content filter: blocked" in result.stderr


def test_chat_without_a_prompt_or_a_key_is_wrong_use(environment):
    assert "no prompt" in run("chat", env=environment).stderr
    without_key = run("chat", "Hello")
    assert without_key.returncode == 2
    assert "AGENTSFLARE_API_KEY" in without_key.stderr


def test_chat_reports_a_failed_call_in_one_line(environment, emulator):
    result = run("chat", "Hello", env=environment | {"AGENTSFLARE_API_KEY": "other"})

    assert result.returncode == 1
    error, advice = result.stderr.splitlines()
    assert "Key not found" in error
    assert advice.startswith("agentsflare-kimi: key_not_found: ")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_an_error_does_not_end_a_conversation(environment, emulator):
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "agentsflare_kimi", "chat"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        | environment
        | {"AGENTSFLARE_MAX_RETRIES": "0"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    emulator.scenario = ["overloaded-503", "ok"]
    with os.fdopen(ours, "wb") as terminal:
        terminal.write(b"first\nsecond\n\x04")
        terminal.flush()
        _, told = process.communicate(timeout=60)
    os.close(theirs)

    assert process.returncode == 0
    assert "agentsflare-kimi: error: " in told
    assert [request.status for request in emulator.requests] == [503, 200]
    assert [message["content"] for message in emulator.requests[1].body["messages"]] == ["second"]


def test_doctor_is_content_with_a_good_setup(environment):
    result = run("doctor", env=environment | {"OPENAI_API_KEY": "sk-other-canary"})

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"set, {len(KEY)} characters" in result.stdout
    assert "OPENAI_API_KEY: not read by this package" in result.stdout
    assert "canary" not in result.stdout + result.stderr


def test_doctor_names_what_is_missing(tmp_path):
    (tmp_path / ".env").write_text("AGENTSFLARE_API_KEY=sk-canary\n")
    (tmp_path / ".env").chmod(0o644)
    result = run("doctor", "--json", env={"AGENTSFLARE_BASEURL": "x"}, cwd=tmp_path)

    assert result.returncode == 1
    checks = {check["name"]: check for check in json.loads(result.stdout)}
    assert checks["API key"]["status"] == "failed"
    assert "AGENTSFLARE_BASEURL" in checks["unknown variables"]["detail"]
    assert "--env-file" in checks[".env"]["detail"]
    assert "chmod 600" in checks[".env mode"]["detail"]
    assert "canary" not in result.stdout


@pytest.mark.parametrize(
    ("variables", "name", "detail"),
    [
        ({"AGENTSFLARE_API_KEY": "other"}, "gateway", "key"),
        ({"AGENTSFLARE_BASE_URL": "http://api.agentsflare.com/v1"}, "settings", "plain http"),
        ({"AGENTSFLARE_BASE_URL": "http://127.0.0.1:9/v1"}, "gateway", "onnect"),
        ({"AGENTSFLARE_MODEL": "foo"}, "model", "'foo' is unknown"),
        (
            {"AGENTSFLARE_MODEL": "kimi-k2-thinking", "AGENTSFLARE_ON_RETIRED": "error"},
            "model",
            "use kimi-k2.6",
        ),
    ],
)
def test_doctor_fails_and_says_why(variables, name, detail, environment):
    result = run("doctor", "--json", env=environment | variables)

    assert result.returncode == 1
    checks = {check["name"]: check for check in json.loads(result.stdout)}
    assert checks[name]["status"] == "failed"
    assert detail in checks[name]["detail"]


def test_doctor_misses_the_path_of_the_base_url(environment, emulator):
    bare = emulator.base_url.removesuffix("/v1")
    result = run("doctor", "--json", env=environment | {"AGENTSFLARE_BASE_URL": bare})

    assert result.returncode == 1
    checks = {check["name"]: check for check in json.loads(result.stdout)}
    assert checks["gateway"]["status"] == "failed"


@pytest.mark.parametrize("variable", ["AGENTSFLARE_EXTRA_MODELS", "AGENTSFLARE_ON_UNKNOWN"])
def test_doctor_lets_pass_what_the_settings_let_pass(variable, environment):
    value = {"AGENTSFLARE_EXTRA_MODELS": "foo", "AGENTSFLARE_ON_UNKNOWN": "warn"}[variable]
    named = environment | {"AGENTSFLARE_MODEL": "foo", variable: value}

    assert run("doctor", "--offline", env=named).returncode == 0


def test_doctor_points_at_a_model_that_has_ended(environment):
    result = run("doctor", "--offline", env=environment | {"AGENTSFLARE_MODEL": "k2-turbo"})

    assert result.returncode == 0
    assert "kimi-k2-turbo-preview (retired); use kimi-k2.6" in result.stdout


def test_a_table_wraps_wide_cells_and_shows_no_control_characters():
    table = render_table(("A", "B"), [("x\x1b[2J", None), ("y", "word " * 30)])

    assert "\x1b" not in table
    assert table.splitlines()[2].split() == ["x\\x1b[2J", "-"]
    assert max(map(len, table.splitlines())) <= 80


def test_chat_warns_without_pointing_at_its_own_code(environment):
    result = run("chat", "-m", "kimi-k2-thinking", "Hello", env=environment)

    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("agentsflare-kimi: warning: kimi-k2-thinking was retired on 2026-05-25")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_told_once():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        result = subprocess.run(
            [sys.executable, "-m", "agentsflare_kimi", "models"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert result.returncode == 2
    assert result.stderr.splitlines() == ["agentsflare-kimi: error: No space left on device"]


def test_an_env_file_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "utf16.env").write_bytes("AGENTSFLARE_API_KEY=sk-canary".encode("utf-16"))
    result = run("chat", "--env-file", "utf16.env", "Hello", cwd=tmp_path)

    assert result.returncode == 2
    assert "save it as UTF-8" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_path_that_is_not_there_is_not_nothing_found(tmp_path):
    result = run("lint", "missing.py", cwd=tmp_path)

    assert result.returncode == 2
    assert "failed: missing.py" in result.stderr
    assert "Nothing found" not in result.stderr
