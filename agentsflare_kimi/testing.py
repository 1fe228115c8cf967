"""A pytest plugin: the gateway emulator and clients that talk to it, as fixtures.

It is active as soon as the package is installed:

    def test_greets(kimi_client, kimi_emulator):
        answer = kimi_client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}]
        )
        assert answer.choices[0].message.content == "Hello! How can I help you today?"
        kimi_emulator.assert_requested(model="kimi-k2.6")

    @pytest.mark.kimi_emulator("rate-limited")
    def test_gives_up(kimi_client): ...

No real key is read: during a test, `kimi_emulator` sets its own base URL and key in the
environment, so code that makes its own client talks to the emulator too. The client fixtures
have settings of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

# Every run of pytest in this environment imports this module, so it imports nothing else.
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentsflare_kimi.client import AsyncKimi, Kimi
    from agentsflare_kimi.emulator import Emulator
    from agentsflare_kimi.settings import KimiSettings

__all__ = ["async_kimi_client", "kimi_client", "kimi_emulator", "pytest_configure"]

_MARKER = (
    "kimi_emulator(scenario='ok', **options): what the fixture kimi_emulator does in this test; "
    "the options are those of agentsflare_kimi.emulator.Emulator"
)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def kimi_emulator(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Emulator]:
    """An emulator on a free loopback port; `Kimi()` without arguments talks to it.

    An exception from a function given as `answers` fails the test when it ends.
    """
    from agentsflare_kimi.emulator import Emulator  # noqa: PLC0415  # not in every pytest run

    with Emulator(**_options(request)) as emulator:
        monkeypatch.setenv("AGENTSFLARE_BASE_URL", emulator.base_url)
        monkeypatch.setenv("AGENTSFLARE_API_KEY", emulator.api_key)
        yield emulator
    if emulator.errors:
        # The client saw only status 500, and the test may have swallowed that.
        raise emulator.errors[0]


@pytest.fixture
def kimi_client(kimi_emulator: Emulator) -> Iterator[Kimi]:
    """A client with default settings, connected to the emulator."""
    from agentsflare_kimi.client import Kimi  # noqa: PLC0415  # not in every pytest run

    with Kimi(settings=_settings(kimi_emulator)) as client:
        yield client


@pytest.fixture
def async_kimi_client(kimi_emulator: Emulator) -> AsyncKimi:
    """An async client with default settings, answered by the emulator without a socket.

    It belongs to no event loop, so a test may use it in as many as it likes, and there is
    nothing to close.
    """
    from openai import DefaultAsyncHttpxClient  # noqa: PLC0415  # not in every pytest run

    from agentsflare_kimi.client import AsyncKimi  # noqa: PLC0415  # same

    http_client = DefaultAsyncHttpxClient(transport=kimi_emulator.transport())
    return AsyncKimi(settings=_settings(kimi_emulator), http_client=http_client)


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("kimi_emulator")
    if marker is None:
        return {}
    if len(marker.args) > 1:
        raise pytest.UsageError(
            f"kimi_emulator takes one scenario, got {marker.args!r}; several in turn are a list: "
            f"kimi_emulator({[*marker.args]!r})"
        )
    return ({"scenario": marker.args[0]} if marker.args else {}) | marker.kwargs


def _settings(emulator: Emulator) -> KimiSettings:
    from agentsflare_kimi.settings import KimiSettings  # noqa: PLC0415  # not in every pytest run

    fields = KimiSettings.model_fields
    # Every field is passed, so that none is read from the environment.
    defaults = {name: field.get_default() for name, field in fields.items()}
    given = {"base_url": emulator.base_url, "api_key": emulator.api_key}
    return KimiSettings(**defaults | given)
