"""Reads many files fast and examines those that contain a needle.

Files are read one after another into one buffer, which is then searched as a whole: fewer
calls are faster. `re` and threads were both measured to be slower.
Source: facts/lint.md section 3.
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # The path, the outcome and its details: "found" with packed findings, "skipped" or
    # "failed" with the reason, "directory" with None.
    Outcome = tuple[bytes, str, object]
    Examine = Callable[[bytes, bytes], Outcome | None]

__all__ = ["NEEDLES", "READ_FLAGS", "Scanner", "too_large"]

NEEDLES = (b"imi-", b"moonshot-", b"agentsflare")
"""Rules apply only to files that contain one of these; the first covers `kimi-` and `Kimi-`."""

# Names in it are in capitals, and it may hold a key without any needle.
_ENVIRONMENT_FILE = b".env"
# A byte search would not find a needle in UTF-16.
_LEAST_BYTE_ORDER_MARK = 0xFE
_BINARY_SHOWS_WITHIN = 8192
_PASSED_OVER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EMLINK)
READ_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
"""Open a file to read it, without following a link or waiting for a pipe."""

# Used for every file: a module global is found faster than an attribute of `os`.
_open, _close = os.open, os.close
_BUFFER_SIZE = 2 << 20
_LEAST_ROOM = 256 << 10
# Filling a large buffer with zeros takes time, too.
_SMALL_BUFFER_SIZE = 288 << 10
_FEW = 16
_WORTH_A_FAST_SEARCH = 4000
_OVERLAP = max(map(len, NEEDLES)) - 1


class Scanner:
    """One buffer, the files in it, and the outcomes of earlier files.

    Attributes:
        examined: How many files were examined so far.
    """

    def __init__(self, examine: Examine, max_size: int, *, files: int) -> None:
        """Allocate the buffer.

        Args:
            examine: Called with the path and content of each file that contains a needle; what
                it returns is reported.
            max_size: In bytes; a larger text that contains a needle is reported as skipped.
            files: The approximate number of files to read.
        """
        self._examine = examine
        self._max_size = max_size
        self._buffer = bytearray(_BUFFER_SIZE if files > _FEW else _SMALL_BUFFER_SIZE)
        self._view = memoryview(self._buffer)
        self._size = len(self._buffer)
        self._last_start = self._size - _LEAST_ROOM
        self._find: Callable[[bytes, int, int], int] = self._buffer.find
        if files >= _WORTH_A_FAST_SEARCH:
            from agentsflare_kimi.lint.files.searching import finder  # noqa: PLC0415  # slow to load

            self._find = finder(self._buffer)
        self._outcomes: list[Outcome] = []
        self.examined: int = 0
        self._clear()

    def scan(self, paths: Sequence[bytes]) -> list[Outcome]:
        """Read files and examine those that contain a needle.

        Args:
            paths: The files. Symbolic links, deleted files and sockets are skipped silently;
                directories are reported.

        Returns:
            The outcomes, roughly in the order of the files.
        """
        self._outcomes = []
        for path in paths:
            if self._end > self._last_start:
                self._search()
            try:
                self._read(path, self._end)
            except OSError as error:
                self._note(path, error)
        self._search()
        return self._outcomes

    def _clear(self) -> None:
        self._end = 0
        self._paths: list[bytes] = []
        self._starts: list[int] = []
        self._to_examine: set[int] = set()

    def _read(self, path: bytes, start: int) -> None:
        descriptor = _open(path, READ_FLAGS)
        try:
            end = start + _read_into(descriptor, (self._view[start:],))
            if end == self._size:
                self._read_large(path, descriptor)
                return
        finally:
            _close(descriptor)
        if self._buffer[start] >= _LEAST_BYTE_ORDER_MARK or _ENVIRONMENT_FILE in path:
            self._to_examine.add(len(self._paths))
        self._paths.append(path)
        self._starts.append(start)
        # Files are one byte apart, so a file ends one byte before the next begins.
        self._end = end + 1

    def _search(self) -> None:
        """Examine the files in the buffer that contain a needle, then empty it."""
        for needle in NEEDLES:
            position = self._find(needle, 0, self._end)
            while position != -1:
                index = _index_before(self._starts, position)
                self._to_examine.add(index)
                position = self._find(needle, max(self._stop(index), position) + 1, self._end)
        for index in sorted(self._to_examine):
            content = bytes(self._view[self._starts[index] : self._stop(index)])
            self._keep(self._paths[index], content)
        self._clear()

    def _note(self, path: bytes, error: OSError) -> None:
        """Report a file that could not be read, unless that was to be expected."""
        if error.errno == errno.EISDIR:
            self._outcomes.append((path, "directory", None))
        elif error.errno not in _PASSED_OVER:
            self._outcomes.append((path, "failed", error.strerror or str(error)))

    def _stop(self, index: int) -> int:
        following = index + 1
        return (self._starts[following] if following < len(self._starts) else self._end) - 1

    def _keep(self, path: bytes, content: bytes) -> None:
        self.examined += 1
        outcome = self._examine(path, content)
        if outcome is not None:
            self._outcomes.append(outcome)

    def _read_large(self, path: bytes, descriptor: int) -> None:
        if not _holds_needle(descriptor):
            return
        size = os.fstat(descriptor).st_size
        if size <= self._max_size:
            os.lseek(descriptor, 0, os.SEEK_SET)
            with open(descriptor, "rb", closefd=False) as file:
                self._keep(path, file.read())
        else:
            self._outcomes.append((path, "skipped", too_large(size, self._max_size)))


def too_large(size: int, limit: int) -> str:
    """Say why a file was not linted.

    Args:
        size: The file's size in bytes.
        limit: The largest size that is linted.

    Returns:
        The reason.
    """
    return f"larger than {limit:,} bytes ({size:,}), and holds a name"


def _holds_needle(descriptor: int) -> bool:
    tail = b""
    os.lseek(descriptor, 0, os.SEEK_SET)
    head = os.read(descriptor, _BINARY_SHOWS_WITHIN)
    if b"\0" in head and head[0] < _LEAST_BYTE_ORDER_MARK:
        return False
    os.lseek(descriptor, 0, os.SEEK_SET)
    while piece := os.read(descriptor, _BUFFER_SIZE):
        if any(needle in tail + piece for needle in NEEDLES):
            return True
        tail = piece[-_OVERLAP:]
    return False


def _index_before(starts: list[int], position: int) -> int:
    from bisect import bisect_right  # noqa: PLC0415  # a clean file does without

    return bisect_right(starts, position) - 1


def _read_and_copy(descriptor: int, views: tuple[memoryview]) -> int:
    content = os.read(descriptor, len(views[0]))
    views[0][: len(content)] = content
    return len(content)


# Windows has no `readv`.
_read_into = getattr(os, "readv", _read_and_copy)
