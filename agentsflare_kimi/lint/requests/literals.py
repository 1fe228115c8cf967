"""Reads arguments and entries between brackets, and the values of literals, in any language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.regions import Entry, Region, Source

if TYPE_CHECKING:
    from typing import Final

__all__ = ["COMPUTED", "read_entries", "read_literal", "read_number", "string_value"]


class _Computed:
    """The type of `COMPUTED`."""

    def __repr__(self) -> str:
        return "COMPUTED"


COMPUTED: Final = _Computed()
"""Stands for a value known only at run time."""

_KEY: Final = lazy(r"([A-Za-z_$][\w$]*)\s*(?:=>|=(?![=>])|:(?!:))\s*")
_SEPARATOR: Final = lazy(r"\s*(?:=>|=(?!=)|:(?!:)|\bto\b)\s*")
_COLON: Final = lazy(r"\s*(?::(?!:)|=(?![=>]))\s*")
_NAME: Final = lazy(r"[A-Za-z_$][\w$]*\Z")
_NUMBER: Final = lazy(r"[-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?\Z|[-+]?\d+\.\Z")
_CONSTANTS: Final[Mapping[str, object]] = {
    "True": True, "False": False, "None": None, "true": True, "false": False, "null": None,
    "undefined": None,
}  # fmt: skip
_DEEPEST: Final = 20
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "/": "/"}
_ESCAPE: Final = lazy(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def read_entries(source: Source, opener: int) -> list[Entry] | None:
    """Read the entries between a bracket and the one that closes it.

    Args:
        source: The text.
        opener: The offset of the opening bracket.

    Returns:
        The entries in order; None if brackets inside do not match.
    """
    if opener not in source.memory:
        pieces, is_paired = source.pieces(opener)
        entries = [_entry(source, *piece) for piece in pieces] if is_paired else None
        source.memory[opener] = entries if opener in source.closers else None
    return source.memory[opener]


def _entry(source: Source, start: int, end: int) -> Entry:
    piece = source.masked[start:end]
    if piece.startswith(("*", "...")):
        return Entry("*", start, end, end - len(piece.lstrip("*. \t\r\n")))
    if piece.startswith("[") and (computed := _computed(source, start, end)):
        return computed
    if piece.startswith("{") and (pair := _braced(source, start, end)):
        return pair
    if named := _KEY.match(source.masked, start, end):
        return Entry(named[1], start, end, named.end())
    region = source.region_from(start)
    separator = _SEPARATOR.match(source.masked, region.end, end) if region else None
    if region and separator and region.kind == "string":
        key = source.text[region.inner_start : region.inner_end]
        return Entry(key, start, end, separator.end(), is_quoted=True)
    return Entry(piece if _NAME.match(piece) else "", start, end, start)


def _computed(source: Source, start: int, end: int) -> Entry | None:
    """Read `["temperature"]: 0.3`; a key that is more than a string may be anything."""
    closer = source.closers.get(start, end)
    colon = _COLON.match(source.masked, closer + 1, end)
    if colon is None:
        return None
    region = source.region_from(start + 1)
    is_string = region is not None and region.kind == "string" and region.end == closer
    key = source.text[region.inner_start : region.inner_end] if region and is_string else "*"
    return Entry(key, start, end, colon.end(), is_quoted=True)


def _braced(source: Source, start: int, end: int) -> Entry | None:
    """Read `{ "temperature", 0.3 }` of C#: a pair in a list of pairs."""
    around = source.enclosing(start)
    if around is None or source.text[around] != "{" or source.closers.get(start) != end - 1:
        return None
    first, *rest = source.pieces(start)[0] or [(start, start)]
    region = source.region_from(first[0]) if len(rest) == 1 else None
    if region is None or region.kind != "string" or region.end != first[1]:
        return None
    key = source.text[region.inner_start : region.inner_end]
    return Entry(key, start, end, rest[0][0], is_quoted=True)


def read_literal(source: Source, start: int, end: int, depth: int = 0) -> object:
    """Evaluate the literal from *start* to *end*.

    Args:
        source: The text.
        start: Where the expression begins.
        end: Where it ends.
        depth: How deeply it is nested in other literals.

    Returns:
        Its value, with `COMPUTED` for whatever is not a literal, at any depth.
    """
    region = source.region_from(start)
    if region:
        is_whole = region.end == end and region.kind == "string"
        return string_value(source, region) if is_whole else COMPUTED
    piece = source.text[start:end]
    if piece in _CONSTANTS:
        return _CONSTANTS[piece]
    if (piece[-1:].isdigit() or piece[-1:] == ".") and _NUMBER.match(piece):
        return read_number(piece)
    if depth < _DEEPEST and source.closers.get(start) == end - 1:
        return _container(source, start, depth + 1)
    return COMPUTED


def read_number(piece: str) -> float:
    """Read a number as programs write it."""
    piece = piece.replace("_", "")
    return int(piece) if piece.lstrip("+-").isdigit() else float(piece)


def _container(source: Source, opener: int, depth: int) -> object:
    entries = read_entries(source, opener)
    if entries is None or any(entry.key == "*" for entry in entries):
        return COMPUTED
    values = [read_literal(source, entry.value_start, entry.end, depth) for entry in entries]
    if source.text[opener] == "[":
        return values
    if source.text[opener] == "{" and all(entry.key for entry in entries):
        return dict(zip((entry.key for entry in entries), values, strict=True))
    return COMPUTED


def string_value(source: Source, region: Region) -> object:
    """Evaluate a string without placeholders; `COMPUTED` for unknown escapes."""
    raw = source.text[region.inner_start : region.inner_end]
    if "\\" not in raw:
        return raw
    escapes = _ESCAPE.findall(raw)
    if any(not code and sign not in _ESCAPES for code, sign in escapes):
        return COMPUTED
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES[m[2]], raw)
