"""Where the key and the prompt may be sent: one check for every base URL."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

__all__ = ["DEFAULT_BASE_URL", "check_base_url", "is_loopback"]

DEFAULT_BASE_URL: Final = "https://api.agentsflare.com/v1"

_HINT: Final = "set AGENTSFLARE_BASE_URL (argument `base_url`) to a URL such as " + DEFAULT_BASE_URL
_OPT_IN: Final = " (AGENTSFLARE_ALLOW_INSECURE_HTTP=true allows it)"
# The gateway's page prints the full endpoint as "API Base URL", so people paste it.
_ENDPOINT: Final = re.compile(r"/+chat/completions/*$")


def check_base_url(url: str, *, allow_insecure_http: bool = False) -> str:
    """Return *url* as the SDK wants it, or refuse it.

    Strips surrounding blanks and quotes, trailing slashes and a pasted `/chat/completions`.
    Refuses schemes other than http and https, plain http to a host that is not loopback, a
    missing host, user information, a query, a fragment, a host that is not ASCII, blanks,
    control characters and backslashes.

    Args:
        url: What the user configured.
        allow_insecure_http: Whether plain http is allowed to any host.

    Returns:
        The URL to give to the SDK.

    Raises:
        UnsafeBaseUrlError: The URL is refused. The message shows scheme and host at most,
            because a key may have been pasted into the wrong place.

    Source: facts/reliability.md section 2a, T6 and T7.
    """
    text = url.strip().strip("\"'").strip()
    problem = _problem(text, allow_insecure_http=allow_insecure_http)
    if problem:
        from agentsflare_kimi.errors import UnsafeBaseUrlError  # noqa: PLC0415  # loads openai

        raise UnsafeBaseUrlError(f"base URL refused: {problem}; {_HINT}")
    return _ENDPOINT.sub("", text).rstrip("/")


def _problem(text: str, *, allow_insecure_http: bool) -> str | None:
    if re.search(r"[\s\\\x00-\x1f\x7f]", text):
        return "it contains blanks, backslashes or control characters"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        is_port = "port" in str(error).lower()
        return f"it is not a URL{': the port is not a number up to 65535' if is_port else ''}"
    return _problem_with(parts, host, allow_insecure_http=allow_insecure_http)


def _problem_with(parts: SplitResult, host: str, *, allow_insecure_http: bool) -> str | None:
    is_open = parts.scheme == "http" and not allow_insecure_http and not is_loopback(host)
    checks = (
        (parts.scheme not in {"http", "https"}, "it does not begin with https://"),
        (not host, "it names no host"),
        ("@" in parts.netloc, f"it contains user information before the host {host!a}"),
        (not host.isascii() or "%" in host, f"the host {host!a} is not plain ASCII"),
        (parts.query or parts.fragment, f"a query or fragment follows the path on {host!a}"),
        (
            is_open,
            f"plain http would show key and prompt to anyone on the way to {host!a}{_OPT_IN}",
        ),
    )
    return next((reason for is_wrong, reason in checks if is_wrong), None)


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine: localhost, 127.0.0.0/8 or ::1."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
