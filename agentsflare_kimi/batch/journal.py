"""What was answered so far, safe from crashes: a file of records that only ever grows.

One record a line, written with one call before the next row's answer is looked at. A record that
was written survives the end of the process; within a tenth of a second it survives the end of the
machine, too. Measured in facts/batch.md section 2.
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
    """Where one record stands.

    Attributes:
        digest: Of the request that it answers.
        is_error: Whether it tells of a failure.
        path: The file.
        offset: Its first byte there.
    """

    digest: str
    is_error: bool
    path: str
    offset: int


class Index:
    """Which rows have a record; the records themselves stay in their files."""

    def __init__(self) -> None:
        """Begin with none."""
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, custom_id: object) -> bool:
        """Tell whether there is a record of that id, whatever was asked then."""
        return custom_id in self._entries

    def find(self, custom_id: str, digest: str) -> Entry | None:
        """Return where the record of a row is, if the same was asked then."""
        for entry in self._entries.get(custom_id, ()):
            if entry.digest == digest:
                return entry
        return None

    def add(self, custom_id: str, entry: Entry) -> None:
        """Note a record; the last counts, but no failure displaces an answer."""
        known = self.find(custom_id, entry.digest)
        if known is None:
            self._entries[custom_id] = (*self._entries.get(custom_id, ()), entry)
        elif known.is_error or not entry.is_error:
            others = (each for each in self._entries[custom_id] if each is not known)
            self._entries[custom_id] = (*others, entry)


def read_entries(path: str, index: Index, offset: int = 0) -> int:
    """Read which records a journal holds; lines that a crash tore are passed over.

    Args:
        path: The file.
        index: Where to note them.
        offset: Where to begin.

    Returns:
        The end of the last whole line, to go on from later.
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
    """A file of records, to continue a batch from; one process may write to it at a time.

    Args:
        path: The file; made if it is missing. A line that a crash tore stays as it is, and
            nothing is glued to it.
        index: Where to note the records, if they count beside others.

    Raises:
        BatchError: Another process is writing to it.
        OSError: It cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str], *, index: Index | None = None) -> None:
        """Read what it holds, and lock it."""
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
        """How many records wait for room on the disk."""
        return len(self._unwritten)

    def append(self, record: Record) -> None:
        """Write *record*.

        Raises:
            OSError: The disk is full, say. The record is kept, and written by the next call
                that succeeds, `flush` included.
        """
        self._unwritten.append(record)
        self.flush()

    def flush(self) -> None:
        """Write what could not be written before.

        Raises:
            OSError: It still cannot.
        """
        while self._unwritten:
            self._write(self._unwritten[0])
            del self._unwritten[0]
        self._syncer.request()

    def close(self) -> None:
        """Make sure that everything is on the disk, and let others write."""
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
    """Brings what was written onto the disk, from a thread: it takes milliseconds."""

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
        # What came between the last time and the end.
        try:
            _sync(self._descriptor)
        except OSError as error:
            self._error = error


# Not on every system.
_sync = getattr(os, "fdatasync", os.fsync)
