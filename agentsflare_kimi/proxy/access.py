"""Admits requests: checks Host, client address, bearer key, and the size of headers."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import ip_address
from typing import Any, Final

from agentsflare_kimi.base_url import is_loopback
from agentsflare_kimi.errors import MissingApiKeyError
from agentsflare_kimi.proxy.options import ProxySettings
from agentsflare_kimi.proxy.refusals import Refusal
from agentsflare_kimi.settings import KimiSettings

__all__ = ["Caller", "Gate", "unauthorized"]

# A salt for each run: digests identify callers, but cannot be computed from a key elsewhere.
_OF_THIS_RUN: Final = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """The sender of a request; callers with different credentials share nothing.

    Attributes:
        digest: Identifies the caller, in this process only.
        credential: The bearer key that the caller sent.
        key: The gateway key that the request is forwarded with.
    """

    digest: bytes
    credential: str
    key: str

    @property
    def name(self) -> str:
        """A short name for logs, which reveals no key."""
        return self.digest[:4].hex()


class Gate:
    """Admits requests, or raises the refusal to answer with."""

    def __init__(self, options: ProxySettings, settings: KimiSettings) -> None:
        """Guard as *options* say; with tokens, the gateway's key is that of *settings*.

        Raises:
            MissingApiKeyError: There are tokens and no key.
        """
        self._options = options
        self._tokens = [_digest(token.get_secret_value()) for token in options.tokens]
        self._hosts = {host.lower() for host in options.allowed_hosts}
        self._key = settings.api_key.get_secret_value() if settings.api_key else ""
        if self._tokens and not self._key:
            raise MissingApiKeyError(
                "callers send tokens, so the proxy needs a gateway key of its own: set "
                "AGENTSFLARE_API_KEY"
            )

    def check_connection(self, scope: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """Check everything except the caller's key.

        Raises:
            Refusal: The request may not come in.
        """
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        if size > self._options.max_header_bytes:
            raise Refusal(431, "the request's headers are too large", code="headers_too_large")
        if not self._is_our_name(headers.get("host", "")):
            # Otherwise a web page could reach us under a name of its own (DNS rebinding).
            raise Refusal(
                403,
                "this proxy does not serve that Host; start it with `--allow-host NAME` "
                "(AGENTSFLARE_PROXY_ALLOWED_HOSTS)",
                code="host_not_allowed",
            )
        if not self._options.serves_others and not is_near(scope):
            raise Refusal(
                403,
                "this proxy serves its own machine only; start it with `--token` or "
                "`--pass-keys` (AGENTSFLARE_PROXY_TOKENS, AGENTSFLARE_PROXY_PASS_KEYS)",
                code="caller_not_allowed",
            )

    def check_caller(self, headers: Mapping[str, str]) -> Caller:
        """Return who is asking.

        Raises:
            Refusal: There is no key, or it is not one of the tokens.
        """
        scheme, _, credential = headers.get("authorization", "").partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            wanted = "a token of this proxy" if self._tokens else "your Agentsflare key"
            raise unauthorized(f"no API key: send {wanted} as `Authorization: Bearer …`")
        digest = _digest(credential)
        if self._tokens and not _is_one_of(digest, self._tokens):
            raise unauthorized(
                "the API key is not a token of this proxy (it was started with `--token`)"
            )
        return Caller(digest, credential, self._key if self._tokens else credential)

    def may_see_metrics(self, scope: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Tell whether the metrics may be shown: to this machine, a token, or everybody."""
        if self._options.public_metrics or is_near(scope):
            return True
        if not self._tokens:
            return False
        _, _, credential = headers.get("authorization", "").partition(" ")
        return _is_one_of(_digest(credential.strip()), self._tokens)

    def _is_our_name(self, host: str) -> bool:
        name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
        name = name.strip("[]").lower()
        if "*" in self._hosts or name in self._hosts or is_loopback(name):
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True  # an address, so DNS rebinding is impossible


def is_near(scope: Mapping[str, Any]) -> bool:
    """Tell whether a request comes from this machine."""
    client = scope.get("client")
    return client is None or not client[0] or is_loopback(client[0])  # None: a Unix socket


def _digest(credential: str) -> bytes:
    text = credential.encode("utf-8", "surrogateescape")
    return blake2b(text, key=_OF_THIS_RUN, digest_size=32).digest()


def _is_one_of(digest: bytes, known: Iterable[bytes]) -> bool:
    # Compare with all, each in constant time.
    found = [hmac.compare_digest(digest, each) for each in known]
    return any(found)


def unauthorized(message: str) -> Refusal:
    """Return the refusal of a caller whose key is missing or wrong."""
    headers = {"www-authenticate": "Bearer", "x-should-retry": "false"}
    return Refusal(401, message, code="invalid_api_key", headers=headers)
