"""Warns once of each variable that nothing reads and that is named almost like a setting."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agentsflare_kimi.calling.notices import ToldPlaces, log_event, warn_caller
from agentsflare_kimi.env_file import read_env_file
from agentsflare_kimi.errors import MisspeltVariableWarning
from agentsflare_kimi.settings import KimiSettings
from agentsflare_kimi.variables import find_misspelt

__all__ = ["warn_of_misspelt"]

_TOLD: Final = ToldPlaces()


def warn_of_misspelt(env_file: str | os.PathLike[str] | None = None) -> None:
    """Warn of variables that were probably meant for a setting.

    Args:
        env_file: A file that is read after the environment.

    Warns:
        MisspeltVariableWarning: One for each name, once in a process; values are never shown.
    """
    for message in _messages(_sources(env_file)):
        if not _TOLD.add((message,)):
            continue
        log_event("variable_misspelt", level=logging.WARNING, detail=message)
        try:
            warn_caller(message, MisspeltVariableWarning)
        except Warning:
            # A filter turns the warning into an error, and must do so each time.
            _TOLD.discard((message,))
            raise


def _sources(env_file: str | os.PathLike[str] | None) -> Iterator[tuple[str, Iterable[str]]]:
    yield "", os.environ
    if env_file is not None:
        values: Mapping[str, str] = read_env_file(env_file)
        yield f"{os.fspath(env_file)}: ", values


def _messages(sources: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    for place, names in sources:
        for misspelling in find_misspelt(names, KimiSettings.model_fields):
            yield f"{place}{misspelling}"
