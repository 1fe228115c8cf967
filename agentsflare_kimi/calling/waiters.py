"""Finds the code that waits for the running task or thread, where no stack leads back to it.

A framework may send a request in a task or a thread of its own. The user's line is then on the
stack of another task or thread, which waits until this one is done.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import queue
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any, Final

__all__ = ["stack", "waiting_frames", "waiting_threads"]

_FUTURES: Final = (asyncio.Future, concurrent.futures.Future)


def stack(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield *frame* and the frames that called it, innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def waiting_frames() -> Iterator[FrameType]:
    """Yield the frames of the code that awaits the current task or pool job, nearest first.

    It sees `await`, `gather`, `wait`, `wait_for`, `shield`, task groups of asyncio and anyio, and
    jobs that an event loop gave to a thread.
    """
    begun = [*_current_task(), *_jobs()]
    reached = [*begun]
    for future in reached:
        if future not in begun and hasattr(future, "get_coro"):  # a task
            yield from reversed(list(_suspended(future.get_coro())))
        # Up to Python 3.13 nothing else leads from a future to what awaits it.
        names = ("_callbacks", "_done_callbacks")
        callbacks = [each for name in names for each in getattr(future, name, None) or ()]
        for callback in callbacks:
            resumed = _resumed_by(callback[0] if isinstance(callback, tuple) else callback)
            reached += [each for each in resumed if each not in reached]
    loops = [future.get_loop() for future in reached if isinstance(future, asyncio.Future)]
    threads = {getattr(loop, "_thread_id", None) for loop in loops}
    for thread, frame in _other_threads():
        if thread in threads:
            yield from stack(frame)


def _current_task() -> Iterator[Any]:
    with suppress(RuntimeError):  # no event loop runs here
        if (task := asyncio.current_task()) is not None:
            yield task


def _jobs() -> Iterator[Any]:
    """Yield the futures of the pools' jobs that this thread is running."""
    for frame in stack(inspect.currentframe()):
        if frame.f_globals.get("__name__") in _POOLS:
            for value in frame.f_locals.values():
                future = getattr(value, "future", value)
                if isinstance(future, _FUTURES):
                    yield future


_POOLS: Final = frozenset({"concurrent.futures.thread", "anyio._backends._asyncio"})


def _resumed_by(callback: Any) -> Iterator[Any]:  # noqa: ANN401  # any callable
    owner = getattr(callback, "__self__", None)
    for each in (owner, *getattr(callback, "args", ()), *_enclosed(callback)):
        scope = getattr(each, "cancel_scope", None)  # of anyio's task groups
        host = getattr(each, "_parent_task", None) or getattr(scope, "_host_task", None)
        yield from (one for one in (each, host) if isinstance(one, _FUTURES))


def _enclosed(function: Any) -> Iterator[object]:  # noqa: ANN401  # any callable
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not assigned yet
            continue


def _suspended(awaited: Any) -> Iterator[FrameType]:  # noqa: ANN401  # coroutines and the like
    while awaited is not None:
        kind = next((k for k in ("cr", "gi", "ag") if hasattr(awaited, f"{k}_frame")), None)
        if kind is None:
            return
        if (frame := getattr(awaited, f"{kind}_frame")) is not None:
            yield frame
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")


def waiting_threads() -> Iterator[Iterable[FrameType]]:
    """Yield the stack of each thread that waits for another one, but not for a queue."""
    for _, frame in _other_threads():
        frames = list(stack(frame))
        files = [each.f_code.co_filename for each in frames]
        # A thread that waits for a queue waits for no particular thread.
        if files[0] == threading.__file__ and queue.__file__ not in files:
            yield frames


def _other_threads() -> Iterator[tuple[int, FrameType]]:
    own = threading.get_ident()
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # documented
    return ((thread, frame) for thread, frame in frames.items() if thread != own)
