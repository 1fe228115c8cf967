"""`agentsflare-kimi demo` as a process: what it shows, and whom it asks."""

import http.server
import os
import subprocess
import sys
import threading

import pytest

from agentsflare_kimi.emulator import Emulator

KEY = "sk-canary-0123456789"
# Nobody listens there; what opens a connection by way of it fails.
NOBODY = "http://127.0.0.1:9"
ASKED = ["kimi-chat", "kimi-k2-turbo-preview", "kimi-k2.6", "kimi-k2.6"]


def demo(*arguments, **variables):
    result = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "demo", *arguments],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in result.stderr
    assert KEY not in result.stdout + result.stderr
    return result


@pytest.fixture
def emulator():
    with Emulator(api_key=KEY) as emulator:
        yield emulator


@pytest.fixture
def stranger():
    """A server on this machine that is no emulator of ours, such as a proxy to the gateway."""
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.path)
            self.send_error(404)

        def do_HEAD(self):
            self.send_error(404)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", received
    server.shutdown()
    server.server_close()


def test_it_shows_the_whole_story_without_a_key():
    result = demo()

    assert result.returncode == 0, result.stderr
    for part in (
        "No AGENTSFLARE_API_KEY: an emulator answers",
        "Model kimi-k2-turbo-preview is not available",
        "LossyMigrationWarning: kimi-k2-turbo-preview was retired on 2026-05-25",
        "thinking.type  -                      disabled",
        "temperature    0.7                    -",
        "prompt 0  jailbreak                -         False     False",
        "answer 0  protected_material_code",
        "finish reason stop",
    ):
        assert part in result.stdout
    assert result.stdout.rstrip().splitlines()[-2:] == [
        "from agentsflare_kimi import Kimi",
        "client = Kimi()  # reads AGENTSFLARE_API_KEY",
    ]


def test_a_key_alone_spends_no_money():
    # Should the gateway be asked in spite of all, the request gets no further than the proxy.
    result = demo(AGENTSFLARE_API_KEY=KEY, HTTPS_PROXY=NOBODY)

    assert result.returncode == 0, result.stderr
    assert "an emulator answers in this process. --live asks the gateway." in result.stdout


def test_live_asks_the_gateway_and_says_that_it_costs():
    result = demo(
        "--live", AGENTSFLARE_API_KEY=KEY, HTTPS_PROXY=NOBODY, AGENTSFLARE_MAX_RETRIES="0"
    )

    assert result.returncode == 1
    assert "The requests go to https://api.agentsflare.com/v1 and are billed." in result.stdout
    assert result.stderr.startswith("agentsflare-kimi: error: ")


def test_live_needs_a_key():
    result = demo("--live")

    assert result.returncode == 2
    assert result.stdout == ""
    assert "AGENTSFLARE_API_KEY is not set; without --live" in result.stderr


def test_an_emulator_that_the_base_url_names_is_asked(emulator):
    result = demo(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=emulator.base_url)

    assert result.returncode == 0, result.stderr
    assert f"on this machine at {emulator.base_url}; nothing is billed" in result.stdout
    assert [request.model for request in emulator.requests] == ASKED


def test_an_emulator_that_records_is_left_alone(tmp_path, stranger):
    upstream, received = stranger
    with Emulator(record=tmp_path / "kept.jsonl", upstream=upstream) as recording:
        result = demo(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=recording.base_url)

    assert result.returncode == 0, result.stderr
    assert recording.requests == ()
    assert received == []


def test_another_server_on_this_machine_is_left_alone(stranger):
    base_url, received = stranger
    result = demo(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=base_url)

    assert result.returncode == 0, result.stderr
    assert f"AGENTSFLARE_BASE_URL is {base_url}, on this machine" in result.stdout
    assert "--live asks that address" in result.stdout
    assert received == []


def test_live_asks_this_machine_and_does_not_say_that_it_is_billed(emulator):
    result = demo("--live", AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=emulator.base_url)

    assert result.returncode == 0, result.stderr
    assert "which is this machine" in result.stdout
    assert [request.model for request in emulator.requests] == ASKED


@pytest.mark.parametrize(
    "variables",
    [
        {"AGENTSFLARE_TIMEOUT": "soon", "AGENTSFLARE_BASE_URL": "ftp://nowhere"},
        {"AGENTSFLARE_ON_RETIRED": "error", "AGENTSFLARE_MODELS_FILE": "missing.toml"},
        {"HTTP_PROXY": NOBODY, "ALL_PROXY": NOBODY, "SSL_CERT_FILE": "missing.pem"},
    ],
)
def test_offline_works_whatever_is_set(variables, emulator):
    named = {"AGENTSFLARE_API_KEY": KEY, "AGENTSFLARE_BASE_URL": emulator.base_url}
    result = demo("--offline", **named | variables)

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Offline: an emulator answers in this process")
    assert emulator.requests == ()


def test_live_and_offline_contradict_each_other():
    result = demo("--live", "--offline")

    assert result.returncode == 2
    assert "not allowed with" in result.stderr
