"""Reads fields of anything that came over the wire, and never raises on odd data.

SDK models, plain dicts and objects of other libraries are read alike: a field that is
missing, raises, or has an unexpected type counts as absent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeGuard, cast

__all__ = [
    "LONE_SURROGATE",
    "as_integer",
    "as_list",
    "as_mapping",
    "as_string",
    "as_text",
    "attribute",
    "field",
    "fields",
    "is_list",
    "is_mapping",
    "json_value",
    "message_text",
    "opened",
    "parsed_json",
    "plain",
    "same",
    "split_half",
    "text_parts",
    "truth",
    "whole_text",
]

# A content part without a type that carries `text` is text too; "output_text" is the
# Responses API's word for it.
_TEXT_TYPES: Final = (None, "text", "output_text")
LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""Half of a UTF-16 pair, which Python strings allow and UTF-8 does not."""

_FIRST_HALVES: Final = frozenset(map(chr, range(0xD800, 0xDC00)))


def attribute(source: object, name: str) -> object:
    """Return attribute *name* of *source*; None where it is missing or raises."""
    try:
        return cast("object", getattr(source, name, None))
    except Exception:  # noqa: BLE001  # a property of a foreign object may raise anything
        return None


def field(source: object, name: str) -> object:
    """Return field *name* of a mapping, an SDK model or any object; None where there is none."""
    if source.__class__ is dict:  # the most common kind, on every reader's hot path
        return cast("dict[str, object]", source).get(name)
    try:
        if isinstance(source, dict):
            return cast("dict[str, object]", source).get(name)
        extra = getattr(source, "__pydantic_extra__", None)
        if isinstance(extra, dict):
            own = source.__dict__
            return own[name] if name in own else cast("dict[str, object]", extra).get(name)
        if is_mapping(source):
            return source.get(name)
    except Exception:  # noqa: BLE001  # a foreign mapping may raise anything
        return None
    return attribute(source, name)


def opened(source: object) -> object:
    """Return an SDK model's fields as a dict, which is faster to read; else *source*."""
    if is_mapping(source) or not is_mapping(attribute(source, "__pydantic_extra__")):
        return source
    return fields(source)


def fields(source: object) -> dict[str, object]:
    """Return every field of a mapping, SDK model or plain object under its name."""
    try:
        extra = getattr(source, "__pydantic_extra__", None)
        if isinstance(extra, dict):
            own = cast("dict[str, object]", source.__dict__)
            return {**own, **cast("dict[str, object]", extra)}
        if is_mapping(source):
            pairs = cast("Mapping[object, object]", cast("object", source)).items()
            return {name: value for name, value in pairs if isinstance(name, str)}
        return dict(source.__dict__)
    except Exception:  # noqa: BLE001  # see `field`
        return {}


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether *value* is a mapping; JSON's have strings for keys."""
    return isinstance(value, dict) or isinstance(value, Mapping)  # noqa: SIM101  # faster apart


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether *value* is a list or a tuple."""
    return isinstance(value, list | tuple)


def as_mapping(value: object) -> Mapping[str, object]:
    """Return *value* if it is a dict, a copy if it is another mapping, else an empty one."""
    if type(value) is dict:
        return cast("dict[str, object]", value)
    try:
        return dict(value.items()) if is_mapping(value) else {}
    except Exception:  # noqa: BLE001  # a foreign mapping may raise anything
        return {}


def as_list(value: object) -> Sequence[object]:
    """Return *value* if it is a list or tuple, a copy if of a subclass, else an empty tuple."""
    if type(value) is list or type(value) is tuple:
        return cast("list[object]", value)
    try:
        return [*value] if is_list(value) else ()
    except Exception:  # noqa: BLE001  # as above
        return ()


def as_integer(value: object) -> int | None:
    """Return *value* if it is an integer (not a bool), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_string(value: object) -> str:
    """Return *value* if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_text(value: object) -> str | None:
    """Return a string unchanged and a number as text, else None.

    Severities and error codes come as either.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return str(value)
    except ValueError:  # more digits than Python is willing to print
        return None


def text_parts(value: object) -> str | None:
    """Return text given as a string, or as a list of parts whose text is joined."""
    if isinstance(value, str) or value is None:
        return value
    if not is_list(value):
        return _part_text(value)
    texts = [_part_text(part) for part in as_list(value)]
    return "".join(text for text in texts if text is not None)


def message_text(message: object) -> str:
    """Return the text of a message, whose content is a string or a list of parts."""
    return text_parts(as_mapping(message).get("content")) or ""


def _part_text(part: object) -> str | None:
    if isinstance(part, str):
        return part
    kind, text = field(part, "type"), field(part, "text")
    if not isinstance(text, str) or not (kind is None or isinstance(kind, str)):
        return None
    return text if kind in _TEXT_TYPES else None


def whole_text(text: str) -> str:
    r"""Join the halves of UTF-16 pairs in *text*; a lone half becomes U+FFFD.

    A gateway may split an emoji and send each half as a JSON escape. A half cannot be encoded,
    so it could be neither printed nor sent back.

    >>> whole_text("\ud83d" + "\ude00")
    '😀'
    """
    if text.isascii() or LONE_SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split_half(text: str) -> tuple[str, str]:
    """Split off the first half of a UTF-16 pair at the end of *text*, which more text may complete.

    Returns:
        The rest as `whole_text` joins it, and the half; an empty string if there is none.
    """
    if text[-1:] in _FIRST_HALVES:
        return whole_text(text[:-1]), text[-1]
    return whole_text(text), ""


def json_value(data: bytes | str) -> object:
    """Parse *data*; None where it is not JSON (the literal null gives None too)."""
    try:
        return cast("object", json.loads(data))
    except (ValueError, RecursionError):
        return None


def parsed_json(text: str) -> object:
    """Parse *text* as a JSON object or list, from its first bracket on; None if it is neither."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        return cast("object", json.JSONDecoder().raw_decode(text, start)[0])
    except (ValueError, RecursionError):
        return None


def plain(value: object, depth: int = 40) -> object:
    """Return *value* as JSON data; what JSON cannot hold becomes text or None."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return value if as_text(value) is not None and value - value == 0 else as_text(value)
    if depth == 0:
        return None
    if is_list(value):
        return [plain(item, depth - 1) for item in as_list(value)]
    names = getattr(type(value), "__dataclass_fields__", None)
    pairs = {name: attribute(value, name) for name in names} if names else fields(value)
    return {name: plain(item, depth - 1) for name, item in pairs.items()}


def same(first: object, second: object) -> bool:
    """Whether two values are equal; values too deep or too odd to compare are not."""
    try:
        return bool(first == second)
    except Exception:  # noqa: BLE001  # `__eq__` of a foreign object, or nesting too deep
        return False


def truth(value: object) -> bool:
    """Whether a value is true; one that is neither true nor false, as `pandas.NA`, is not."""
    try:
        return bool(value)
    except Exception:  # noqa: BLE001  # `__bool__` of a foreign object
        return False
