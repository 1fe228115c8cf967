"""The proxy on a real socket, before the strict emulator."""

from __future__ import annotations

import openai
import pytest
from proxy_server import serving

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.calling.retries import without_sleeping
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.proxy import create_app


@pytest.fixture
def emulator():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def start():
    """Serve a proxy before *base_url*, with settings and options by name."""
    stack = []

    def start(base_url, *, settings=None, **options):
        given = {"base_url": base_url, "allow_insecure_http": True, **(settings or {})}
        context = serving(create_app(KimiSettings(**given), **options))
        origin = context.__enter__()
        stack.append(context)
        return f"{origin}/v1"

    with without_sleeping():
        yield start
        for context in reversed(stack):
            context.__exit__(None, None, None)


@pytest.fixture
def proxy(start, emulator):
    return start(emulator.base_url)


@pytest.fixture
def client(proxy):
    """The stock SDK, which does nothing of what the proxy does."""
    with openai.OpenAI(base_url=proxy, api_key="caller-key") as client:
        yield client
