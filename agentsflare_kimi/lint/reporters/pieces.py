"""Writes long lists piece by piece."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["separated"]


def separated(separator: str, pieces: Iterable[str]) -> Iterator[str]:
    """Yield *pieces* with a separator between them."""
    between = ""
    for piece in pieces:
        yield between + piece
        between = separator
