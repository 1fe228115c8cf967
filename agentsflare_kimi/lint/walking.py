"""Walks a directory as git would list it, where git is not there to ask."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agentsflare_kimi.lint.git import find_repository
from agentsflare_kimi.lint.ignores import Pattern, is_ignored, parse_patterns, verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["walk", "without_ignored"]

_IGNORE_FILES = (b".gitignore", b".ignore")


def walk(directory: bytes, left_out: Collection[bytes], *, heed: bool) -> Iterator[bytes]:
    """Find the regular files below a directory; symbolic links are not followed.

    Args:
        directory: Where to begin.
        left_out: Names of directories that are not entered.
        heed: Whether to leave out what `.gitignore` and `.ignore` files name, those of the
            directories above up to the repository's top among them.

    Yields:
        Paths relative to `directory`, those of one directory in order.
    """
    start, patterns = _patterns_above(directory, _IGNORE_FILES) if heed else (b"", [])
    pending = [(b"", patterns)]
    while pending:
        inside, patterns = pending.pop()
        entries = _scan(os.path.join(directory, inside))
        if heed:
            patterns = patterns + _patterns_in(directory, start, inside, entries)
        for entry in entries:
            path = os.path.join(inside, entry.name)
            is_directory = entry.is_dir(follow_symlinks=False)
            if heed and verdict(
                os.path.join(start, path), is_directory=is_directory, patterns=patterns
            ):
                continue
            if not is_directory and entry.is_file(follow_symlinks=False):
                yield path
            elif is_directory and entry.name not in left_out:
                pending.append((path, patterns))


def without_ignored(directory: bytes, paths: Iterable[bytes]) -> list[bytes]:
    """Leave out what `.ignore` files name, of which git knows nothing.

    Args:
        directory: The directory that `paths` are relative to.
        paths: The files that git lists.

    Returns:
        The paths that no `.ignore` file names.
    """
    paths = list(paths)
    start, patterns = _patterns_above(directory, (b".ignore",))
    inside = sorted({os.path.dirname(path) for path in paths if path.endswith(b".ignore")})
    for parent in inside:
        base = os.path.join(start, parent) if parent else start
        patterns += _read_patterns(os.path.join(directory, parent, b".ignore"), base)
    return [path for path in paths if not is_ignored(os.path.join(start, path), patterns)]


def _scan(directory: bytes) -> list[os.DirEntry[bytes]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        # Unreadable or gone meanwhile; what cannot be listed cannot be named either.
        return []


def _patterns_in(
    directory: bytes, start: bytes, inside: bytes, entries: Iterable[os.DirEntry[bytes]]
) -> list[Pattern]:
    present = {entry.name for entry in entries}.intersection(_IGNORE_FILES)
    base = os.path.join(start, inside) if inside else start
    return [
        pattern
        for name in _IGNORE_FILES
        if name in present
        for pattern in _read_patterns(os.path.join(directory, inside, name), base)
    ]


def _patterns_above(
    directory: bytes, names: tuple[bytes, ...]
) -> tuple[bytes, list[Pattern]]:
    """The way from the repository's top to the directory, and the patterns met on it."""
    here = os.path.realpath(directory)
    top = find_repository(directory)
    patterns: list[Pattern] = []
    if top is None:
        return b"", patterns
    start = b"" if here == top else os.path.relpath(here, top)
    if b".gitignore" in names:
        patterns += _read_patterns(os.path.join(top, b".git/info/exclude"), b"")
    above = b""
    for step in start.split(b"/") if start else ():
        for name in names:
            patterns += _read_patterns(os.path.join(top, above, name), above)
        above = os.path.join(above, step)
    if names == (b".ignore",) and start:
        return start, patterns
    return start, patterns


def _read_patterns(path: bytes, base: bytes) -> list[Pattern]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return []
    with open(descriptor, "rb") as file:
        return parse_patterns(file.read(1 << 20), base)
