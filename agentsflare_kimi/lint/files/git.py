"""Asks git for the files of a directory; runs no program that the repository configures."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Literal

__all__ = ["find_repository", "is_tracked", "list_files"]

# git sets these for its hooks; with them, git would look only at the hook's repository.
# Source: git rev-parse --local-env-vars
_OF_HOOKS = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
# A repository's configuration can name programs to run, such as a file watcher or a transport.
_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit")
_NO_SIDE_EFFECTS = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
_UNTRANSLATED = {"LC_ALL": "C"}
# git warns on stderr and goes on; its exit code does not show it.
_UNREADABLE = b"warning: could not open directory '"
_READ_SIZE = 1 << 20


def find_repository(directory: bytes) -> bytes | None:
    """Find the nearest directory with a `.git`, from this one upwards."""
    current = os.path.realpath(directory)
    while not os.path.lexists(os.path.join(current, b".git")):
        if current == os.path.dirname(current):
            return None
        current = os.path.dirname(current)
    return current


def is_tracked(path: bytes) -> bool:
    """Tell whether git tracks a file; False if git is missing or refuses."""
    directory, name = os.path.split(path)
    if find_repository(directory) is None:
        return False
    asked = _start(directory or b".", "ls-files", "-z", "--", name)
    listing, _ = _finish(asked)
    return bool(listing)


def list_files(
    directory: bytes, fail: Callable[[bytes, str], None] | None = None
) -> Iterator[tuple[Literal["tracked", "untracked"], bytes]]:
    """List the tracked files below a directory, then those neither tracked nor ignored.

    Args:
        directory: A directory in a repository.
        fail: Called with each directory that cannot be read, relative to `directory`, and why.

    Yields:
        The kind of files, and their paths relative to `directory`, each ended by a NUL.
        Nothing if git is missing or refuses (another user's repository).
    """
    # Start both at once: the second list is made while the first is being used.
    tracked = _start(directory, "ls-files", "-z")
    others = _start(directory, "ls-files", "-z", "--others", "--exclude-standard")
    listing, _ = _finish(tracked)
    try:
        if listing is not None:
            yield "tracked", listing
    finally:
        rest, complaints = _finish(others)
    for line in complaints.splitlines() if listing is not None else ():
        if fail and line.startswith(_UNREADABLE):
            path, _, reason = line.removeprefix(_UNREADABLE).rpartition(b"': ")
            fail(_below(directory, path), os.fsdecode(reason))
    if listing is not None and rest:
        yield "untracked", rest


def _below(directory: bytes, path: bytes) -> bytes:
    """Turn a path relative to the repository's root into one relative to *directory*."""
    top = find_repository(directory) or directory
    return os.path.relpath(os.path.join(top, path), os.path.realpath(directory))


def _start(directory: bytes, *arguments: str | bytes) -> tuple[int, Sequence[int]] | None:
    # Not `subprocess`: importing it takes as long as running git. Without posix_spawn (on
    # Windows, which would also look for git in the current directory) the walk takes over.
    if not hasattr(os, "posix_spawnp"):
        return None
    inherited = {k: v for k, v in os.environ.items() if k not in _OF_HOOKS}
    environment = inherited | _NO_SIDE_EFFECTS | _UNTRANSLATED
    readers, writers = zip(os.pipe(), os.pipe(), strict=True)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        *((os.POSIX_SPAWN_DUP2, writer, stream) for stream, writer in enumerate(writers, 1)),
    ]
    command = ["git", *_NO_PROGRAMS, "-C", directory, *arguments]
    try:
        return os.posix_spawnp("git", command, environment, file_actions=actions), readers
    except OSError:
        for reader in readers:
            os.close(reader)
        return None
    finally:
        for writer in writers:
            os.close(writer)


def _finish(process: tuple[int, Sequence[int]] | None) -> tuple[bytes | None, bytes]:
    """Return git's stdout, None if it failed, and its stderr."""
    if process is None:
        return None, b""
    pid, readers = process
    output, complaints = _read_all(readers)
    return output if os.waitpid(pid, 0)[1] == 0 else None, complaints


def _read_all(readers: Sequence[int]) -> list[bytes]:
    """Read several pipes to the end in turn, because a writer blocks when one is full."""
    import select  # noqa: PLC0415  # named files need no git

    pieces: dict[int, list[bytes]] = {reader: [] for reader in readers}
    pending = list(readers)
    while pending:
        for reader in select.select(pending, [], [])[0]:
            if piece := os.read(reader, _READ_SIZE):
                pieces[reader].append(piece)
            else:
                pending.remove(reader)
                os.close(reader)
    return [b"".join(each) for each in pieces.values()]
