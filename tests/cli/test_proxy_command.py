"""`agentsflare-kimi proxy`, as a process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import openai
import pytest
from raw_http import send

from agentsflare_kimi.emulator import Emulator

COMMAND = [sys.executable, "-m", "agentsflare_kimi", "proxy"]
HELLO = [{"role": "user", "content": "a private question"}]


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@contextmanager
def proxy(upstream, *arguments):
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--upstream", upstream, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    try:
        base_url = process.stdout.readline().strip().removeprefix("export OPENAI_BASE_URL=")
        yield process, openai.OpenAI(base_url=base_url, api_key="a-private-key", timeout=60)
    finally:
        process.terminate()  # workers outlive a parent that is killed
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--log-json", "--workers", "2")])
def test_it_serves_until_it_is_told_to_end(emulator, more):
    with proxy(emulator.base_url, *more) as (process, client):
        answer = client.chat.completions.create(model="kimi-k2-turbo-preview", messages=HELLO)
        assert "private question" in answer.choices[0].message.content
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    assert "Traceback" not in log
    told = '"model_sent": "kimi-k2.6"' if more else "model_sent='kimi-k2.6'"
    assert told in log
    assert "private" not in log


@pytest.mark.slow
def test_open_streams_are_drained(emulator):
    going_on = threading.Event()
    with proxy(emulator.base_url) as (process, client):
        client.models.list()  # it is up
        emulator.tokens_per_second = 20
        stream = client.chat.completions.create(model="kimi-k2.6", messages=HELLO, stream=True)
        chunks = iter(stream)
        received = [next(chunks)]
        process.send_signal(signal.SIGTERM)
        going_on.set()
        received += chunks
        process.communicate(timeout=60)
    assert received[-1].choices[0].finish_reason == "stop" or received[-1].usage
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--pass-keys"),  # noqa: S104  # what is refused
        (["--token", "short"], "at least 16"),
        (["--token", "t" * 20], "AGENTSFLARE_API_KEY"),
        (["--port", "99999"], "cannot bind"),
        (["--upstream", "http://example.com/v1"], "base URL refused"),
        (["--memory", "http://example.com"], "AGENTSFLARE_PROXY_MEMORY"),
        (["--workers", "0"], "--workers: must be a whole number, 1 or more, got '0'"),
        (["--drain", "-1"], "--drain: must be a whole number, 0 or more"),
        (["--max-body-bytes", "0"], "--max-body-bytes: must be"),
    ],
)
def test_wrong_use_is_one_line(arguments, said):
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_the_numbers_of_all_workers_are_added_up(emulator):
    with proxy(emulator.base_url, "--workers", "2") as (_, client):
        for _ in range(8):
            # A connection each, so that both workers get some.
            with openai.OpenAI(base_url=client.base_url, api_key="any", timeout=60) as one:
                one.chat.completions.create(model="kimi-k2.6", messages=HELLO)
        told = []
        for _ in range(4):
            url = f"{client.base_url}".removesuffix("/v1/") + "/metrics"
            _, text = send(url, connection="close")
            told.append(re.findall(r"requests_total\{[^}]*\} (\S+)", text.decode()))
    assert told == [["8.0"]] * 4
