"""Finds the line of the user's own program that made a call, behind frameworks and tracers."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import inspect
import os
import re
import sysconfig
import threading
from collections.abc import Iterable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Final

import anyio
import openai

from agentsflare_kimi.calling.waiters import stack, waiting_frames, waiting_threads

__all__ = ["callers_frame", "is_installed", "is_within"]


def callers_frame() -> FrameType | None:
    """Find the frame that a warning should point at.

    Returns:
        The innermost frame of a file that is neither installed (site-packages, the standard
        library, the environment's scripts) nor ours, on this stack or on that of a task or thread
        that waits for this one. If there is none, as in an installed program, the innermost one
        outside the SDK and its machinery; None if there is no such frame either, as for a bare
        SDK method in a thread pool.

    A constant stacklevel cannot be right: create, parse, raw responses, streams, tasks,
    frameworks and tracers all differ in depth. Source: facts/openai-sdk.md section 2.
    """
    nearest = None
    for frame in stack(inspect.currentframe()):
        # Below the loop is `asyncio.run()`; what awaits the task is nearer.
        if frame.f_code is _LOOPS_STEP and (waiting := _waiting_frame()):
            return waiting
        if not _is_machinery(_file_of(frame)):
            nearest = nearest or frame
            if _is_users(frame):
                return frame
    return _waiting_frame() or _waiting_threads_frame() or nearest


def _waiting_frame() -> FrameType | None:
    return next(filter(_is_users, waiting_frames()), None)


def _waiting_threads_frame() -> FrameType | None:
    found = [next(filter(_is_users, frames), None) for frames in waiting_threads()]
    # Which of several threads waits for this one cannot be told.
    users = [frame for frame in found if frame is not None]
    return users[0] if len(users) == 1 else None


def _is_users(frame: FrameType) -> bool:
    filename = _file_of(frame)
    return not _is_machinery(filename) and not _is_foreign(filename)


def is_within(filename: str, folders: Iterable[str], path: Any = os.path) -> bool:  # noqa: ANN401  # a module
    """Tell whether *filename* is one of *folders*, or a file below one.

    Args:
        filename: An absolute path.
        folders: Absolute paths of folders or files.
        path: The path module to judge by: `ntpath` or `posixpath`.
    """
    place = path.normcase(filename)
    return any(
        place == folder or place.startswith(path.join(folder, ""))
        for folder in map(path.normcase, folders)
    )


def is_installed(filename: str, folders: Iterable[str], path: Any = os.path) -> bool:  # noqa: ANN401  # a module
    """Tell whether *filename* belongs to Python or to an installed package.

    Args:
        filename: The path of a source file, or a name in angle brackets.
        folders: Where Python and its packages are.
        path: The path module to judge by: `ntpath` or `posixpath`.
    """
    if filename.startswith("<frozen"):
        return True
    parts = re.split(r"[\\/]", filename) if path.sep == "\\" else filename.split("/")
    return not _PACKAGE_FOLDERS.isdisjoint(parts) or is_within(filename, folders, path)


_PACKAGE_FOLDERS: Final = frozenset({"site-packages", "dist-packages"})
_INSTALLED: Final = tuple(
    folder
    for name, folder in sysconfig.get_paths().items()
    if name in {"stdlib", "platstdlib", "purelib", "platlib", "scripts"}
)


def _folder(module: ModuleType) -> str:
    return str(Path(module.__file__ or "").parent)


_LOOPS_STEP: Final = asyncio.Handle._run.__code__  # type: ignore[attr-defined]  # noqa: SLF001
_MACHINERY: Final = (
    str(Path(__file__).parents[1]),
    *(_folder(module) for module in (openai, anyio, asyncio, concurrent.futures)),
    *(str(module.__file__) for module in (contextlib, functools, threading)),
)


def _file_of(frame: FrameType) -> str:
    filename = frame.f_code.co_filename
    if filename == "<string>":
        # Methods that dataclasses write are run with the globals of their module; `python -c`
        # and what a user executes have no file.
        return str(frame.f_globals.get("__file__") or filename)
    return filename


@functools.lru_cache(maxsize=4_096)
def _is_machinery(filename: str) -> bool:
    return is_within(filename, _MACHINERY)


@functools.lru_cache(maxsize=4_096)
def _is_foreign(filename: str) -> bool:
    return is_installed(filename, _INSTALLED)
