"""The records of a batch so far, safe from crashes: an append-only file.

One record per line, written by one call before the next answer is processed. A written record
survives a crash of the process at once, and a crash of the machine after a tenth of a second.
Measured in facts/batch.md section 2.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Final, NamedTuple, Self, cast

from agentsflare_kimi.batch.locks import try_lock
from agentsflare_kimi.batch.records import Record, line_of
from agentsflare_kimi.errors import BatchError

__all__ = ["Entry", "Index", "Journal", "read_entries"]

_SYNC_SECONDS: Final = 0.1
_NEW_LINE: Final = b"\n"


class Entry(NamedTuple):
    """The location of one record.

    Attributes:
        digest: The digest of the request that it answers.
        is_error: Whether it is an error record.
        path: The file.
        offset: The offset of its first byte.
    """

    digest: str
    is_error: bool
    path: str
    offset: int


class Index:
    """The index of rows that have a record; the records stay in their files."""

    def __init__(self) -> None:
        """Begin empty."""
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, custom_id: object) -> bool:
        """Tell whether there is a record of that id, for any request."""
        return custom_id in self._entries

    def find(self, custom_id: str, digest: str) -> Entry | None:
        """Return the location of a row's record, if its request was the same."""
        for entry in self._entries.get(custom_id, ()):
            if entry.digest == digest:
                return entry
        return None

    def add(self, custom_id: str, entry: Entry) -> None:
        """Add a record; the last one counts, but an error never replaces an answer."""
        known = self.find(custom_id, entry.digest)
        if known is None:
            self._entries[custom_id] = (*self._entries.get(custom_id, ()), entry)
        elif known.is_error or not entry.is_error:
            others = (each for each in self._entries[custom_id] if each is not known)
            self._entries[custom_id] = (*others, entry)


def read_entries(path: str, index: Index, offset: int = 0) -> int:
    """Index the records of a journal; lines torn by a crash are skipped.

    Args:
        path: The file.
        index: The index to add them to.
        offset: Where to start reading.

    Returns:
        The end of the last complete line, from which to continue later.
    """
    with Path(path).open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(_NEW_LINE):
                break
            found = _parse(line)
            if found is not None:
                is_error, digest = found.get("error") is not None, str(found.get("digest"))
                index.add(str(found["custom_id"]), Entry(digest, is_error, path, offset))
            offset += len(line)
    return offset


def _parse(line: bytes) -> dict[str, object] | None:
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    record = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    return record if isinstance(record.get("custom_id"), str) else None


class Journal:
    """A file of records, from which a batch resumes; one process may write to it at a time.

    Args:
        path: The file; created if missing. A line torn by a crash stays unchanged, and nothing
            is appended to it.
        index: The index to add the records to, if shared with other files.

    Raises:
        BatchError: Another process is writing to it.
        OSError: It cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str], *, index: Index | None = None) -> None:
        """Lock the file, and index its records."""
        self.path: str = os.fspath(path)
        self.index: Index = Index() if index is None else index
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._descriptor: int | None = os.open(self.path, flags, 0o666)
        if not try_lock(self._descriptor):
            self._abandon()
            raise BatchError(
                f"{self.path}: another run is writing to this journal; wait for it, or stop it"
            )
        read_entries(self.path, self.index)
        self._end = os.fstat(self._descriptor).st_size
        self._is_torn = self._end > 0 and self._last_byte() != _NEW_LINE
        self._unwritten: list[Record] = []
        self._syncer = _Syncer(self._descriptor)

    @property
    def unwritten(self) -> int:
        """The number of records that wait for disk space."""
        return len(self._unwritten)

    def append(self, record: Record) -> None:
        """Write *record*.

        Raises:
            OSError: For example, the disk is full. The record is kept, and written by the next
                call that succeeds, `flush` included.
        """
        self._unwritten.append(record)
        self.flush()

    def flush(self) -> None:
        """Write the records that could not be written before.

        Raises:
            OSError: They still cannot be written.
        """
        while self._unwritten:
            self._write(self._unwritten[0])
            del self._unwritten[0]
        self._syncer.request()

    def close(self) -> None:
        """Sync the file to disk, and unlock it."""
        if self._descriptor is not None:
            try:
                self._syncer.close()
            finally:
                self._abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, record: Record) -> None:
        line = line_of(record)
        data = _NEW_LINE + line if self._is_torn else line
        offset = self._end + len(data) - len(line)
        done = 0
        try:
            while done < len(data):
                done += os.write(self._opened(), data[done:])
        finally:
            if done:
                self._end += done
                self._is_torn = done < len(data)
        entry = Entry(record["digest"], record["error"] is not None, self.path, offset)
        self.index.add(record["custom_id"], entry)

    def _opened(self) -> int:
        if self._descriptor is None:
            raise ValueError(f"{self.path}: the journal is closed")
        return self._descriptor

    def _last_byte(self) -> bytes:
        with Path(self.path).open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1)

    def _abandon(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _Syncer:
    """Syncs the file to disk in a thread, because that takes milliseconds."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_wanted = threading.Event()
        self._is_closing = threading.Event()
        self._error: OSError | None = None
        self._thread: threading.Thread | None = None

    def request(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        if not self._is_wanted.is_set():
            self._is_wanted.set()

    def close(self) -> None:
        self._is_closing.set()
        self._is_wanted.set()
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while not self._is_closing.is_set():
            self._is_wanted.wait()
            self._is_wanted.clear()
            try:
                _sync(self._descriptor)
            except OSError as error:
                self._error = error
            self._is_closing.wait(_SYNC_SECONDS)
        # Records written between the last sync and the end.
        try:
            _sync(self._descriptor)
        except OSError as error:
            self._error = error


# Some systems lack fdatasync.
_sync = getattr(os, "fdatasync", os.fsync)
