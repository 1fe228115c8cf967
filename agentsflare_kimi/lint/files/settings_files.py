"""Reads the settings for a file from the nearest settings file.

That is `agentsflare-kimi.toml`, or `pyproject.toml` with `[tool.agentsflare-kimi.lint]`;
settings files are never merged. The command line overrides them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from itertools import takewhile

from agentsflare_kimi.fast_typing import NamedTuple, cast
from agentsflare_kimi.lint.config import LintConfig, LintConfigError, check
from agentsflare_kimi.lint.files import upwards

__all__ = ["FileSettings", "forget", "settings_for"]

_STANDALONE = "agentsflare-kimi.toml"
_SHARED = "pyproject.toml"
# Options that add to the file's settings; the others replace them.
_ADDED = frozenset({"ignore", "extend_select", "exclude"})


class FileSettings(NamedTuple):
    """The settings for one file.

    Attributes:
        config: The settings, with per-file ignores applied.
        is_excluded: Whether `exclude` matches the file.
        source: The settings file; None if there is none.
    """

    config: LintConfig
    is_excluded: bool
    source: str | None


def settings_for(
    path: str, options: Mapping[str, object] | LintConfig, root: str | None = None
) -> FileSettings:
    """Find the settings for one file.

    Args:
        path: The file; relative to the current directory, or absolute.
        options: Overrides for the nearest settings file, or the complete settings.
        root: The directory in which the file was found, if the file was not named itself.
            Everything in an excluded directory below it is excluded.

    Returns:
        The settings for the file.

    Raises:
        LintConfigError: A settings file cannot be read or is invalid.
    """
    absolute = os.path.abspath(path)
    here = os.getcwd()
    if isinstance(options, LintConfig):
        name = _below(here, absolute)
        config = options.for_file(name)
        is_excluded = _matches(here, absolute, options.exclude)
        return FileSettings(config=config, is_excluded=is_excluded, source=None)
    is_excluded = _matches(here, absolute, cast("tuple[str, ...]", options.get("exclude", ())))
    directory = os.path.dirname(absolute)
    if root is not None and (is_excluded or _is_excluded_above(directory, os.path.abspath(root))):
        return FileSettings(config=LintConfig(), is_excluded=True, source=None)
    source, nearest = _nearest(directory)
    name = _below(os.path.dirname(source), absolute) if source else ""
    is_excluded = is_excluded or _excludes(source, nearest, absolute)
    # Per-file ignores on the command line are relative to the current directory.
    config = _overridden(nearest.for_file(name), options).for_file(_below(here, absolute))
    return FileSettings(config=config, is_excluded=is_excluded, source=source)


def forget() -> None:
    """Drop the cached settings files."""
    for remembered in (_nearest, _settings_in, _is_excluded_above, _is_directory_excluded):
        remembered.cache_clear()


@cache
def _is_excluded_above(directory: str, root: str) -> bool:
    """Tell whether settings above a directory exclude it; its own settings do not count."""
    below = takewhile(lambda each: each.startswith(os.path.join(root, "")), upwards(directory))
    # From the top down: settings in an excluded directory do not count.
    return any(_is_directory_excluded(each) for each in reversed(list(below)))


@cache
def _is_directory_excluded(directory: str) -> bool:
    return _excludes(*_nearest(os.path.dirname(directory)), directory, is_directory=True)


def _excludes(
    source: str | None, config: LintConfig, path: str, *, is_directory: bool = False
) -> bool:
    base = os.path.dirname(source) if source else ""
    return _matches(base, path, config.exclude, is_directory=is_directory)


def _matches(
    base: str, path: str, patterns: tuple[str, ...], *, is_directory: bool = False
) -> bool:
    if not patterns:
        return False
    from agentsflare_kimi.lint.files.ignores import matches_any  # noqa: PLC0415  # rarely needed

    meant = [_below(base, _anchored(base, pattern)) for pattern in patterns]
    return matches_any(_below(base, path), meant, is_directory=is_directory)


def _anchored(base: str, pattern: str) -> str:
    """Anchor a pattern that is written as a path."""
    if not pattern.startswith(("./", "../")):
        return pattern
    slash = "/" if pattern.endswith("/") else ""
    return os.path.normpath(os.path.join(base, pattern)) + slash


def _below(directory: str, path: str) -> str:
    """Make a path relative to *directory*, with a leading slash; unchanged if it is elsewhere."""
    return path[len(directory) :] if path.startswith(os.path.join(directory, "")) else path


def _overridden(config: LintConfig, options: Mapping[str, object]) -> LintConfig:
    changes = {
        name: (*getattr(config, name), *cast("tuple[str, ...]", value)) if name in _ADDED else value
        for name, value in options.items()
    }
    return config._replace(**changes) if changes else config


@cache
def _nearest(directory: str) -> tuple[str | None, LintConfig]:
    found = filter(None, map(_settings_in, upwards(directory)))
    return next(found, (None, LintConfig()))


@cache
def _settings_in(directory: str) -> tuple[str, LintConfig] | None:
    for name in (_STANDALONE, _SHARED):
        path = os.path.join(directory, name)
        table = _read_table(path) if os.path.isfile(path) else None
        if table is not None:
            return path, _parse(table, path)
    return None


def _read_table(path: str) -> Mapping[str, object] | None:
    try:
        with open(path, "rb") as file:
            content = file.read()
        is_shared = os.path.basename(path) == _SHARED
        # This check takes a twentieth of the time of parsing.
        if is_shared and b"agentsflare-kimi" not in content:
            return None
        import tomllib  # noqa: PLC0415  # only a file with settings needs it

        document = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise LintConfigError(f"{path} cannot be read: {error}") from error
    if is_shared:
        tools = _table_in(document, "tool") or {}
        tool = _own_table(tools, "agentsflare-kimi", path)
        if misplaced := sorted(tool.keys() - {"lint"}):
            raise LintConfigError(
                f"{path}: unknown setting {misplaced[0]!r} in [tool.agentsflare-kimi]; the "
                "linter's settings belong in [tool.agentsflare-kimi.lint]"
            )
        return _own_table(tool, "lint", path) if "lint" in tool else None
    table = _table_in(document, "lint")
    if table is None:
        return document
    if outside := sorted(document.keys() - {"lint"}):
        raise LintConfigError(f"{path}: {outside[0]!r} is outside of [lint]; move it there")
    return table


def _table_in(table: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    value = table.get(name)
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _own_table(table: Mapping[str, object], name: str, path: str) -> Mapping[str, object]:
    value = table.get(name, {})
    if not isinstance(value, Mapping):
        raise LintConfigError(f"{path}: {name} must be a table, not {value!r}")
    return cast("Mapping[str, object]", value)


def _parse(table: Mapping[str, object], path: str) -> LintConfig:
    known = sorted(name.replace("_", "-") for name in LintConfig._fields if name != "today")
    for key, value in table.items():
        if key not in known:
            raise LintConfigError(f"{path}: unknown setting {key!r}; there are: {', '.join(known)}")
        try:
            check(key.replace("-", "_"), value)
        except (TypeError, ValueError) as error:
            raise LintConfigError(f"{path}: {key}: {error}") from error
    return LintConfig()._replace(**{key.replace("-", "_"): each for key, each in table.items()})
