"""Converts places and names to the conventions of other programs."""

from __future__ import annotations

import os
from bisect import bisect_right
from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.line_starts import line_starts, split_lines
from agentsflare_kimi.lint.masking import key_spans, mask_keys
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "encodable",
    "harmless",
    "in_bytes",
    "in_utf_16",
    "keys_in",
    "line_of",
    "one_line",
    "place_of",
    "relative_name",
    "start_of",
    "uri_of",
]

# Consecutive findings are often in the same text.
_lines = lru_cache(maxsize=8)(split_lines)
_starts = lru_cache(maxsize=8)(line_starts)
keys_in: Callable[[str], Sequence[tuple[int, int]]] = lru_cache(maxsize=8)(key_spans)
"""`key_spans`, cached for the next finding."""
_SAFE_IN_URI = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def one_line(text: str) -> str:
    """Make a file name or message safe to print, on one line, without a key or a command.

    Args:
        text: The text.

    Returns:
        The text, with line ends, control characters and command markers visible and keys masked.
    """
    return harmless(printable(mask_keys(text)).replace("\n", "\\n").replace("\t", "\\t"))


def harmless(line: str) -> str:
    r"""Keep a line from a file from acting as a command of the CI system.

    Args:
        line: The line.

    Returns:
        The line, with command markers escaped.

    Source: facts/reliability.md section 2c, T25; GitHub's runner trims before it looks.
    """
    line = line.replace("##[", "#\\x23[").replace("##vso[", "#\\x23vso[")
    body = line.lstrip()
    return line[: len(line) - len(body)] + "\\x3a" + body[1:] if body.startswith("::") else line


def encodable(text: str) -> str:
    """Mask keys and make lone surrogates visible, for formats that escape the rest themselves.

    Args:
        text: The text.

    Returns:
        The text, which any Unicode encoding can represent.
    """
    return mask_keys(text).encode("utf-8", "backslashreplace").decode("utf-8")


def line_of(text: str | None, number: int) -> str:
    """Find a line.

    Args:
        text: The text; None if it is not available.
        number: The line's 1-based number.

    Returns:
        The line; empty if there is none.
    """
    lines = _lines(text) if text is not None else ()
    return lines[number - 1] if number <= len(lines) else ""


def start_of(text: str, number: int) -> int:
    """Find where an existing line begins, by its 1-based number."""
    return _starts(text)[number - 1]


def place_of(text: str, position: int) -> tuple[int, int]:
    """Find the line and column of an offset in a text.

    Args:
        text: The text.
        position: The offset in code points.

    Returns:
        The 1-based line and column, the column in code points.
    """
    line = bisect_right(_starts(text), position)
    return line, position - _starts(text)[line - 1] + 1


def in_utf_16(line: str, column: int) -> int:
    """Convert a column to 1-based UTF-16 units."""
    return _column(line, column, lambda head: len(head.encode("utf-16-le", "surrogatepass")) // 2)


def in_bytes(line: str, column: int) -> int:
    """Convert a column to 1-based UTF-8 bytes."""
    return _column(line, column, lambda head: len(head.encode("utf-8", "surrogatepass")))


def _column(line: str, column: int, measure: Callable[[str], int]) -> int:
    head = line[: column - 1]
    # Past the end of the line, or without its text, each character counts as one unit.
    return measure(head) + column - len(head)


@lru_cache(maxsize=8)
def relative_name(filename: str, root: str) -> str:
    """Make a path relative to a directory, with slashes.

    Args:
        filename: The path, absolute or relative to the current directory.
        root: The directory.

    Returns:
        The relative path; for a file elsewhere, its whole path without the leading slash, so
        that it is never absolute and never contains `..`.
    """
    directory, name = os.path.split(os.path.abspath(filename))
    try:
        absolute = os.path.join(os.path.realpath(directory), name)
    except UnicodeEncodeError:
        # No directory has such a name, but `--stdin-filename` may.
        absolute = os.path.join(directory, name)
    prefix = os.path.join(os.path.realpath(root), "")
    return absolute.removeprefix(prefix).replace(os.sep, "/").lstrip("/")


def uri_of(name: str) -> str:
    """Convert a relative path to a URI reference.

    Args:
        name: The path, with slashes.

    Returns:
        The path, percent-encoded byte by byte and with keys masked.
    """
    try:
        content = os.fsencode(mask_keys(name))
    except UnicodeEncodeError:
        # No file has such a name, but `--stdin-filename` may.
        content = mask_keys(name).encode("utf-8", "backslashreplace")
    return "".join(chr(b) if b in _SAFE_IN_URI else f"%{b:02X}" for b in content)
