"""Reads requests of any shape: a missing or odd field reads as empty, and nothing raises."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

__all__ = ["as_items", "as_mapping", "as_text", "has_parts", "parse_json", "text_of"]


def parse_json(data: bytes | str) -> object:
    """Parse *data*; None when it is not JSON (the literal null gives None too)."""
    try:
        return cast("object", json.loads(data))
    except (ValueError, RecursionError):
        return None


def as_mapping(value: object) -> Mapping[str, object]:
    """Return *value* if it is a JSON object, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def as_items(value: object) -> Sequence[object]:
    """Return *value* if it is a JSON array, else an empty one."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()


def as_text(value: object) -> str:
    """Return *value* if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def text_of(message: object) -> str:
    """Join the text of a message, whose content is a string or a list of parts."""
    content = as_mapping(message).get("content")
    if isinstance(content, str):
        return content
    return "".join(as_text(as_mapping(part).get("text")) for part in as_items(content))


def has_parts(whole: object, parts: object) -> bool:
    """Tell whether *whole* contains *parts*, value by value; lists must be of equal length."""
    if wanted := as_mapping(parts):
        given = as_mapping(whole)
        return all(name in given and has_parts(given[name], wanted[name]) for name in wanted)
    if items := as_items(parts):
        others = as_items(whole)
        return len(items) == len(others) and all(map(has_parts, others, items))
    return parts == whole
