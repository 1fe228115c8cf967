"""Nothing of the environment that is meant for others reaches the gateway."""

import asyncio
import json

import openai
import pytest
from fault_server import FaultServer

from agentsflare_kimi import AsyncKimi, ConfigurationError, Kimi, UnsafeBaseUrlError

POISON = "poison-5f1c"
MESSAGES = [{"role": "user", "content": "hi"}]
VARIABLES = {
    **dict.fromkeys(
        (
            "OPENAI_API_KEY",
            "OPENAI_ADMIN_KEY",
            "OPENAI_ORG_ID",
            "OPENAI_ORGANIZATION",
            "OPENAI_PROJECT_ID",
            "OPENAI_WEBHOOK_SECRET",
            "OPENAI_API_TYPE",
            "OPENAI_API_VERSION",
            "AZURE_OPENAI_API_KEY",
            "AZURE_OPENAI_AD_TOKEN",
        ),
        POISON,
    ),
    "OPENAI_BASE_URL": f"http://{POISON}.invalid/v1",
    "AZURE_OPENAI_ENDPOINT": f"http://{POISON}.invalid",
    "OPENAI_CUSTOM_HEADERS": f"Authorization: Bearer {POISON}\nX-Poison: {POISON}\nHost: {POISON}",
    # A proxy is the user's own choice for other hosts; loopback is not sent there.
    "HTTP_PROXY": f"http://{POISON}.invalid:3128",
    "HTTPS_PROXY": f"http://{POISON}.invalid:3128",
    "ALL_PROXY": f"http://{POISON}.invalid:3128",
    "NO_PROXY": "127.0.0.1",
    "SSL_CERT_FILE": "",
    "SSL_CERT_DIR": "",
}


@pytest.fixture
def server(monkeypatch):
    def answer(connection):
        if connection.request.method == "GET":
            return connection.answer(json.dumps({"object": "list", "data": []}))
        return connection.well()

    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    with FaultServer({"well": answer}) as server:
        monkeypatch.setenv("AGENTSFLARE_API_KEY", "ours-1")
        monkeypatch.setenv("AGENTSFLARE_BASE_URL", server.url("well"))
        yield server


def _wire(server):
    requests = [request for sent in server.requests.values() for request in sent]
    assert requests
    return requests


def _check(server):
    for request in _wire(server):
        assert request.headers["authorization"] == "Bearer ours-1"
        assert POISON not in repr((request.path, request.headers, request.body))
        assert request.headers.keys() <= {
            "accept",
            "accept-encoding",
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "host",
            "user-agent",
        } | {name for name in request.headers if name.startswith("x-stainless-")}


COPIES = {
    "itself": lambda client: client,
    "copy": lambda client: client.copy(),
    "with_options": lambda client: client.with_options(timeout=7),
    "copy of a copy": lambda client: client.with_options(max_retries=0).copy(default_query={}),
}


@pytest.mark.parametrize("derive", COPIES.values(), ids=COPIES)
def test_nothing_of_openai_goes_out(server, derive):
    with Kimi() as made:
        client = derive(made)
        client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
        list(client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES, stream=True))
        client.chat.completions.with_raw_response.create(model="kimi-k2.6", messages=MESSAGES)
        client.models.list()
        client.post("/chat/completions", body={"model": "kimi-k2.6"}, cast_to=object)
        assert POISON not in repr(vars(client))
        assert client.organization is client.project is client.webhook_secret is None
    _check(server)


@pytest.mark.parametrize("derive", COPIES.values(), ids=COPIES)
def test_nothing_of_openai_goes_out_of_the_async_client(server, derive):
    async def main():
        async with AsyncKimi() as made:
            client = derive(made)
            create = client.chat.completions.create
            await create(model="kimi-k2.6", messages=MESSAGES)
            async for _ in await create(model="kimi-k2.6", messages=MESSAGES, stream=True):
                pass
            assert POISON not in repr(vars(client))

    asyncio.run(main())
    _check(server)


def test_headers_of_the_caller_are_sent(server):
    with Kimi(default_headers={"X-Given": "yes"}, organization="mine") as client:
        client.with_options(timeout=3).chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
    (request,) = _wire(server)
    assert request.headers["x-given"] == "yes"
    assert request.headers["openai-organization"] == "mine"


def test_the_key_is_sent_to_no_other_origin(server):

    other = server.url("well").replace("127.0.0.1", "localhost")
    with Kimi() as client, pytest.raises(UnsafeBaseUrlError, match="localhost"):
        client.post(f"{other}/chat/completions", body={}, cast_to=object)
    assert not server.requests


def test_unreadable_certificates_are_named(server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    for kind in (Kimi, AsyncKimi):
        with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
            kind(base_url="https://api.agentsflare.com/v1")


FAULTS = {
    "SSL_CERT_FILE": "/nowhere/certificates.pem",
    "SSL_CERT_DIR": "/nowhere",
    "HTTPS_PROXY": "http://127.0.0.1:6153export",
    "https_proxy": "127.0.0.1:99999",
    "ALL_PROXY": "socks4://127.0.0.1:1",
}


@pytest.mark.parametrize("kind", [Kimi, AsyncKimi])
@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_environment_is_named_and_does_not_stop_loopback(monkeypatch, server, kind, name):
    for each in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(each)
    monkeypatch.setenv(name, FAULTS[name])

    with pytest.raises(ConfigurationError, match=name):
        kind(base_url="https://api.agentsflare.com/v1")
    with Kimi() as client:
        client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
    _check(server)


def test_what_the_gateway_says_cannot_drive_a_terminal(server):
    server.replies["well"] = lambda connection: connection.answer_json(
        {"error": {"message": "\x1b[2Jgone"}}, 400
    )
    with Kimi() as client, pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="kimi-k2.6", messages=MESSAGES)
    assert "\x1b" not in str(caught.value)
    assert "gone" in str(caught.value)
