"""Chooses where `agentsflare-kimi demo` sends requests: to an emulator, unless told otherwise."""

from __future__ import annotations

import http.client
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import openai

from agentsflare_kimi import Kimi, KimiSettings
from agentsflare_kimi.base_url import is_loopback
from agentsflare_kimi.emulator import Emulator
from agentsflare_kimi.emulator.server import PRODUCT
from agentsflare_kimi.errors import ConfigurationError, MissingApiKeyError
from agentsflare_kimi.printable import printable

__all__ = ["Place", "find_place"]

# Slow enough for a person to see the pieces arrive.
_TOKENS_PER_SECOND: Final = 25.0
_PROBE_SECONDS: Final = 3.0
_VARIABLE: Final = "AGENTSFLARE_BASE_URL"


class Place(NamedTuple):
    """The server that answers: `settings` for its URL and key, `notice` for the user."""

    settings: KimiSettings
    notice: str
    emulator: Emulator | None = None

    def stock_client(self) -> openai.OpenAI:
        """Make a client of the `openai` SDK."""
        key = self.settings.api_key
        return openai.OpenAI(
            base_url=self.settings.base_url,
            api_key=key.get_secret_value() if key else "",
            **self._transport(),
        )

    def client(self) -> Kimi:
        """Make a `Kimi` client."""
        return Kimi(settings=self.settings, **self._transport())

    def _transport(self) -> dict[str, Any]:
        if self.emulator is None:
            return {}
        # Without a socket, proxies and certificates from the environment cannot interfere.
        transport = self.emulator.transport()
        return {"http_client": openai.DefaultHttpxClient(transport=transport)}


@contextmanager
def find_place(*, is_live: bool, is_offline: bool) -> Generator[Place]:
    """Choose the server.

    Args:
        is_live: Whether to use the gateway, which costs money.
        is_offline: Whether to open no socket, whatever the environment says.

    Yields:
        The gateway if *is_live*; else an emulator: the one at AGENTSFLARE_BASE_URL if it is
        one, or one in this process.

    Raises:
        MissingApiKeyError: The gateway needs a key, and there is none.
        ConfigurationError: A setting for the gateway is wrong.
    """
    if is_live:
        yield _live()
        return
    base_url = "" if is_offline else os.environ.get(_VARIABLE, "").strip()
    server = _server_at(base_url)
    if server == PRODUCT:
        key = os.environ.get("AGENTSFLARE_API_KEY", "").strip() or Emulator().api_key
        notice = (
            f"The emulator that {_VARIABLE} names answers, on this machine at {base_url}; "
            "nothing is billed."
        )
        with _without_variables():
            yield Place(_settings(base_url, key), notice)
        return
    notice = _why_emulator(base_url, is_offline=is_offline)
    with _without_variables():
        emulator = Emulator(tokens_per_second=_TOKENS_PER_SECOND)
        yield Place(_settings(emulator.base_url, emulator.api_key), notice, emulator)


@contextmanager
def _without_variables() -> Generator[None]:
    # The demo shows the package's default behaviour.
    ours = {name: text for name, text in os.environ.items() if name.startswith("AGENTSFLARE_")}
    for name in ours:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(ours)


def _live() -> Place:
    settings = KimiSettings()
    if settings.api_key is None:
        raise MissingApiKeyError(
            "--live asks the gateway, and AGENTSFLARE_API_KEY is not set; without --live an "
            "emulator answers, which needs no key"
        )
    if is_loopback(urlsplit(settings.base_url).hostname or ""):
        notice = (
            f"The requests go to {settings.base_url}, which is this machine. Whether they are "
            "billed depends on what serves there: a proxy may pass them on to the gateway."
        )
    else:
        notice = f"The requests go to {settings.base_url} and are billed."
    return Place(settings, notice)


def _settings(base_url: str, api_key: str) -> KimiSettings:
    # Every field is set, so nothing is read from the environment.
    defaults = {name: field.default for name, field in KimiSettings.model_fields.items()}
    return KimiSettings(**defaults | {"base_url": base_url, "api_key": api_key})


def _why_emulator(base_url: str, *, is_offline: bool) -> str:
    if is_offline:
        return "Offline: an emulator answers in this process, whatever the environment holds."
    if _is_here(base_url):
        return (
            f"{_VARIABLE} is {printable(base_url)}, on this machine, but no emulator that makes up "
            "its answers responds there, so one answers in this process. --live asks that address."
        )
    if os.environ.get("AGENTSFLARE_API_KEY", "").strip():
        return (
            "AGENTSFLARE_API_KEY is set, but requests to the gateway cost money, so an emulator "
            "answers in this process. --live asks the gateway."
        )
    return "No AGENTSFLARE_API_KEY: an emulator answers in this process."


def _is_here(base_url: str) -> bool:
    try:
        settings = _settings(base_url, "")
    except ConfigurationError:
        return False
    return bool(base_url) and is_loopback(urlsplit(settings.base_url).hostname or "")


def _server_at(base_url: str) -> str | None:
    """Ask a local server for its name, with a request that no server forwards."""
    if not _is_here(base_url):
        return None
    parts = urlsplit(base_url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_PROBE_SECONDS)
    try:
        # The emulator refuses the host, so it neither logs the request nor plays a scenario.
        connection.request("HEAD", "/", headers={"Host": "demo.invalid"})
        return connection.getresponse().getheader("server")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
