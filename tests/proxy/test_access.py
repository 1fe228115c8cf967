"""Who may ask: Host, machine, key or token, and how much."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr
from raw_http import send

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.errors import ConfigurationError, MissingApiKeyError
from agentsflare_kimi.proxy import create_app
from agentsflare_kimi.proxy.access import Gate
from agentsflare_kimi.proxy.options import ProxySettings
from agentsflare_kimi.proxy.refusals import Refusal

TOKEN, OTHER = "token-of-the-first-caller", "token-of-the-second-caller"
KEY = {"api_key": "the-key-of-the-gateway"}


def chat(base_url, **headers):
    body = json.dumps({"model": "kimi-k2.6", "messages": [{"role": "user", "content": "Hello"}]})
    status, answer = send(f"{base_url}/chat/completions", body.encode(), **headers)
    return status, json.loads(answer)


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic any", "any"])
def test_without_a_key_nothing_is_asked(proxy, emulator, value):
    status, answer = chat(proxy, authorization=value)
    assert (status, answer["error"]["code"]) == (401, "invalid_api_key")
    assert "send your Agentsflare key" in answer["error"]["message"]
    assert emulator.requests == ()


def test_the_caller_s_own_key_is_passed_on(start):
    from agentsflare_kimi.emulator import Emulator  # noqa: PLC0415

    with Emulator(api_key="good-key") as emulator:
        base_url = start(emulator.base_url, settings=KEY)
        assert chat(base_url, authorization="Bearer good-key")[0] == 200
        assert chat(base_url, authorization="Bearer bad-key")[0] == 404


def test_callers_with_a_token_use_the_key_of_the_gateway(start):
    from agentsflare_kimi.emulator import Emulator  # noqa: PLC0415

    with Emulator(api_key=KEY["api_key"]) as emulator:
        base_url = start(emulator.base_url, settings=KEY, tokens=(TOKEN, OTHER))
        assert chat(base_url, authorization=f"Bearer {TOKEN}")[0] == 200
        assert chat(base_url, authorization=f"bearer {OTHER}")[0] == 200
        status, answer = chat(base_url, authorization=f"Bearer {KEY['api_key']}")
    assert (status, "not a token of this proxy" in answer["error"]["message"]) == (401, True)


def test_tokens_need_a_key_of_the_gateway():
    with pytest.raises(MissingApiKeyError, match="AGENTSFLARE_API_KEY"):
        create_app(KimiSettings(), tokens=(TOKEN,))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tokens": ("short",)}, "at least 16"),
        ({"tokens": (TOKEN,), "pass_keys": True}, "exclude each other"),
        ({"max_body_bytes": 0}, "AGENTSFLARE_PROXY_MAX_BODY_BYTES"),
        ({"no_such_option": 1}, "NO_SUCH_OPTION"),
    ],
)
def test_wrong_options_are_told_by_name(options, said):
    with pytest.raises(ConfigurationError, match=said) as raised:
        create_app(KimiSettings(**KEY), **options)
    assert TOKEN not in str(raised.value)


def test_options_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_PROXY_TOKENS", f"{TOKEN}, {OTHER}")
    monkeypatch.setenv("AGENTSFLARE_PROXY_ALLOWED_HOSTS", '["one", "two"]')
    chosen = ProxySettings()
    assert chosen.tokens == (SecretStr(TOKEN), SecretStr(OTHER))
    assert chosen.allowed_hosts == ("one", "two")
    assert TOKEN not in repr(chosen)


@pytest.mark.parametrize(
    ("name", "meant"), [("TOKEN", "TOKENS"), ("PASSKEYS", "PASS_KEYS"), ("max_body_byte", None)]
)
def test_a_misspelt_variable_is_refused(monkeypatch, name, meant):
    monkeypatch.setenv(f"AGENTSFLARE_PROXY_{name}", "a-private-value")
    meant = meant or "MAX_BODY_BYTES"
    with pytest.raises(ConfigurationError, match=f"did you mean AGENTSFLARE_PROXY_{meant}") as told:
        ProxySettings()
    assert f"AGENTSFLARE_PROXY_{name} is not read" in str(told.value)
    assert "private" not in str(told.value)


@pytest.mark.parametrize("name", ["SERVICE_HOST", "PORT", "PORT_8766_TCP_ADDR"])
def test_variables_that_orchestrators_set_for_a_service_of_this_name_are_left_alone(
    monkeypatch, name
):
    monkeypatch.setenv(f"AGENTSFLARE_PROXY_{name}", "10.0.0.1")
    ProxySettings()


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("LOCALHOST:8766", True),
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("192.0.2.7:8766", True),  # an address cannot be made to point elsewhere
        ("proxy.internal:8766", True),
        ("rebound.example:8766", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_the_host_header_is_checked(start, emulator, host, is_ours):
    base_url = start(emulator.base_url, allowed_hosts=("proxy.internal",))
    status, answer = chat(base_url, host=host)
    assert status == (200 if is_ours else 403)
    assert is_ours or "--allow-host" in answer["error"]["message"]


def scope_of(client, **headers):
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"client": client, "headers": pairs}


@pytest.mark.parametrize(
    ("client", "options", "is_let_in"),
    [
        (("127.0.0.1", 1), {}, True),
        (("::1", 1), {}, True),
        (("192.0.2.7", 1), {}, False),
        (("192.0.2.7", 1), {"pass_keys": True}, True),
        (("192.0.2.7", 1), {"tokens": (TOKEN,)}, True),
        (None, {}, True),  # a Unix socket
    ],
)
def test_other_machines_are_let_in_only_if_so_told(client, options, is_let_in):
    gate = Gate(ProxySettings(**options), KimiSettings(**KEY))
    headers = {"host": "localhost"}
    if is_let_in:
        gate.check_connection(scope_of(client, **headers), headers)
        return
    with pytest.raises(Refusal, match="--pass-keys"):
        gate.check_connection(scope_of(client, **headers), headers)


@pytest.mark.parametrize(
    ("options", "sent", "is_shown"),
    [
        ({"pass_keys": True}, "", False),
        ({"pass_keys": True, "public_metrics": True}, "", True),
        ({"tokens": (TOKEN,)}, "", False),
        ({"tokens": (TOKEN,)}, TOKEN, True),
    ],
)
def test_metrics_are_shown_to_other_machines_only_if_so_told(options, sent, is_shown):
    gate = Gate(ProxySettings(**options), KimiSettings(**KEY))
    headers = {"authorization": f"Bearer {sent}"}
    assert gate.may_see_metrics(scope_of(("192.0.2.7", 1)), headers) is is_shown
    assert gate.may_see_metrics(scope_of(("127.0.0.1", 1)), {})


def test_bodies_are_bounded(start, emulator):
    base_url = start(emulator.base_url, max_body_bytes=1000)
    assert chat(base_url)[0] == 200
    status, answer = send(f"{base_url}/chat/completions", b"x" * 1001)
    assert (status, json.loads(answer)["error"]["code"]) == (413, "body_too_large")
    # Without an announced length, too.
    pieces = iter([b"x" * 600] * 3)
    status, _ = send(f"{base_url}/chat/completions", pieces, **{"content-length": None})
    assert status == 413
    assert len(emulator.requests) == 1


def test_headers_are_bounded(start, emulator):
    base_url = start(emulator.base_url, max_header_bytes=2000)
    assert chat(base_url, **{"x-long": "x" * 3000})[0] == 431
    assert emulator.requests == ()
