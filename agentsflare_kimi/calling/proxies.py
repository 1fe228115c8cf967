"""Selects a request's proxy by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.

The HTTP library reads the same variables, but its error for a bad value does not name the
variable, and it would use proxies for loopback addresses, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Final
from urllib.request import getproxies

from agentsflare_kimi.calling.http_library import http
from agentsflare_kimi.errors import ConfigurationError

__all__ = ["find_proxy", "make_proxy", "read_proxies", "variable_of"]

_SCHEMES: Final = ("http", "https", "all")
_HOST: Final = re.compile(r"[^\s%/\\@]+")
_LAST_PORT: Final = 65_535
_SOCKS: Final = ("socks5", "socks5h")
# Plain http is allowed only to this machine, so no proxy may see it.
_LOOPBACK: Final = ("all://localhost", "all://*.localhost", "all://127.0.0.1", "all://[::1]")


def read_proxies() -> dict[str, str | None]:
    """Read the environment, or else the system's settings.

    Returns:
        URL patterns, as for the HTTP library's `mounts`, each with its proxy's URL, or None for
        a direct connection. As in curl, entries of NO_PROXY that are neither a name nor an
        address are ignored.
    """
    found = getproxies()
    past = [entry.strip() for entry in found.get("no", "").split(",")]
    proxies: dict[str, str | None] = {
        f"{scheme}://": found[scheme] if "://" in found[scheme] else f"http://{found[scheme]}"
        for scheme in _SCHEMES
        if found.get(scheme)
    }
    if not proxies or "*" in past:
        return {}
    patterns = [*_LOOPBACK, *(_pattern(entry) for entry in past if entry)]
    return proxies | dict.fromkeys(filter(_is_readable, patterns))


def find_proxy(url: str, proxies: Mapping[str, str | None]) -> str | None:
    """Return the pattern in *proxies* whose proxy a request for *url* goes through, if any."""
    target = http.URL(url)
    if any(proxy is None and _matches(target, pattern) for pattern, proxy in proxies.items()):
        return None
    patterns = (f"{target.scheme}://", "all://")
    return next((pattern for pattern in patterns if pattern in proxies), None)


def make_proxy(pattern: str, url: str) -> http.Proxy:
    """Read the *url* of the proxy for *pattern*.

    Raises:
        ConfigurationError: It cannot be used; the message names the variable, not the value,
            which may hold a password.
    """
    variable = variable_of(pattern)
    try:
        proxy = http.Proxy(url.strip())
    except (ValueError, http.InvalidURL):
        proxy = None
    if proxy is None or not _is_address(proxy.url):
        raise ConfigurationError(
            f"{variable} does not name a proxy: write it as http://HOST:PORT, or unset it"
        )
    if proxy.url.scheme in _SOCKS and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{variable} names a SOCKS proxy, which needs the package `socksio`: "
            f"pip install 'socksio==1.*', or unset {variable}, or add the gateway's host to "
            "NO_PROXY"
        )
    return proxy


def variable_of(pattern: str) -> str:
    """Return the variable that sets the proxy for a URL *pattern*."""
    scheme = pattern.partition(":")[0]
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")  # in the order that Python reads them
    set_ones = [name for name in names if os.environ.get(name)]
    return set_ones[0] if set_ones else "the proxy in the settings of the system"


def _is_address(url: http.URL) -> bool:
    # The HTTP library accepts a blank or an invalid port, and fails only when it connects.
    is_port = url.port is None or 0 < url.port <= _LAST_PORT
    return bool(_HOST.fullmatch(url.host)) and is_port and url.path in {"", "/"}


def _pattern(entry: str) -> str:
    if "://" in entry:
        return entry
    address, _, prefix = entry.strip("[]").partition("/")
    kind = _version(address)
    if kind == 4 or entry.lower() == "localhost":  # noqa: PLR2004  # of IP
        return f"all://{entry}"
    if kind == 6:  # noqa: PLR2004
        return f"all://[{address}]/{prefix}" if prefix else f"all://[{address}]"
    return f"all://{entry}" if entry.startswith("*.") else f"all://*{entry}"


def _version(address: str) -> int | None:
    try:
        return ip_address(address).version
    except ValueError:
        return None


def _is_readable(pattern: str) -> bool:
    try:
        http.URL(pattern)
    except http.InvalidURL:
        return False
    return True


def _matches(target: http.URL, pattern: str) -> bool:
    excluded = http.URL(pattern)
    if excluded.port not in {None, target.port}:
        return False
    name = excluded.host
    if name.startswith("*."):
        return target.host.endswith(name[1:])
    if name.startswith("*"):
        return f".{target.host}".endswith(f".{name[1:]}")
    return target.host == name
