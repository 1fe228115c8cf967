"""Shared by all tests: no variable of the machine reaches a test by accident."""

import os

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in [*os.environ]:
        if name.startswith(("AGENTSFLARE_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend():
    return "asyncio"
