"""`agentsflare-kimi proxy`, as a process."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import openai
import pytest
from loopback import serving as answering
from raw_http import send
from waiting import wait_until

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("drain", "signals", "code"),
    [("0", [signal.SIGTERM], 0), ("60", [signal.SIGINT, signal.SIGINT], 130)],
)
def test_a_stream_that_outlasts_the_drain_is_told_so(drain, signals, code):
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "kimi-k2.6"}
    chunk["choices"] = [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}]
    event = b"data: " + json.dumps(chunk).encode() + b"\n\n"
    with (
        answering(event, end="hold") as gateway,
        proxy(gateway.base_url, "--drain", drain, "--log-json") as (process, client),
    ):
        stream = client.chat.completions.create(model="kimi-k2.6", messages=HELLO, stream=True)
        assert next(iter(stream)).choices[0].delta.content == "Hello"
        for number in signals:
            process.send_signal(number)
            wait_until(lambda: listens_no_more(client.base_url))
        with pytest.raises(openai.APIError, match="stopped before the answer was complete"):
            list(stream)
        _, log = process.communicate(timeout=60)
    assert process.returncode == code
    events = [json.loads(line) for line in log.splitlines() if line != "Ctrl-C ends it"]
    assert events[-1]["cause"] == "proxy_stopped"


def listens_no_more(url):
    try:
        socket.create_connection((url.host, url.port)).close()
    except OSError:
        return True
    return False


@pytest.mark.slow
def test_the_server_s_own_messages_are_lines_of_the_log(emulator):
    with proxy(emulator.base_url, "--log-json") as (process, client):
        with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
            connection.sendall(b"no HTTP\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
        client.chat.completions.create(model="kimi-k2-turbo-preview", messages=HELLO)
        process.terminate()
        _, log = process.communicate(timeout=60)
    events = [json.loads(line)["event"] for line in log.splitlines() if line != "Ctrl-C ends it"]
    assert events == ["Invalid HTTP request received.", "model_migrated", "request"]


def test_a_port_in_use_is_told_once():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == (
        f"agentsflare-kimi: error: cannot bind to 127.0.0.1 port {port}: Address already in use; "
        "--port 0 takes any free one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--pass-keys"),  # noqa: S104  # what is refused
        (["--token", "short"], "at least 16"),
        (["--token", "t" * 20], "AGENTSFLARE_API_KEY"),
        (["--port", "99999"], "--port: must be from 0 to 65535, got '99999'"),
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
