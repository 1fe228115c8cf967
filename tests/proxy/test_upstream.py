"""The connections behind the proxy: which HTTP library they use."""

from __future__ import annotations

import openai
import pytest

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.calling import backends
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.proxy import create_app

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    ("given", "is_over_aiohttp"),
    [
        ({}, True),  # it is faster, and installed here
        ({"http_backend": "auto"}, True),
        ({"http_backend": "aiohttp"}, True),
        ({"http_backend": "default"}, False),
    ],
)
def test_the_setting_chooses_the_http_library(start, emulator, monkeypatch, given, is_over_aiohttp):
    asked = []
    handle = backends._AiohttpTransport.handle_async_request

    async def noted(transport, request):
        asked.append(request.url.path)
        return await handle(transport, request)

    monkeypatch.setattr(backends._AiohttpTransport, "handle_async_request", noted)
    base_url = start(emulator.base_url, settings=given)
    with openai.OpenAI(base_url=base_url, api_key="any") as client:
        ask = {"model": "kimi-k2.6", "messages": HELLO}
        whole = client.chat.completions.create(**ask).choices[0].message.content
        chunks = client.chat.completions.create(**ask, stream=True)
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole
    assert asked == ["/v1/chat/completions"] * 2 * is_over_aiohttp


def test_the_variable_chooses_it_too(monkeypatch):
    monkeypatch.setenv("AGENTSFLARE_HTTP_BACKEND", "aiohttp")
    monkeypatch.setattr(backends, "_aiohttp_transport", lambda: None)
    with pytest.raises(ConfigurationError, match=r"agentsflare-kimi\[aiohttp\]"):
        create_app(KimiSettings())


def test_without_aiohttp_the_sdk_s_own_is_used(start, emulator, monkeypatch):
    monkeypatch.setattr(backends, "_aiohttp_transport", lambda: None)
    with openai.OpenAI(base_url=start(emulator.base_url), api_key="any") as client:
        client.chat.completions.create(model="kimi-k2.6", messages=HELLO)
