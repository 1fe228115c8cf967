"""`agentsflare-kimi serve`, as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import pytest
from waiting import LONGEST

COMMAND = [sys.executable, "-m", "agentsflare_kimi", "serve"]
HELLO = [{"role": "user", "content": "a private question"}]


@contextmanager
def serve(*arguments: str, lines: int = 2) -> Iterator[tuple[subprocess.Popen, dict[str, str]]]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    try:
        exports = [process.stdout.readline() for _ in range(lines)]
        names = (line.removeprefix("export ").strip().partition("=") for line in exports)
        yield process, {name: value for name, _, value in names}
    finally:
        process.kill()
        process.communicate()


def ask(exported: dict[str, str], **rest):
    with openai.OpenAI(
        base_url=exported["AGENTSFLARE_BASE_URL"],
        api_key=exported["AGENTSFLARE_API_KEY"],
        max_retries=0,
    ) as client:
        return client.chat.completions.create(
            **{"model": "kimi-chat", "messages": HELLO} | rest
        ).choices[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_interrupted(number):
    with serve() as (process, exported):
        assert ask(exported).message.content
        process.send_signal(number)
        _, log = process.communicate(timeout=LONGEST)
    assert process.returncode == 0
    assert "Traceback" not in log
    assert "POST /v1/chat/completions kimi-chat 200" in log
    assert "private question" not in log
    assert exported["AGENTSFLARE_API_KEY"] not in log
    assert log.endswith("1 request, no problems\n")


def test_scenarios_follow_one_another():
    with serve("--scenario", "bad-key,server-error") as (_, exported):
        with pytest.raises(openai.NotFoundError):
            ask(exported)
        with pytest.raises(openai.InternalServerError):
            ask(exported)
        assert ask(exported).finish_reason == "stop"


def test_one_scenario_holds_for_all_and_strictness_can_be_dropped():
    with serve("--scenario", "no-annotations", "--lenient", "--quiet") as (_, exported):
        for _ in range(2):
            choice = ask(exported, model="kimi-k2.6", temperature=0.2)
            assert "content_filter_results" not in choice.model_extra


def test_what_it_records_it_replays(tmp_path):
    file = tmp_path / "traffic.jsonl"
    with (
        serve() as (_, upstream),
        serve("--record", str(file), "--upstream", upstream["AGENTSFLARE_BASE_URL"], lines=1) as (
            _,
            recorder,
        ),
    ):
        recorded = ask(recorder | {"AGENTSFLARE_API_KEY": "sk-0123456789"})
    text = file.read_text(encoding="utf-8")
    assert "private question" in text
    assert "sk-0123456789" not in text
    with serve("--replay", str(file)) as (_, replay):
        assert ask(replay) == recorded
        with pytest.raises(openai.BadRequestError, match="no recorded pair"):
            ask(replay, model="kimi-k2.6")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scenario", "rate-limit"], "did you mean rate-limited"),
        (["--port", "70000"], "--port: must be from 0 to 65535, got '70000'"),
        (["--replay", "missing.jsonl"], "missing.jsonl: No such file"),
        (["--record", "x.jsonl", "--upstream", "http://example.com"], "cannot record from"),
        (["--host", "192.0.2.1"], "cannot use 192.0.2.1"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments, words, tmp_path):
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_port_that_is_taken_is_named_with_the_way_out():
    with serve() as (_, exported):
        port = exported["AGENTSFLARE_BASE_URL"].split(":")[2].removesuffix("/v1")
        done = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert f"port {port}: Address already in use; --port 0 takes any free one" in done.stderr


def test_a_terminal_is_not_obeyed():
    with serve() as (process, exported):
        with pytest.raises(openai.BadRequestError):
            ask(exported, model="\x1b[2Jgone")
        process.send_signal(signal.SIGINT)
        _, log = process.communicate(timeout=LONGEST)
    assert "\x1b" not in log
    assert r"\x1b[2Jgone" in log


def test_scenarios_are_listed_as_text_and_json():
    def run(*more: str) -> str:
        command = [*COMMAND, "--list-scenarios", *more]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    rows = json.loads(run("--json"))
    assert {"name", "summary", "source"} == set(rows[0])
    assert [line.split()[0] for line in run().splitlines()] == [row["name"] for row in rows]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "--port", "0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_recording_that_exists_is_neither_mixed_nor_lost_unasked(tmp_path):
    file = tmp_path / "traffic.jsonl"
    file.write_text("{}\n", encoding="utf-8")
    refused = run("--record", str(file))
    assert refused.returncode == 2
    assert "--append to continue it, or --overwrite to replace it" in refused.stderr
    failed = run("--record", str(file), "--overwrite", "--upstream", "http://example.com")
    assert failed.returncode == 2
    assert file.read_text("utf-8") == "{}\n"
    for flag, left in (("--append", "{}\n"), ("--overwrite", "")):
        with serve("--record", str(file), flag, lines=1):
            assert file.read_text("utf-8") == left
    assert run("--append").returncode == 2
