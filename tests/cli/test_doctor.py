"""`agentsflare-kimi doctor` as its users run it, against real servers and proxies on loopback."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from loopback import serving

from agentsflare_kimi.emulator import Emulator

KEY = "sk-canary-0123456789"
LIST = b'{"object": "list", "data": [{"id": "kimi-k2.6"}, {"id": "kimi-k2.5"}]}'
GATEWAY = "https://gateway.invalid/v1"


class Report:
    """What one run of the command told."""

    def __init__(self, result):
        self.code, self.text = result.returncode, result.stdout + result.stderr
        self._rows = json.loads(result.stdout)

    def status(self, name):
        return {row["status"] for row in self._rows if row["name"] == name}

    def detail(self, name):
        return "\n".join(row["detail"] for row in self._rows if row["name"] == name)


def run(*arguments, cwd=None, **variables):
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-m", "agentsflare_kimi", "doctor", *arguments],
        env=environment | variables,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert KEY not in result.stdout + result.stderr
    return result


def examine(*arguments, cwd=None, **variables):
    return Report(run("--json", *arguments, cwd=cwd, **variables))


def examine_gateway(body, *, status=200, content_type="application/json", **variables):
    with serving(body, status=status, content_type=content_type) as server:
        named = {"AGENTSFLARE_API_KEY": KEY, "AGENTSFLARE_BASE_URL": server.base_url} | variables
        return examine(**named)


def test_a_gateway_that_lists_the_model_is_in_order():
    report = examine_gateway(LIST)

    assert report.code == 0
    assert report.status("gateway") == report.status("model served") == {"ok"}
    assert report.detail("gateway") == "answers, and lists 2 models"


@pytest.mark.parametrize(
    ("variable", "value", "row"),
    [
        ("AGENTSFLARE_API_KEY", "ключ", "API key"),
        ("AGENTSFLARE_BASE_URL", "ftp://gateway.invalid", "base URL"),
        ("AGENTSFLARE_MODEL", " ", "model"),
    ],
)
def test_nothing_is_said_of_the_default_of_a_setting_that_is_refused(variable, value, row):
    report = examine("--offline", **{"AGENTSFLARE_API_KEY": KEY, variable: value})

    assert report.code == 1
    assert "failed" in report.status("settings")
    assert report.status(row) == {"skipped"}
    assert report.detail(row) == "the one that is set is refused"


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        (b"{}", "application/json", "is not a list of models"),
        (b"[]", "application/json", "is not a list of models"),
        (b'{"data": 5}', "application/json", "is not a list of models"),
        (b'{"data": []}', "application/json", "lists no models"),
        (b'{"data": [{"name": "x"}, 3]}', "application/json", "lists no models"),
        (b"<html>Welcome</html>", "text/html", "(text/html) is not a list of models"),
        (b"", "application/json", "is not a list of models"),
        (b'{"data": [', "application/json", "is not a list of models"),
    ],
)
def test_what_is_no_gateway_fails(body, content_type, told):
    report = examine_gateway(body, content_type=content_type)

    assert report.code == 1
    assert report.status("gateway") == {"failed"}
    assert told in report.detail("gateway")


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b'{"error": {"message": "Key not found"}}', "key"),
        (403, b"<html>blocked</html>", "edge"),
        (500, b"{}", "server failed"),
        (302, b"", "not that of the gateway"),
    ],
)
def test_a_gateway_that_refuses_fails(status, body, told):
    report = examine_gateway(body, status=status)

    assert report.code == 1
    assert report.status("gateway") == {"failed"}
    assert told in report.detail("gateway")


def test_a_model_that_is_not_served_fails_and_names_those_that_are():
    report = examine_gateway(LIST, AGENTSFLARE_MODEL="kimi-k2.7-code")

    assert report.code == 1
    assert report.status("model served") == {"failed"}
    assert "one of kimi-k2.6, kimi-k2.5" in report.detail("model served")


def test_a_retired_model_is_looked_for_as_what_is_sent_in_its_place():
    report = examine_gateway(LIST, AGENTSFLARE_MODEL="kimi-k2-thinking")

    assert report.code == 0
    assert report.detail("model served") == "kimi-k2.6 is in the gateway's list"


def test_a_key_in_the_variable_of_the_model_is_not_shown():
    report = examine_gateway(LIST, AGENTSFLARE_MODEL=KEY)
    assert report.status("model") == {"failed"}
    assert "looks like a key" in report.detail("model")


def test_a_model_that_ended_upstream_is_a_note():
    report = examine("--offline", AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_MODEL="kimi-latest")

    assert report.code == 0
    assert report.status("model") == {"note"}
    assert "ended upstream on 2026-01-28" in report.detail("model")


def test_a_list_that_the_gateway_lacks_proves_nothing():
    report = examine_gateway(b"{}", status=404)

    assert report.code == 0
    assert report.status("gateway") == {"note"}
    assert "--ask tells" in report.detail("gateway")


def test_a_base_url_without_a_version_is_told_online_and_offline():
    with serving(b"{}", status=404) as server:
        bare = server.base_url.removesuffix("/v1")
        named = {"AGENTSFLARE_API_KEY": KEY, "AGENTSFLARE_BASE_URL": bare}
        online, offline = examine(**named), examine("--offline", **named)

    assert (online.code, offline.code) == (1, 0)
    assert f"add /v1, as in {bare}/v1" in offline.detail("base URL")
    assert online.status("gateway") == {"failed"}
    assert "add /v1 to AGENTSFLARE_BASE_URL" in online.detail("gateway")


def test_a_base_url_that_goes_on_after_the_version_is_told():
    url = f"{GATEWAY}/models"
    report = examine("--offline", AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=url)

    assert f"as in {GATEWAY}" in report.detail("base URL")


@pytest.mark.parametrize(
    ("variable", "status", "told"),
    [
        ("HTTPS_PROXY", 407, "407"),
        ("https_proxy", 403, "refused: 403"),
        ("ALL_PROXY", 502, "refused: 502"),
    ],
)
def test_the_proxy_that_refused_is_named_with_its_variable(variable, status, told):
    with serving(b"", status=status) as proxy:
        address = proxy.base_url.removesuffix("/v1")
        with_password = address.replace("://", "://me:hunter2@")
        report = examine(
            AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=GATEWAY, **{variable: with_password}
        )

    assert report.code == 1
    assert f"the proxy {address} ({variable})" in report.detail("gateway")
    assert told in report.detail("gateway")
    assert "NO_PROXY" in report.detail("gateway")
    assert f"{address} ({variable})" in report.detail("proxy")
    assert "hunter2" not in report.text


def test_a_proxy_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    report = examine(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=GATEWAY, HTTPS_PROXY=address)

    assert report.status("gateway") == {"failed"}
    assert f"the proxy {address} (HTTPS_PROXY) cannot be reached" in report.detail("gateway")


def test_a_proxy_in_the_way_of_plain_http_is_named():
    with serving(b"who are you", status=407) as proxy:
        address = proxy.base_url.removesuffix("/v1")
        report = examine(
            AGENTSFLARE_API_KEY=KEY,
            AGENTSFLARE_BASE_URL="http://gateway.invalid/v1",
            AGENTSFLARE_ALLOW_INSECURE_HTTP="1",
            HTTP_PROXY=address,
        )

    assert f"the proxy {address} (HTTP_PROXY) asks for a user name" in report.detail("gateway")


def test_a_proxy_that_requests_go_past_is_not_blamed():
    with serving(LIST, content_type="application/json") as server:
        report = examine(
            AGENTSFLARE_API_KEY=KEY,
            AGENTSFLARE_BASE_URL=server.base_url,
            HTTPS_PROXY="http://127.0.0.1:9",
        )

    assert report.code == 0
    assert report.detail("proxy") == "none for 127.0.0.1; HTTPS_PROXY is for other hosts"


def test_a_proxy_that_cannot_be_one_fails_offline():
    report = examine("--offline", AGENTSFLARE_API_KEY=KEY, HTTPS_PROXY="http://127.0.0.1:many")

    assert report.code == 1
    assert report.status("proxy") == {"failed"}
    assert "HTTPS_PROXY does not name a proxy" in report.detail("proxy")


@pytest.mark.parametrize(
    ("variable", "kind", "told"),
    [
        ("SSL_CERT_FILE", "missing", "cannot be read (No such file or directory)"),
        ("SSL_CERT_FILE", "empty", "holds no certificate in PEM form"),
        ("SSL_CERT_DIR", "missing", "is not a folder"),
        ("SSL_CERT_DIR", "folder", "OpenSSL finds none"),
    ],
)
def test_certificates_that_are_not_there_are_a_row_offline(variable, kind, told, tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    place = str(tmp_path / kind)
    report = examine("--offline", AGENTSFLARE_API_KEY=KEY, **{variable: place})

    assert report.code == 1
    assert report.status("certificates") == {"failed"}
    assert f"{variable} names {place}" in report.detail("certificates")
    assert told in report.detail("certificates")


def test_a_variable_for_certificates_that_is_not_read_is_told():
    report = examine("--offline", AGENTSFLARE_API_KEY=KEY, REQUESTS_CA_BUNDLE="/nowhere.pem")

    assert report.code == 0
    assert "REQUESTS_CA_BUNDLE: not read" in report.detail("certificates")


@pytest.fixture
def strange_certificate(tmp_path):
    """Serve TLS with a certificate that nobody signed."""
    from cryptography import x509  # noqa: PLC0415  # slow to load
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8
    (tmp_path / "c.pem").write_bytes(
        key.private_bytes(pem, private, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        try:
            while True:
                connection, _ = listener.accept()
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    yield f"https://localhost:{listener.getsockname()[1]}/v1"
    listener.close()


def test_a_certificate_that_nobody_trusts_is_told(strange_certificate):
    report = examine(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=strange_certificate)

    assert report.code == 1
    assert "The certificate of localhost" in report.detail("gateway")
    assert "SSL_CERT_FILE" in report.detail("gateway")


def test_a_server_without_tls_is_told():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
        report = examine(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=url)

    assert report.code == 1
    assert "TLS" in report.detail("gateway")


def test_a_host_that_has_no_address_is_told():
    report = examine(AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=GATEWAY)

    assert report.code == 1
    assert "gateway.invalid" in report.detail("gateway")


def test_a_gateway_that_never_answers_is_told():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        report = examine(
            AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=url, AGENTSFLARE_TIMEOUT="0.2"
        )

    assert report.code == 1
    assert report.detail("gateway").startswith("timeout: ")


def test_misspelt_variables_are_found_wherever_they_stand(tmp_path):
    file = tmp_path / "own.env"
    file.write_text(f"AGENTSFLARE_API_KEY={KEY}\nAGENTSFLARE_MODELL={KEY}\n")
    report = examine(
        *("--offline", "--env-file", str(file)),
        AGENTFLARE_API_KEY=KEY,
        AGENTSFLARE_TEAM=KEY,
        AGENTSFLARE_PROXY_TOKENS=KEY,
        agentsflare_deadline="5",
    )

    told = report.detail("unknown variables")
    assert report.code == 0
    assert "AGENTFLARE_API_KEY is not read; did you mean AGENTSFLARE_API_KEY?" in told
    assert f"{file}: AGENTSFLARE_MODELL is not read; did you mean AGENTSFLARE_MODEL?" in told
    assert "AGENTSFLARE_TEAM is not read: there is no such setting" in told
    assert "PROXY_TOKENS" not in told
    assert "deadline" not in told
    assert f"AGENTSFLARE_API_KEY is set in {file}" in report.detail("settings")


def test_a_line_of_the_env_file_that_cannot_be_read_hides_no_other_row(tmp_path):
    file = tmp_path / "own.env"
    file.write_text(f"AGENTSFLARE_MODEL=kimi-k2.5\nAGENTSFLARE_API_KEY='{KEY}\n")
    report = examine("--offline", "--env-file", str(file), AGENTSFLARE_TIMEOUT="soon")

    assert report.code == 1
    assert f"{file}:2: the quote is not closed" in report.detail("settings")
    assert "AGENTSFLARE_TIMEOUT (argument `timeout`)" in report.detail("settings")
    assert report.status("API key") == {"failed"}
    assert report.status("base URL") == {"ok"}


def test_the_env_file_that_is_read_is_not_said_to_be_left_out(tmp_path):
    (tmp_path / ".env").write_text(f"AGENTSFLARE_API_KEY={KEY}\n")
    (tmp_path / ".env").chmod(0o600)

    unread = examine("--offline", cwd=tmp_path)
    read = examine("--offline", "--env-file", ".env", cwd=tmp_path)

    assert "only if --env-file names it" in unread.detail(".env")
    assert (unread.code, read.code) == (1, 0)
    assert read.status(".env") == set()


def test_without_a_key_the_way_to_the_gateway_is_told_nevertheless():
    with Emulator(api_key=KEY) as emulator:
        report = examine(AGENTSFLARE_BASE_URL=emulator.base_url)

    assert report.code == 1
    assert report.status("API key") == {"failed"}
    assert report.detail("gateway") == "answers, and asks for a key"


def test_a_completion_is_asked_for_only_where_it_is_wanted():
    with Emulator(api_key=KEY) as emulator:
        named = {"AGENTSFLARE_API_KEY": KEY, "AGENTSFLARE_BASE_URL": emulator.base_url}
        quiet = examine(**named)
        before = [request.path for request in emulator.requests]
        asking = examine("--ask", **named)
        after = [request.path for request in emulator.requests[len(before) :]]

    assert not any("completions" in path for path in before)
    assert sum("completions" in path for path in after) == 1
    assert quiet.status("answer") == set()
    assert asking.status("answer") == {"ok"}
    assert "kimi-k2.6 answered in" in asking.detail("answer")


def test_a_completion_that_fails_is_told():
    with Emulator(api_key=KEY) as emulator:
        emulator.scenario = "overloaded-503"
        report = examine("--ask", AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=emulator.base_url)

    assert report.code == 1
    assert report.status("answer") == {"failed"}


def test_asking_offline_is_wrong_use():
    result = run("--ask", "--offline")

    assert result.returncode == 2
    assert "--ask makes a request" in result.stderr


def test_offline_every_row_is_there_and_nothing_is_asked():
    with serving(LIST) as server:
        report = examine("--offline", AGENTSFLARE_API_KEY=KEY, AGENTSFLARE_BASE_URL=server.base_url)

        assert not server.asked.is_set()
    assert report.status("gateway") == {"skipped"}
    for name in ("versions", "settings", "API key", "base URL", "proxy", "certificates", "model"):
        assert report.status(name) == {"ok"}, name
