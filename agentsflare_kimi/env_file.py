"""Reading a named `.env` file: regular files only, nothing interpolated, bounded in size."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from agentsflare_kimi.errors import ConfigurationError

__all__ = ["read_env_file"]

_LARGEST: Final = 1_048_576


def read_env_file(path: str | os.PathLike[str]) -> Mapping[str, str]:
    """Read the assignments of an environment file.

    Args:
        path: The file, in UTF-8, with or without a byte order mark.

    Returns:
        Variable to value; a variable without a value is left out.

    Raises:
        ConfigurationError: The file is missing, unreadable, not a regular file (a FIFO would
            hang), larger than 1 MiB or not UTF-8. Its contents are not shown.

    Source: facts/reliability.md section 2, T9 and T23.
    """
    try:
        descriptor = os.open(Path(path).expanduser(), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:  # noqa: PTH123  # it is open already
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ConfigurationError(f"env file {os.fspath(path)!r} is not a regular file")
            content = file.read(_LARGEST + 1)
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
    except UnicodeDecodeError:
        # Not chained: the exception would carry the file's bytes, keys included.
        raise ConfigurationError(f"env file {path!r} is not UTF-8 text; save it as UTF-8") from None
    values = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name, value in values.items() if value is not None}
