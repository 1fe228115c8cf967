"""Writes JSON around a long list, piece by piece."""

from __future__ import annotations

import json

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Final

__all__ = ["HERE", "document_with"]

_INDENT: Final = 2
HERE: Final = "\0"
"""Marks the place of the list in a document."""


def document_with(
    items: Iterable[object], outer: Mapping[str, object] | None = None, *, depth: int = 0
) -> Iterator[str]:
    """Write a JSON document around a long list, as `json.dumps` does with `indent=2`.

    Args:
        items: The list's items.
        outer: The document, with `HERE` in place of the list; by default the list alone.
        depth: The number of brackets around the list.

    Yields:
        The pieces of the document.
    """
    shown = json.dumps(HERE if outer is None else outer, indent=_INDENT)
    head, _, tail = shown.partition(json.dumps(HERE))
    margin = "\n" + " " * _INDENT * (depth + 1)
    opening, closing = f"{head}[", f"]{tail}"
    for item in items:
        yield opening + margin + json.dumps(item, indent=_INDENT).replace("\n", margin)
        opening, closing = ",", f"\n{' ' * _INDENT * depth}]{tail}"
    yield closing if opening == "," else opening + closing
