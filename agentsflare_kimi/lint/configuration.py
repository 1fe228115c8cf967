"""Reads the settings that hold for a file: those of the nearest file that has any.

That is `agentsflare-kimi.toml`, or `pyproject.toml` with `[tool.agentsflare-kimi.lint]`;
nothing is merged across files. What the command line says comes on top.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from agentsflare_kimi.lint.config import LintConfig, LintConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
from agentsflare_kimi.values import replace

__all__ = ["FileSettings", "forget_configurations", "settings_for"]

_STANDALONE = "agentsflare-kimi.toml"
_SHARED = "pyproject.toml"
_DIGITS = 3
_ADDED = frozenset({"ignore", "extend_select", "exclude"})


class FileSettings(NamedTuple):
    """What holds for one file.

    Attributes:
        config: The settings, per-file ignores taken in.
        is_excluded: Whether `exclude` names the file.
        source: The settings file; None where there is none.
    """

    config: LintConfig
    is_excluded: bool
    source: str | None


def settings_for(path: str, options: Mapping[str, object] | LintConfig) -> FileSettings:
    """Find what holds for one file.

    Args:
        path: The file; relative to the current directory, or absolute.
        options: Settings that come on top of those of the nearest file; or all there are.

    Returns:
        The settings of the file.

    Raises:
        LintConfigError: A settings file cannot be read, or something in it is wrong.
    """
    absolute = os.path.abspath(path)
    here = os.getcwd()
    if isinstance(options, LintConfig):
        name = _below(here, absolute)
        config = options.for_file(name)
        return FileSettings(config=config, is_excluded=_matches(name, options.exclude), source=None)
    source, base = _nearest(os.path.dirname(absolute))
    name = _below(os.path.dirname(source), absolute) if source else ""
    is_excluded = _matches(name, base.exclude) or _matches(
        _below(here, absolute), cast("tuple[str, ...]", options.get("exclude", ()))
    )
    config = _on_top(base.for_file(name), options)
    return FileSettings(config=config, is_excluded=is_excluded, source=source)


def forget_configurations() -> None:
    """Read settings files anew from here on."""
    _nearest.cache_clear()


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    if not patterns:
        return False
    from agentsflare_kimi.lint.ignores import matches_any  # noqa: PLC0415  # rarely needed

    return matches_any(name, patterns)


def _below(directory: str, path: str) -> str:
    return path[len(directory) :] if path.startswith(os.path.join(directory, "")) else path


def _on_top(config: LintConfig, options: Mapping[str, object]) -> LintConfig:
    changes = {
        name: (*getattr(config, name), *cast("tuple[str, ...]", value)) if name in _ADDED else value
        for name, value in options.items()
    }
    return replace(config, **changes) if changes else config


@cache
def _nearest(directory: str) -> tuple[str | None, LintConfig]:
    for name in (_STANDALONE, _SHARED):
        path = os.path.join(directory, name)
        table = _read_table(path) if os.path.isfile(path) else None
        if table is not None:
            return path, _parse(table, path)
    parent = os.path.dirname(directory)
    return (None, LintConfig()) if parent == directory else _nearest(parent)


def _read_table(path: str) -> Mapping[str, object] | None:
    try:
        with open(path, "rb") as file:
            content = file.read()
        is_shared = os.path.basename(path) == _SHARED
        # Looking takes a twentieth of the time of parsing.
        if is_shared and b"agentsflare-kimi" not in content:
            return None
        import tomllib  # noqa: PLC0415  # only a file with settings needs it

        document = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LintConfigError(f"{path} cannot be read: {error}") from error
    if is_shared:
        tool = _inner(_inner(document, "tool") or {}, "agentsflare-kimi")
        return _inner(tool or {}, "lint")
    table = _inner(document, "lint")
    return document if table is None else table


def _inner(table: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    value = table.get(name)
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _parse(table: Mapping[str, object], path: str) -> LintConfig:
    values: dict[str, object] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in _READERS or "_" in key:
            known = ", ".join(sorted(setting.replace("_", "-") for setting in _READERS))
            raise LintConfigError(f"{path}: unknown setting {key!r}; there are: {known}")
        try:
            values[name] = _READERS[name](value)
        except (TypeError, ValueError) as error:
            raise LintConfigError(f"{path}: {key}: {error}") from error
    return replace(LintConfig(), **values)


def read_codes(value: object) -> tuple[str, ...]:
    """Check a list of rule codes or prefixes.

    Args:
        value: What was given.

    Returns:
        The codes.

    Raises:
        TypeError: It is not a list of strings.
        ValueError: One is neither a code nor a prefix of one.
    """
    codes = _strings(value)
    for code in codes:
        if not _is_prefix(code):
            raise ValueError(
                f"{code!r} is no rule and no prefix of one (such as AFK, AFK1, AFK101)"
            )
    return codes


def _is_prefix(code: str) -> bool:
    digits = code.removeprefix("AFK")
    is_numbered = digits != code and len(digits) <= _DIGITS and (digits or "0").isdecimal()
    return is_numbered or code == "ALL"


def _strings(value: object) -> tuple[str, ...]:
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(item, str) for item in items):
        raise TypeError(f"must be a list of strings, not {value!r}")
    return tuple(cast("list[str]", items))


def _per_file(value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise TypeError(f"must be a table of file pattern to rules, not {value!r}")
    table = cast("Mapping[str, object]", value)
    return MappingProxyType({pattern: read_codes(codes) for pattern, codes in table.items()})


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be a number of bytes above 0, not {value!r}")
    return value


_READERS: Mapping[str, Callable[[object], object]] = {
    "select": read_codes,
    "extend_select": read_codes,
    "ignore": read_codes,
    "per_file_ignores": _per_file,
    "exclude": _strings,
    "respect_gitignore": _boolean,
    "force_exclude": _boolean,
    "max_file_size": _size,
}
