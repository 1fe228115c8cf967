"""Replaces a file's content without ever losing data.

A killed run, a full disk, a second run or an editor's save leave either the old file or the
new one. Source of the recipe: facts/reliability.md section 5.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.files.discovery import TEMPORARY_PREFIX
from agentsflare_kimi.lint.files.regular_files import NotWrittenError, read_regular_file, state_of

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["replace_content"]

_WRITE_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def replace_content(path: bytes, before: bytes, after: bytes) -> None:
    """Replace a file's content atomically and durably, unless it has changed since it was read.

    Mode, owner and extended attributes are kept where the system permits. Other hard links
    keep the old content. A file that already holds the new content, written by a second run,
    is left alone.

    Args:
        path: The file; for a symbolic link, its target is replaced.
        before: Its content when it was read.
        after: Its new content.

    Raises:
        NotWrittenError: It is read-only, not a regular file, or has changed.
        OSError: The new content could not be written; the file is unchanged.
    """
    path = os.path.realpath(path)
    directory = os.path.dirname(path)
    with _locked(directory):
        try:
            _replace(path, before, after)
        except NotWrittenError:
            if read_regular_file(path)[0] != after:
                raise
        _sync_directory(directory)


def _replace(path: bytes, before: bytes, after: bytes) -> None:
    state = _unchanged(path, before)
    name = TEMPORARY_PREFIX + os.urandom(8).hex().encode()
    temporary = os.path.join(os.path.dirname(path), name)
    try:
        _write_beside(temporary, after, like=path, state=state)
        # Writing took time; a change made meanwhile must not be overwritten.
        _unchanged(path, before, state)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _unchanged(path: bytes, before: bytes, known: os.stat_result | None = None) -> os.stat_result:
    content, state = read_regular_file(path)
    if content != before or state_of(known or state) != state_of(state):
        raise NotWrittenError("changed meanwhile; run again")
    if not state.st_mode & _WRITABLE or not os.access(path, os.W_OK):
        raise NotWrittenError("read-only")
    return state


def _write_beside(temporary: bytes, content: bytes, *, like: bytes, state: os.stat_result) -> None:
    descriptor = os.open(temporary, _WRITE_FLAGS, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        _copy_attributes(descriptor, like, state)
        os.fsync(descriptor)


def _copy_attributes(descriptor: int, like: bytes, state: os.stat_result) -> None:
    # The mode comes last, because a new owner clears some of its bits. Attributes and owner are
    # kept only where the system permits: a source file is whole without them.
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(like):
                with suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(like, name))
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(descriptor, state.st_uid, state.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(state.st_mode))


@contextmanager
def _locked(directory: bytes) -> Generator[None]:
    """Let one run at a time replace files in a directory; a killed run's lock is released."""
    try:
        import fcntl  # noqa: PLC0415  # not there on Windows

        descriptor = os.open(directory, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        # Some network file systems cannot lock directories.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_directory(directory: bytes) -> None:
    # The rename is done; without directory sync, it cannot be made more durable.
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
