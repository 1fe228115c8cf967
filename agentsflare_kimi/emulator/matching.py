"""Tells whether a request has certain parts, for recordings and assertions."""

from __future__ import annotations

from agentsflare_kimi.reading.lenient import as_list, as_mapping

__all__ = ["has_parts"]


def has_parts(whole: object, parts: object) -> bool:
    """Tell whether *whole* contains *parts*, value by value; lists must be of equal length."""
    if wanted := as_mapping(parts):
        given = as_mapping(whole)
        return all(name in given and has_parts(given[name], wanted[name]) for name in wanted)
    if items := as_list(parts):
        others = as_list(whole)
        return len(items) == len(others) and all(map(has_parts, others, items))
    return parts == whole
