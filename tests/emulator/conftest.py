"""Shared by the emulator's tests."""

from __future__ import annotations

import sys

import openai
import pytest


@pytest.fixture(scope="session")
def stream_breaks() -> tuple[type[Exception], ...]:
    """What a broken stream raises: until 3.x the SDK lets the HTTP library's errors through."""
    client = next(base for base in openai.DefaultHttpxClient.__mro__ if base.__name__ == "Client")
    library = sys.modules[client.__module__.partition(".")[0]]
    return openai.APIError, library.TransportError
