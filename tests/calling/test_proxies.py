"""Proxies and certificates of the environment: what cannot be used is named, and by whom."""

import asyncio
import os
import socket
import threading
from contextlib import contextmanager

import openai
import pytest
from fault_server import Connection, FaultServer

from agentsflare_kimi import AsyncKimi, ConfigurationError, Kimi, diagnose
from agentsflare_kimi.calling import proxies
from agentsflare_kimi.calling.proxies import find_proxy, read_proxies

GATEWAY = "https://api.agentsflare.com/v1"
ASKED = {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "hi"}]}
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CLIENTS = {
    "sync": (Kimi, {}),
    "async": (AsyncKimi, {}),
    "aiohttp": (AsyncKimi, {"http_backend": "aiohttp"}),
}
EACH = pytest.mark.parametrize(("kind", "options"), CLIENTS.values(), ids=CLIENTS)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in (*VARIABLES, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def make(kind, base_url=GATEWAY, **options):
    return kind(api_key="k", base_url=base_url, max_retries=0, **options)


def ask(kind, base_url=GATEWAY, **options):
    async def call():
        async with make(kind, base_url, **options) as client:
            return await client.chat.completions.create(**ASKED)

    if kind is AsyncKimi:
        return asyncio.run(call())
    with make(kind, base_url, **options) as client:
        return client.chat.completions.create(**ASKED)


def ask_loopback(kind, options):
    with FaultServer({"well": Connection.well}) as server:
        answer = ask(kind, server.url("well"), **options)
        assert answer.choices[0].message.content == "Hello there"


@contextmanager
def proxy(reply):
    """Serve a proxy that sends *reply* to whatever it is asked for."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(65536))
                    connection.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://user:password@127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)


# ---------- Construction


@EACH
@pytest.mark.parametrize(
    ("variable", "scheme"), [("https_proxy", "socks5"), ("ALL_PROXY", "socks5h")]
)
def test_socks_without_its_package_is_named(environment, kind, options, variable, scheme):
    environment.setattr(proxies, "find_spec", lambda _: None)
    environment.setenv(variable, f"{scheme}://user:password@127.0.0.1:1089")

    with pytest.raises(ConfigurationError, match=f"{variable} names a SOCKS proxy") as caught:
        make(kind, **options)
    assert "pip install 'socksio==1.*'" in str(caught.value)
    assert "password" not in str(caught.value)
    ask_loopback(kind, options)


MALFORMED = [
    "http://127.0.0.1:6153export",
    "http://user:password@127.0.0.1:port",
    "127.0.0.1:99999",
    "http://",
    "://",
    "http://[::1",
    "http://a b:3128",
    "htp:/127.0.0.1",
    "ftp://127.0.0.1",
    "socks4://127.0.0.1:1",
]


@EACH
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
def test_a_malformed_proxy_is_named(environment, kind, options, variable):
    for value in MALFORMED:
        environment.setenv(variable, value)
        with pytest.raises(ConfigurationError, match=variable) as caught:
            make(kind, **options)
        assert "http://HOST:PORT" in str(caught.value)
        assert "password" not in str(caught.value)
    ask_loopback(kind, options)


@pytest.mark.parametrize("value", [" http://127.0.0.1:1 ", "127.0.0.1:1", "http://[::1]:1/"])
def test_what_names_a_proxy_all_the_same_is_taken(environment, value):
    environment.setenv("HTTPS_PROXY", value)
    make(Kimi).close()


def test_a_proxy_for_other_requests_does_no_harm(environment):
    environment.setenv("HTTP_PROXY", "http://127.0.0.1:junk")
    make(Kimi).close()
    environment.setenv("HTTPS_PROXY", "socks9://x")
    environment.setenv("NO_PROXY", "agentsflare.com")
    make(Kimi).close()


@EACH
@pytest.mark.parametrize(
    "entries",
    ["localhost,127.0.0.1,[::1],fd00::/8", "*", "[::1,http://[,a b,%,,ü.example"],
)
def test_odd_entries_of_no_proxy_stop_nobody(environment, kind, options, entries):
    environment.setenv("NO_PROXY", entries)
    for name in VARIABLES[:3]:
        environment.setenv(name, "http://127.0.0.1:1")

    asyncio.run(closed(make(kind, **options)))
    ask_loopback(kind, options)


async def closed(client):
    if isinstance(client, AsyncKimi):
        await client.close()
    else:
        client.close()


@pytest.mark.parametrize(
    ("entries", "url", "expected"),
    [
        ("", GATEWAY, "https://"),
        ("agentsflare.com", GATEWAY, None),
        (".agentsflare.com", GATEWAY, None),
        ("*.agentsflare.com", GATEWAY, None),
        ("API.agentsflare.com", GATEWAY, None),
        ("flare.com", GATEWAY, "https://"),
        ("api.agentsflare.com:443", "https://api.agentsflare.com:8443/v1", "https://"),
        ("api.agentsflare.com:8443", "https://api.agentsflare.com:8443/v1", None),
        ("*", GATEWAY, None),
        ("", "http://127.0.0.1:8000/v1", None),
        ("", "http://localhost/v1", None),
        ("", "http://[::1]:8000/v1", None),
        ("", "http://gateway.example/v1", "all://"),
    ],
)
def test_requests_go_past_the_proxy_as_no_proxy_says(environment, entries, url, expected):
    environment.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    environment.setenv("ALL_PROXY", "http://127.0.0.1:2")
    environment.setenv("NO_PROXY", entries)

    assert find_proxy(url, read_proxies()) == expected


@EACH
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("is_there", [False, True])
def test_certificates_that_are_missing_are_named(
    environment, tmp_path, kind, options, variable, is_there
):
    junk = tmp_path / "junk.pem"
    if is_there:
        junk.write_text("junk")
    environment.setenv(variable, os.fspath(junk))

    with pytest.raises(ConfigurationError, match=f"see {variable}$"):
        make(kind, **options)
    ask_loopback(kind, options)


def test_a_folder_of_certificates_is_taken(environment, tmp_path):
    environment.setenv("SSL_CERT_DIR", os.pathsep.join(("/nowhere", os.fspath(tmp_path))))
    make(Kimi).close()


# ---------- Refusals


@EACH
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "(407)"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "(403)"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "(502)"),
    ],
)
def test_a_refusal_of_the_proxy_is_called_that(environment, kind, options, reply, said):
    with proxy(reply) as (url, asked):
        # aiohttp warns of its own way to send a password.
        environment.setenv("HTTPS_PROXY", url.replace("user:password@", "") if options else url)
        with pytest.raises(openai.APIConnectionError) as caught:
            ask(kind, **options)

    found = diagnose(caught.value)
    assert asked[0].startswith(b"CONNECT api.agentsflare.com:443")
    assert found.cause == "proxy_refused"
    assert "refused by the proxy that HTTPS_PROXY names" in found.summary
    assert said in found.summary
    assert "the gateway was not asked" in found.summary
    assert "password@" not in repr((caught.value, caught.value.__notes__, str(found)))


@EACH
def test_a_proxy_that_does_not_run_is_called_that(environment, kind, options):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        environment.setenv("ALL_PROXY", f"http://127.0.0.1:{gone.getsockname()[1]}")
    with pytest.raises(openai.APIConnectionError) as caught:
        ask(kind, **options)

    found = diagnose(caught.value)
    assert found.cause == "proxy_unreachable"
    assert "the proxy that ALL_PROXY names" in found.summary


@EACH
def test_a_proxy_whose_name_is_unknown_is_called_that(environment, kind, options):
    environment.setenv("https_proxy", "http://nowhere.invalid:3128")
    with pytest.raises(openai.APIConnectionError) as caught:
        ask(kind, **options)

    found = diagnose(caught.value)
    assert found.cause == "proxy_unreachable"
    assert "the proxy that https_proxy names is not known" in found.summary


@EACH
def test_a_connection_cut_on_the_way_names_the_proxy_too(environment, kind, options):
    with proxy(b"") as (url, _):
        environment.setenv("HTTPS_PROXY", url.replace("user:password@", ""))
        with pytest.raises(openai.APIConnectionError) as caught:
            ask(kind, **options)

    assert "HTTPS_PROXY" in diagnose(caught.value).summary


def test_without_a_proxy_none_is_blamed():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/v1"
    with pytest.raises(openai.APIConnectionError) as caught:
        ask(Kimi, url)
    assert diagnose(caught.value).cause == "connection_failed"
