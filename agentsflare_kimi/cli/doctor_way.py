"""The network checks of `agentsflare-kimi doctor`: the proxy and the certificates."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from agentsflare_kimi.calling.proxies import find_proxy, make_proxy, read_proxies, variable_of
from agentsflare_kimi.cli.doctor_setup import Row, Setup
from agentsflare_kimi.errors import ConfigurationError

__all__ = ["UsedProxy", "check_certificates", "check_proxy", "used_proxy"]

# Other programs' equivalents of SSL_CERT_FILE.
_NOT_READ: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


class UsedProxy(NamedTuple):
    """The proxy that requests go through: its address, and the variable that sets it."""

    address: str
    variable: str

    def __str__(self) -> str:
        """Show both, without a password in the URL."""
        return f"{self.address} ({self.variable})"


def used_proxy(base_url: str) -> UsedProxy | None:
    """Find the proxy that requests go through.

    Raises:
        ConfigurationError: A variable names a proxy that cannot be used.
    """
    proxies = read_proxies()
    pattern = find_proxy(base_url, proxies)
    url = proxies.get(pattern) if pattern else None
    if pattern is None or url is None:
        return None
    parts = make_proxy(pattern, url).url
    return UsedProxy(f"{parts.scheme}://{parts.netloc.decode()}", variable_of(pattern))


def check_proxy(setup: Setup) -> Iterator[Row]:
    """Report the proxy that requests go through, or why there is none."""
    base_url = setup.settings.base_url
    try:
        proxy = used_proxy(base_url)
    except ConfigurationError as error:
        yield Row("proxy", "failed", str(error))
        return
    host = urlsplit(base_url).hostname
    if proxy is not None:
        yield Row("proxy", "ok", f"requests go through {proxy}; NO_PROXY={host} bypasses it")
    elif any(read_proxies().values()):
        variables = ", ".join(variable_of(each) for each, url in read_proxies().items() if url)
        yield Row("proxy", "ok", f"none for {host}; {variables} is for other hosts")
    else:
        yield Row("proxy", "ok", "none")


def check_certificates(setup: Setup) -> Iterator[Row]:
    """Report whether the trusted certificates can be read."""
    is_needed = setup.settings.base_url.startswith("https:")
    named = next((name for name in _PLACES if os.environ.get(name)), None)
    if named is None:
        yield Row("certificates", "ok", "the usual ones are trusted")
    else:
        problem = _PLACES[named](Path(os.environ[named]))
        detail = f"{named} names {os.environ[named]}"
        if problem:
            status = "failed" if is_needed else "note"
            yield Row("certificates", status, f"{detail}, {problem}: correct it, or unset {named}")
        else:
            yield Row("certificates", "ok", detail)
    others = [name for name in _NOT_READ if os.environ.get(name)]
    if others and named is None:
        detail = f"{', '.join(others)}: not read by this package; SSL_CERT_FILE is"
        yield Row("certificates", "note", detail)


def _problem_with_file(path: Path) -> str:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        return "which holds no certificate in PEM form"
    except OSError as error:
        return f"which cannot be read ({error.strerror})"
    return ""


def _problem_with_folder(path: Path) -> str:
    if not path.is_dir():
        return "which is not a folder"
    # OpenSSL finds certificates there by hashes in their file names.
    has_hashes = any(file.suffix[1:].isdigit() for file in path.iterdir())
    return "" if has_hashes else "in which OpenSSL finds none; run `openssl rehash` on it"


# In the HTTP library's order.
_PLACES: Final = {"SSL_CERT_FILE": _problem_with_file, "SSL_CERT_DIR": _problem_with_folder}
