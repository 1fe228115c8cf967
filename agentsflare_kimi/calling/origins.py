"""Where a client may send its key: to the origin of its base URL, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentsflare_kimi.errors import UnsafeBaseUrlError
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from httpx2 import URL  # noqa: TID251  # for type checkers alone

__all__ = ["check_origin"]


def check_origin(url: URL, *trusted: URL) -> URL:
    """Return *url* if it has the origin of a *trusted* URL: the key goes nowhere else.

    A WebSocket (`wss`) counts as `https`, by which it is opened.

    Raises:
        UnsafeBaseUrlError: It has another origin.
    """
    if _origin(url) not in [_origin(each) for each in trusted]:
        raise UnsafeBaseUrlError(
            f"refusing to send the API key to {printable(url.host)!r}: this client talks to "
            f"{trusted[0].host!r} only. Make a client with that `base_url` if you trust it."
        )
    return url


def _origin(url: URL) -> tuple[str, str, int | None]:
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    return scheme, url.host, url.port or {"http": 80, "https": 443}.get(scheme)
