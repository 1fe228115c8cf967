"""One journal for several processes: a directory in which each has its own file."""

from __future__ import annotations

import os
import secrets
import socket
import time
from pathlib import Path
from typing import Final, Self

from agentsflare_kimi.batch.journal import Index, Journal, read_entries
from agentsflare_kimi.batch.locks import try_lock, unlock
from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.errors import BatchError

__all__ = ["SharedJournal"]

_SUFFIX: Final = ".jsonl"
_LOCK: Final = "lock"
_LONGEST_GROUP: Final = 100
_TRIES: Final = 50
_PAUSE: Final = 0.02


class SharedJournal:
    """A directory of journals: each process writes its own file and reads all of them.

    Args:
        directory: Created if missing; on a cluster, the machines share it.
        name: The name of this process's file; made up if not given.
        group: What all concurrent writers must have in common, such as the way in which they
            divide the rows.

    Raises:
        BatchError: Another process writes the same file, or one of another group is writing.
        OSError: The directory cannot be used.
    """

    def __init__(
        self, directory: str | os.PathLike[str], *, name: str | None = None, group: str = "workers"
    ) -> None:
        """Index the records in all files, and lock this process's file."""
        self.directory: Path = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.index: Index = Index()
        self._read_up_to: dict[str, int] = {}
        self._lock = os.open(self.directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            self._join(group)
            file_name = f"{name or _unique_name()}{_SUFFIX}"
            self._own = Journal(self.directory / file_name, index=self.index)
        except BaseException:
            os.close(self._lock)
            raise
        self.refresh()

    @property
    def unwritten(self) -> int:
        """How many records wait for room on the disk."""
        return self._own.unwritten

    def refresh(self) -> None:
        """Index what other processes have written since the last call."""
        for path in sorted(self.directory.glob(f"*{_SUFFIX}")):
            name = os.fspath(path)
            if name != self._own.path:
                start = self._read_up_to.get(name, 0)
                self._read_up_to[name] = read_entries(name, self.index, start)

    def append(self, record: Record) -> None:
        """Write *record* to the file of this process; see `Journal.append`."""
        self._own.append(record)

    def flush(self) -> None:
        """Write what could not be written before; see `Journal.flush`."""
        self._own.flush()

    def close(self) -> None:
        """Sync the file to disk, and release the locks."""
        try:
            self._own.close()
        finally:
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _join(self, group: str) -> None:
        """Share the directory's lock, only with processes of the same group."""
        for _ in range(_TRIES):
            if try_lock(self._lock):
                _write_whole(self._lock, group)
                # If another process takes the lock in between, it sets its own group, and this
                # process is refused.
                unlock(self._lock)
            if try_lock(self._lock, is_shared=True):
                break
            # Another process that starts may hold it for a moment.
            time.sleep(_PAUSE)
        else:
            raise BatchError(f"{self.directory}: another run is at work here; wait for it")
        present = _read_whole(self._lock)
        if present != group:
            raise BatchError(
                f"{self.directory}: a run that divides the rows in another way is at work here "
                f"({present!r}, not {group!r}); wait for it"
            )


def _write_whole(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, text.encode())


def _read_whole(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, _LONGEST_GROUP).decode(errors="replace")


def _unique_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
