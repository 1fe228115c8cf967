"""The set-up that `agentsflare-kimi doctor` checks: variables, the named file, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from agentsflare_kimi.env_file import read_env_file
from agentsflare_kimi.errors import ConfigurationError
from agentsflare_kimi.printable import looks_like_key
from agentsflare_kimi.settings import KimiSettings

__all__ = ["Row", "Setup", "quoted_name", "read_setup"]


class Row(NamedTuple):
    """One check: its subject, its result, and what to do on failure."""

    name: str
    status: Literal["ok", "note", "failed", "skipped"]
    detail: str


class Setup(NamedTuple):
    """The set-up that a client would be built from.

    Attributes:
        settings: The settings, with the default for each invalid field.
        problems: The messages of the settings and of the file's reader.
        refused: The fields whose values are invalid.
        env_file: The named file, if any.
        env_file_values: The variables in it; empty if it cannot be read.
    """

    settings: KimiSettings
    problems: tuple[str, ...]
    refused: frozenset[str]
    env_file: str | None
    env_file_values: Mapping[str, str]


def read_setup(env_file: str | None) -> Setup:
    """Read the settings field by field, so that every invalid value is found.

    Args:
        env_file: A file to read; the environment takes precedence.

    Returns:
        The settings that could be read, and the problems.
    """
    problems: list[str] = []
    values: Mapping[str, str] = {}
    read_from = env_file
    if env_file is not None:
        try:
            values = read_env_file(env_file)
        except ConfigurationError as error:
            problems.append(str(error))
            read_from = None
    defaults = {name: field.default for name, field in KimiSettings.model_fields.items()}
    wrong: dict[str, object] = {}
    for name, default in defaults.items():
        # `allow_insecure_http` decides which base URLs are allowed.
        alone = {name, "allow_insecure_http"} - wrong.keys()
        others = {other: value for other, value in defaults.items() if other not in alone}
        try:
            KimiSettings(_env_file=read_from, **others)
        except ConfigurationError as error:
            problems.append(str(error))
            wrong[name] = default
    settings = KimiSettings(_env_file=read_from, **wrong)
    return Setup(settings, tuple(problems), frozenset(wrong), env_file, values)


def quoted_name(name: str) -> str:
    """Quote the *name* of a model, unless a key was pasted in its place."""
    return (
        "its name (not shown, because it looks like a key)" if looks_like_key(name) else repr(name)
    )
