"""Shares the scanning of many files among forked processes.

Each free process takes the next numbered portion from a shared pipe, and sends back what it
found through a pipe of its own. Source: facts/lint.md section 3.
"""

from __future__ import annotations

import os
import sys

from agentsflare_kimi.lint.files.scanning import Scanner

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from agentsflare_kimi.lint.files.scanning import Examine, Outcome

__all__ = ["scan"]

_MOST_WORKERS = 8
_NUMBER_SIZE = 4
# Every system's pipe holds this many numbers without a reader.
_MOST_PORTIONS = 1024
# Small enough that no process waits long for the last one, whose files may all name models.
_LEAST_PORTION = 32
_MOST_UNCOLLECTED = 200_000


def scan(
    paths: Sequence[bytes],
    examine: Examine,
    max_size: int,
    progress: Callable[[int], None] | None = None,
) -> list[Outcome]:
    """Do what `Scanner.scan` does, in several processes if there are several processors.

    Args:
        paths: The files.
        examine: Called with the path and content of each file that contains a needle; must
            return something that `marshal` can write.
        max_size: In bytes; larger files are reported as skipped.
        progress: Called with the number of files read since it was called last.

    Returns:
        The outcomes, in the order of the files.

    Raises:
        ChildProcessError: A worker was killed.
    """
    workers = _worker_count()
    if workers == 1:
        return Scanner(examine, max_size, files=len(paths)).scan(paths)
    size = max(_LEAST_PORTION, -(-len(paths) // _MOST_PORTIONS))
    portions = [paths[start : start + size] for start in range(0, len(paths), size)]
    found: list[tuple[int, list[Outcome]]] = []
    for number, outcomes in _share(portions, examine, max_size, workers):
        found.append((number, outcomes))
        if progress:
            progress(len(portions[number]))
    return [outcome for _, outcomes in sorted(found, key=_number) for outcome in outcomes]


def _number(record: tuple[int, object]) -> int:
    return record[0]


def _worker_count() -> int:
    threading = sys.modules.get("threading")
    if not hasattr(os, "fork") or (threading and threading.active_count() > 1):
        # Forking while other threads run may leave a lock held for ever.
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    return min(len(affinity(0)) if affinity else os.cpu_count() or 1, _MOST_WORKERS)


def _share(
    portions: Sequence[Sequence[bytes]], examine: Examine, max_size: int, workers: int
) -> Iterator[tuple[int, list[Outcome]]]:
    numbers, writer = os.pipe()
    os.write(writer, b"".join(n.to_bytes(_NUMBER_SIZE, "big") for n in range(len(portions))))
    os.close(writer)
    running: dict[int, int] = {}
    try:
        for _ in range(workers):
            pid, reader = _start(numbers, running, portions, examine, max_size)
            running[reader] = pid
        yield from _receive(running)
    finally:
        os.close(numbers)
        for reader, pid in running.items():
            os.close(reader)
            _end(pid)


def _start(
    numbers: int,
    readers: Iterable[int],
    portions: Sequence[Sequence[bytes]],
    examine: Examine,
    max_size: int,
) -> tuple[int, int]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    status = 1
    try:
        # If a worker kept a read end open, no worker would notice that the parent is gone.
        for inherited in (reader, *readers):
            os.close(inherited)
        _work(numbers, writer, portions, examine, max_size)
        status = 0
    except BaseException as error:  # noqa: BLE001  # nothing may leave a forked process
        _send(writer, (-1, repr(error)))
    finally:
        os._exit(status)


def _work(
    numbers: int,
    writer: int,
    portions: Sequence[Sequence[bytes]],
    examine: Examine,
    max_size: int,
) -> None:
    import gc  # noqa: PLC0415  # a clean file does without

    # A file's tree is freed as a whole; to look through it for garbage took a twelfth.
    gc.set_threshold(_MOST_UNCOLLECTED)
    scanner = Scanner(examine, max_size, files=sum(map(len, portions)))
    while number := os.read(numbers, _NUMBER_SIZE):
        index = int.from_bytes(number, "big")
        _send(writer, (index, scanner.scan(portions[index])))


def _send(writer: int, record: tuple[int, Any]) -> None:
    import marshal  # noqa: PLC0415  # a clean file does without

    content = marshal.dumps(record)
    pending = memoryview(len(content).to_bytes(_NUMBER_SIZE, "big") + content)
    while pending:
        pending = pending[os.write(writer, pending) :]


def _receive(running: dict[int, int]) -> Iterator[tuple[int, list[Outcome]]]:
    import select  # noqa: PLC0415  # a clean file does without

    received = {reader: bytearray() for reader in running}
    while running:
        for reader in select.select(list(running), [], [])[0]:
            piece = os.read(reader, 1 << 16)
            received[reader] += piece
            yield from _take_records(received[reader])
            if not piece:
                _finish(running, reader)


def _take_records(received: bytearray) -> Iterator[tuple[int, list[Outcome]]]:
    import marshal  # noqa: PLC0415  # a clean file does without

    while len(received) >= _NUMBER_SIZE:
        end = _NUMBER_SIZE + int.from_bytes(received[:_NUMBER_SIZE], "big")
        if len(received) < end:
            return
        number, outcomes = marshal.loads(received[_NUMBER_SIZE:end])  # noqa: S302  # our own child wrote it
        del received[:end]
        if number < 0:
            raise RuntimeError(f"a reading process failed: {outcomes}")
        yield number, outcomes


def _finish(running: dict[int, int], reader: int) -> None:
    os.close(reader)
    status = os.waitpid(running.pop(reader), 0)[1]
    if status:
        code = os.waitstatus_to_exitcode(status)
        raise ChildProcessError(f"a reading process ended early (exit code {code})")


def _end(pid: int) -> None:
    import signal  # noqa: PLC0415  # only after a failure

    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
