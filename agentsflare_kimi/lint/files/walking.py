"""Walks a directory and lists what git would list, for when git is not available."""

from __future__ import annotations

import os
import stat
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.files import upwards
from agentsflare_kimi.lint.files.git import find_repository
from agentsflare_kimi.lint.files.ignores import Pattern, is_ignored, parse_patterns, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["forget", "is_named_by_ignore_files", "walk"]

_GITIGNORE = b".gitignore"
_IGNORE = b".ignore"


def walk(
    directory: bytes,
    left_out: Collection[bytes],
    *,
    heed: bool,
    fail: Callable[[bytes, str], None] | None = None,
) -> Iterator[bytes]:
    """Find the regular files below a directory, without following symbolic links.

    Args:
        directory: Where to begin.
        left_out: Names of directories to skip.
        heed: Whether to leave out what `.gitignore` and `.ignore` files name, including
            those in the directories above, up to the repository's root.
        fail: Called with each directory that cannot be read, and the reason.

    Yields:
        Paths relative to `directory`. A nested repository is one entry, its directory, as in
        git's own list.
    """
    root = os.path.realpath(directory)
    pending = [(root, _patterns_above(root) if heed else [])]
    while pending:
        current, patterns = pending.pop()
        entries = _scan(current, root, fail)
        if current != root and any(entry.name == b".git" for entry in entries):
            yield os.path.relpath(current, root)
            continue
        if heed:
            patterns = [*patterns, *_patterns_of(current, _GITIGNORE), *_patterns_of(current)]
        for entry in entries:
            is_directory = entry.is_dir(follow_symlinks=False)
            if verdict(entry.path, is_directory=is_directory, patterns=patterns):
                continue
            if is_directory and entry.name not in left_out:
                pending.append((entry.path, patterns))
            elif entry.is_file(follow_symlinks=False):
                yield os.path.relpath(entry.path, root)


def is_named_by_ignore_files(path: bytes, *, is_directory: bool = False) -> bool:
    """Tell whether an `.ignore` file, which git does not read, names a file.

    Args:
        path: The file's absolute path.
        is_directory: Whether it is a directory.

    Returns:
        Whether to leave it out.
    """
    return is_ignored(path, _ignores_for(os.path.dirname(path)), is_directory=is_directory)


def forget() -> None:
    """Drop the cached `.ignore` files."""
    _ignores_for.cache_clear()
    _ignores_in.cache_clear()


@cache
def _ignores_for(directory: bytes) -> list[Pattern]:
    found: list[list[Pattern]] = []
    for each in upwards(directory):
        found.append(_ignores_in(each))
        if os.path.lexists(os.path.join(each, b".git")):
            break
    return [pattern for patterns in reversed(found) for pattern in patterns]


@cache
def _ignores_in(directory: bytes) -> list[Pattern]:
    return _patterns_of(directory)


def _patterns_above(root: bytes) -> list[Pattern]:
    top = find_repository(root)
    if top is None:
        return []
    patterns = _read_patterns(os.path.join(top, b".git/info/exclude"), top)
    current = top
    for step in os.path.relpath(root, top).split(b"/") if root != top else ():
        patterns += [*_patterns_of(current, _GITIGNORE), *_patterns_of(current)]
        current = os.path.join(current, step)
    return patterns


def _patterns_of(directory: bytes, name: bytes = _IGNORE) -> list[Pattern]:
    return _read_patterns(os.path.join(directory, name), directory)


def _read_patterns(path: bytes, base: bytes) -> list[Pattern]:
    try:
        # A pipe of that name must not block the walk, nor an endless device fill the memory.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return []
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return []
        with open(descriptor, "rb", closefd=False) as file:
            return parse_patterns(file.read(), base)
    finally:
        os.close(descriptor)


def _scan(
    directory: bytes, root: bytes, fail: Callable[[bytes, str], None] | None
) -> list[os.DirEntry[bytes]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        # Deleted in the meantime.
        return []
    except OSError as error:
        if fail:
            fail(os.path.relpath(directory, root), error.strerror or str(error))
        return []
