"""Reads a `.env` file: regular files only, without interpolation, up to a size limit."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from agentsflare_kimi.errors import ConfigurationError

__all__ = ["read_env_file"]

_LARGEST: Final = 1_048_576
# The parser takes any word for a name, such as the brace with which JSON begins.
_NAME: Final = re.compile(r"[\w.-]+")
_QUOTED: Final = re.compile(
    r"[^=]*=[^\S\n]*(['\"])(?P<value>(?:\\.|(?!\1).)*)(?P<closed>\1)?", re.DOTALL
)


def read_env_file(path: str | os.PathLike[str]) -> Mapping[str, str]:
    """Read the assignments of an environment file.

    Args:
        path: The file, in UTF-8, with or without a byte order mark.

    Returns:
        Variable to value; a variable without a value is left out.

    Raises:
        ConfigurationError: The file is missing, unreadable, not a regular file (a FIFO would
            hang), larger than 1 MiB or not UTF-8, or a line is not an assignment. The
            message names file and line; contents are never shown.

    Source: facts/reliability.md section 2, T9 and T23.
    """
    try:
        descriptor = os.open(Path(path).expanduser(), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ConfigurationError(f"env file {os.fspath(path)!r} is not a regular file")
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(_LARGEST + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigurationError(
            f"env file {os.fspath(path)!r} cannot be read: {error.strerror or error}"
        ) from error
    return _parse(content, os.fspath(path))


def _parse(content: bytes, path: str) -> Mapping[str, str]:
    if len(content) > _LARGEST:
        raise ConfigurationError(f"env file {path!r} is larger than {_LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        # Not chained: the exception holds the file's bytes, keys included.
        raise ConfigurationError(f"{path}:{line}: not UTF-8 text; save it as UTF-8") from None
    bindings = [*parse_stream(StringIO(text))]
    for binding in bindings:
        if binding.error or not _NAME.fullmatch(binding.key or "_"):
            raise ConfigurationError(f"{path}:{_line(binding)}: {_reason(binding)}")
    return {each.key: each.value for each in bindings if each.key and each.value is not None}


def _line(binding: Binding) -> int:
    # The parser includes the blank lines before an assignment.
    text = binding.original.string
    before = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(re.findall(r"\r\n|\n|\r", before))


def _reason(binding: Binding) -> str:
    quoted = _QUOTED.match(binding.original.string.strip())
    if quoted is None:
        return "neither NAME=VALUE nor a comment that begins with #"
    if not quoted["closed"] or "\n" in quoted["value"]:
        return "the quote is not closed"
    return "something follows the closing quote; put a backslash before a quote inside the value"
