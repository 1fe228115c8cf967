"""Asks git for the files of a directory; runs nothing that the repository could choose."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # `typing` would cost more than a clean file does
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Literal

__all__ = ["find_repository", "is_tracked", "list_files"]

# git sets these for its hooks; they would turn every repository into the hook's own.
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
# A repository's own configuration may name programs: a file watcher, a transport to fetch with.
_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit")
_NO_SIDE_EFFECTS = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
_UNTRANSLATED = {"LC_ALL": "C"}
# git says so on stderr and goes on; its exit code tells nothing of it.
_UNREADABLE = b"warning: could not open directory '"
_READ_SIZE = 1 << 20


def find_repository(directory: bytes) -> bytes | None:
    """Find the nearest directory, from this one upwards, that has a `.git`."""
    current = os.path.realpath(directory)
    while not os.path.lexists(os.path.join(current, b".git")):
        if current == os.path.dirname(current):
            return None
        current = os.path.dirname(current)
    return current


def is_tracked(path: bytes) -> bool:
    """Tell whether git tracks a file; False where git is not there or refuses."""
    directory, name = os.path.split(path)
    if find_repository(directory) is None:
        return False
    asked = _start(directory or b".", "ls-files", "-z", "--", name)
    listing, _ = _finish(asked)
    return bool(listing)


def list_files(
    directory: bytes, fail: Callable[[bytes, str], None] | None = None
) -> Iterator[tuple[Literal["tracked", "untracked"], bytes]]:
    """List what git tracks below a directory, then what it neither tracks nor ignores.

    Args:
        directory: Where to look; must be in a repository.
        fail: Called with each directory that cannot be read, relative to `directory`, and why.

    Yields:
        The kind of files, and their paths relative to `directory`, each ended by a NUL.
        Nothing at all if git is not there or refuses (a repository of another user).
    """
    # Both at once: what is done with the first list hides the time that the second takes.
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
    """What git names from its repository's top, named from a directory in it."""
    top = find_repository(directory) or directory
    return os.path.relpath(os.path.join(top, path), os.path.realpath(directory))


def _start(directory: bytes, *arguments: str | bytes) -> tuple[int, Sequence[int]] | None:
    # Not `subprocess`: its import alone takes as long as git. Where there is no posix_spawn
    # (Windows, which would also look for git in the current directory) the walk takes over.
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
    """What git wrote, None if it failed, and what it complained of."""
    if process is None:
        return None, b""
    pid, readers = process
    output, complaints = _read_all(readers)
    return output if os.waitpid(pid, 0)[1] == 0 else None, complaints


def _read_all(readers: Sequence[int]) -> list[bytes]:
    """Read pipes to their ends by turns, for a writer waits where one is full."""
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
