"""Shared by all tests: no variable of the machine reaches a test by accident."""

import os
import signal

import pytest
from hypothesis import settings

from agentsflare_kimi.models.lessons import forget_lessons

# How long an example takes says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


# A job in the background of a shell ignores Ctrl-C, and so would every command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in [*os.environ]:
        if name.startswith(("AGENTSFLARE_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def nothing_learned():
    """What one test's gateway refuses is not known to the next."""
    forget_lessons()


@pytest.fixture
def anyio_backend():
    return "asyncio"
