"""Finds the gateway's URLs in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.requests.mentions import is_inside
from agentsflare_kimi.lint.rules.base import Reading
from agentsflare_kimi.lint.sources.documents import Value

if TYPE_CHECKING:
    from typing import Final

__all__ = ["GATEWAY", "GatewayUrl", "find_urls"]

GATEWAY: Final = "agentsflare"
_HOST: Final = "agentsflare.com"
_URL: Final = re.compile(r"\bhttps?://(?:[\w-]+\.)*agentsflare\.com(?::\d+)?(?:/[\w./%-]*)?")


class GatewayUrl(NamedTuple):
    """One URL of the gateway, and the value around it."""

    text: str
    start: int
    end: int
    value: Value

    @property
    def in_prose(self) -> bool:
        """Whether it is in a comment or in prose."""
        return self.value.position in {"comment", "prose"}


def find_urls(reading: Reading) -> Iterator[GatewayUrl]:
    """Find the gateway's URLs, outside embedded texts.

    Args:
        reading: A text.

    Yields:
        The URLs in order.
    """
    document = reading.document
    if _HOST not in document.text:
        return
    for match in _URL.finditer(document.text):
        if not is_inside(match.start(), reading.embedded):
            value = document.value_at(match.start(), match.end())
            yield GatewayUrl(match[0], match.start(), match.end(), value)
