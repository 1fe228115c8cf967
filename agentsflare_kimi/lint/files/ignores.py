"""`.gitignore` patterns, matched as git matches them.

Source: https://git-scm.com/docs/gitignore; the tests compare with git itself.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Pattern", "is_ignored", "matches_any", "parse_patterns", "verdict"]

_POSIX_CLASSES = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\t-\r ",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_NEVER = rb"(?!)"
_CLASS = re.compile(rb"\[([!^]?)(\]?(?:\[:[a-z]*:\]|\\.|[^\]\\])*)\]", re.DOTALL)
_CLASS_ITEM = re.compile(
    rb"\[:(?P<name>[a-z]*):\]|(?P<first>\\.|[^\\])(?:-(?P<last>\\.|[^\\]))?", re.DOTALL
)
_TRAILING_SPACES = re.compile(rb"(?<!\\) +\Z")


class Pattern(NamedTuple):
    """One line of an ignore file.

    Attributes:
        base: The ignore file's directory, relative to the walk's; empty if they are the same.
        regex: Matches the whole path relative to `base`.
        is_negated: Whether it re-includes files (`!`).
        is_for_directories: Whether it ends in a slash, and so matches only directories.
    """

    base: bytes
    regex: re.Pattern[bytes]
    is_negated: bool
    is_for_directories: bool


def parse_patterns(content: bytes, base: bytes = b"") -> list[Pattern]:
    """Parse an ignore file.

    Args:
        content: The file, as bytes.
        base: The directory that the file is in.

    Returns:
        Its patterns in order, without blank lines, comments and patterns that match nothing.
    """
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    found = (_parse_line(line.removesuffix(b"\r"), base) for line in lines)
    return [pattern for pattern in found if pattern]


def verdict(path: bytes, *, is_directory: bool, patterns: Sequence[Pattern]) -> bool | None:
    """Apply the last pattern that matches a path.

    Args:
        path: The path, relative to the same directory as the patterns' bases.
        is_directory: Whether it is a directory.
        patterns: The patterns, in ascending precedence.

    Returns:
        True if ignored, False if re-included, None if no pattern matches.
    """
    for pattern in reversed(patterns):
        if pattern.is_for_directories and not is_directory:
            continue
        prefix = pattern.base + b"/" if pattern.base else b""
        if path.startswith(prefix) and pattern.regex.fullmatch(path, len(prefix)):
            return not pattern.is_negated
    return None


def is_ignored(path: bytes, patterns: Sequence[Pattern], *, is_directory: bool = False) -> bool:
    """Tell whether a path, or a directory above it, is ignored.

    Args:
        path: The path, relative to the same directory as the patterns' bases.
        patterns: The patterns, in ascending precedence.
        is_directory: Whether it is a directory.

    Returns:
        Whether it is ignored; nothing in an ignored directory can be re-included.
    """
    if not patterns:
        return False
    end = path.find(b"/")
    while end != -1:
        if verdict(path[:end], is_directory=True, patterns=patterns):
            return True
        end = path.find(b"/", end + 1)
    return bool(verdict(path, is_directory=is_directory, patterns=patterns))


def matches_any(filename: str, globs: Sequence[str], *, is_directory: bool = False) -> bool:
    """Tell whether configured patterns match a file, or a directory above it.

    Args:
        filename: The file's path, relative to the directory of the patterns.
        globs: The patterns, as lines of a `.gitignore`.
        is_directory: Whether it is a directory.

    Returns:
        Whether any pattern matches.
    """
    path = filename.replace(os.sep, "/").removeprefix("./").removeprefix("/")
    patterns = parse_patterns(os.fsencode("\n".join(globs)))
    return is_ignored(os.fsencode(path), patterns, is_directory=is_directory)


def _parse_line(line: bytes, base: bytes) -> Pattern | None:
    line = _TRAILING_SPACES.sub(b"", line)
    if not line or line.startswith(b"#"):
        return None
    is_negated = line.startswith(b"!")
    glob = line[is_negated:]
    is_for_directories = glob.endswith(b"/")
    glob = glob[: len(glob) - is_for_directories]
    if not glob:
        return None
    regex = _compile(glob)
    return Pattern(
        base=base, regex=regex, is_negated=is_negated, is_for_directories=is_for_directories
    )


@lru_cache(maxsize=4096)
def _compile(glob: bytes) -> re.Pattern[bytes]:
    anywhere = rb"" if b"/" in glob else rb"(?:.*/)?"
    return re.compile(anywhere + _translate(glob.removeprefix(b"/")), re.DOTALL)


def _translate(glob: bytes) -> bytes:
    pieces: list[bytes] = []
    position = 0
    while position < len(glob):
        piece, position = _translate_one(glob, position)
        pieces.append(piece)
    return b"".join(pieces)


def _translate_one(glob: bytes, position: int) -> tuple[bytes, int]:
    letter = glob[position : position + 1]
    if letter == b"*":
        return _translate_stars(glob, position)
    if letter == b"?":
        return rb"[^/]", position + 1
    if letter == b"[":
        return _translate_class(glob, position)
    if letter == b"\\":
        escaped = glob[position + 1 : position + 2]
        return re.escape(escaped) if escaped else _NEVER, position + 2
    return re.escape(letter), position + 1


def _translate_stars(glob: bytes, position: int) -> tuple[bytes, int]:
    end = position
    while glob[end : end + 1] == b"*":
        end += 1
    opens = position == 0 or glob[position - 1 : position] == b"/"
    if end - position == 2 and opens:  # noqa: PLR2004  # `**`, not `*` or `***`
        if end == len(glob):
            return rb".*", end
        if glob[end : end + 1] == b"/":
            return rb"(?:.*/)?", end + 1
    return rb"[^/]*", end


def _translate_class(glob: bytes, position: int) -> tuple[bytes, int]:
    matched = _CLASS.match(glob, position)
    if matched is None:
        return _NEVER, len(glob)
    items = b"".join(_translate_item(item) for item in _CLASS_ITEM.finditer(matched[2]))
    if matched[1]:
        return rb"[^/" + items + rb"]", matched.end()
    return (rb"(?!/)[" + items + rb"]" if items else _NEVER), matched.end()


def _translate_item(item: re.Match[bytes]) -> bytes:
    if item["name"] is not None:
        return _POSIX_CLASSES.get(item["name"], b"")
    first = item["first"][-1:]
    last = (item["last"] or first)[-1:]
    # A backward range matches only its first character.
    last = max(first, last)
    return re.escape(first) + b"-" + re.escape(last)
