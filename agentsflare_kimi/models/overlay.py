"""A user's own models: a TOML file in the format of `models.toml`, over the bundled table."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NoReturn, cast, get_args

from agentsflare_kimi.models.model import ModelStatus
from agentsflare_kimi.printable import looks_like_key

__all__ = ["read_overlay"]

_FORMAT: Final = 2
_PARTS: Final = ("format", "sources", "families", "names", "models", "hosts")
_ENDED: Final = frozenset({"retired", "deprecated"})


def read_overlay(path: str, bundled: Mapping[str, Any]) -> dict[str, Any]:
    """Merge the models of a file into the bundled ones.

    Args:
        path: The file. Its `[[models]]` are added, or replace the bundled entry of the same id;
            it may add `[sources]` and `[families.NAME]` of its own.
        bundled: The table of `models.toml`; never changed.

    Returns:
        The merged table.

    Raises:
        ConfigurationError: The file cannot be read, or an entry breaks a rule of the format; the
            message names the file, the entry and the field.
    """
    try:
        return _merge(bundled, _load(path))
    except _WrongEntryError as error:
        # A key that was pasted into the wrong variable is not shown.
        _refuse(f"{error}" if looks_like_key(path) else f"{path}: {error}")


class _WrongEntryError(Exception):
    """What is wrong with the file, and where."""


def _refuse(message: str) -> NoReturn:
    from agentsflare_kimi.errors import ConfigurationError  # noqa: PLC0415  # loads openai

    raise ConfigurationError(
        f"{message}. The file is named by AGENTSFLARE_MODELS_FILE (argument `models_file`); its "
        "format is described in docs/models-toml.md"
    ) from None


def _load(path: str) -> dict[str, Any]:
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise _WrongEntryError(f"the file cannot be read: {reason}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _WrongEntryError(f"not TOML: {error}") from None


def _merge(bundled: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [part for part in own if part not in _PARTS]
    if unknown:
        raise _WrongEntryError(f"{unknown[0]!r} is not part of the format: {', '.join(_PARTS)}")
    if own.get("format", _FORMAT) != _FORMAT:
        raise _WrongEntryError(f"format is {own['format']!r}; this version reads {_FORMAT}")
    table = dict(bundled)
    for part in ("sources", "families"):
        table[part] = {**bundled[part], **_table(own, part)}
    for name, family in _table(own, "families").items():
        _check_fields(f"family {name!r}", family, _FAMILY)
        if "thinking" not in family:
            raise _WrongEntryError(f"family {name!r}: thinking is missing")
    entries: dict[str, Any] = {entry["id"]: entry for entry in bundled["models"]}
    for number, entry in enumerate(_entries(own), 1):
        name = _check_entry(number, entry, table)
        entries[name] = {"sources": [], **entry}
    _check_names(entries)
    models = [_with_living(name, entries) for name in entries]
    return table | {"models": models}


def _with_living(name: str, entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry whose successor and alternatives skip the models that have ended."""
    entry = dict(entries[name])
    seen = [name]
    while (instead := entries[seen[-1]].get("successor")) and _is_ended(entries[seen[-1]]):
        if instead in seen:
            raise _WrongEntryError(f"model {name!r}: successor leads back to {instead!r}")
        seen.append(instead)
    if len(seen) > 1:
        entry["successor"] = seen[-1]
    living = [each for each in entry.get("alternatives", ()) if not _is_ended(entries[each])]
    return entry | ({"alternatives": living} if "alternatives" in entry else {})


def _is_ended(entry: Mapping[str, Any]) -> bool:
    return entry["status"] in _ENDED


def _table(own: Mapping[str, Any], part: str) -> dict[str, Any]:
    value = own.get(part, {})
    if not isinstance(value, dict):
        raise _WrongEntryError(f"{part} must be a table")
    return cast("dict[str, Any]", value)


def _entries(own: Mapping[str, Any]) -> list[dict[str, Any]]:
    value = own.get("models", [])
    if not isinstance(value, list):
        raise _WrongEntryError("models must be an array of tables: [[models]]")
    return cast("list[dict[str, Any]]", value)


def _check_entry(number: int, entry: dict[str, Any], table: Mapping[str, Any]) -> str:
    name = entry.get("id")
    if not isinstance(name, str) or not name:
        raise _WrongEntryError(f"model {number}: id must be a name, not {name!r}")
    where = f"model {name!r}"
    _check_fields(where, entry, _ENTRY | _FAMILY)
    for field in ("status", "family"):
        if field not in entry:
            raise _WrongEntryError(f"{where}: {field} is missing")
    if entry["family"] not in table["families"]:
        known = ", ".join(table["families"])
        raise _WrongEntryError(f"{where}: family {entry['family']!r} is none of {known}")
    for source in entry.get("sources", ()):
        if source not in table["sources"]:
            raise _WrongEntryError(f"{where}: sources names {source!r}, which [sources] lacks")
    if entry["status"] in _ENDED and "successor" not in entry:
        raise _WrongEntryError(f"{where}: successor is missing; the model is {entry['status']}")
    if entry["status"] == "retired" and "retired_on" not in entry:
        raise _WrongEntryError(f"{where}: retired_on is missing")
    return name


def _check_fields(where: str, entry: object, kinds: Mapping[str, _Kind]) -> None:
    if not isinstance(entry, dict):
        raise _WrongEntryError(f"{where}: must be a table")
    for field, value in cast("dict[str, object]", entry).items():
        if field not in kinds:
            raise _WrongEntryError(f"{where}: there is no field {field!r}")
        is_right, wanted = kinds[field]
        if not is_right(value):
            raise _WrongEntryError(f"{where}: {field} must be {wanted}, not {value!r}")


def _check_names(entries: Mapping[str, Mapping[str, Any]]) -> None:
    owners: dict[str, str] = {}
    for name, entry in entries.items():
        for alias in (name, *entry.get("aliases", ())):
            if owners.setdefault(alias, name) != name:
                raise _WrongEntryError(
                    f"model {name!r}: aliases has {alias!r}, which is a name of {owners[alias]!r}"
                )
        for field, instead in _named(entry):
            if instead not in entries:
                raise _WrongEntryError(
                    f"model {name!r}: {field} names {instead!r}, which is not a known model"
                )


def _named(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "successor" in entry:
        yield "successor", entry["successor"]
    for name in entry.get("alternatives", ()):
        yield "alternatives", name


_Kind = tuple[Callable[[object], bool], str]


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) for item in cast("list[object]", value)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_numbers(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_number(item) for item in cast("dict[str, object]", value).values()
    )


def _one_of(*names: str) -> _Kind:
    return (lambda value: value in names), f"one of {', '.join(names)}"


def _list_of(*names: str) -> _Kind:
    def is_right(value: object) -> bool:
        return _is_strings(value) and set(cast("list[str]", value)) <= set(names)

    return is_right, f"a list of {', '.join(names)}"


_TEXT: Final[_Kind] = (lambda value: isinstance(value, str)), "a string"
_TEXTS: Final[_Kind] = _is_strings, "a list of strings"
_DAY: Final[_Kind] = _is_day, "a date, such as 2026-05-25"
_COUNT: Final[_Kind] = _is_count, "a number of tokens"
_NUMBER: Final[_Kind] = _is_number, "a number"
_NUMBERS: Final[_Kind] = _is_numbers, "a table of numbers"
_SWITCH: Final[_Kind] = (lambda value: isinstance(value, bool)), "true or false"

_ENTRY: Final[dict[str, _Kind]] = {
    "id": _TEXT,
    "status": _one_of(*get_args(ModelStatus)),
    "family": _TEXT,
    "aliases": _TEXTS,
    "successor": _TEXT,
    "alternatives": _TEXTS,
    "retired_on": _DAY,
    "released_on": _DAY,
    "context_window": _COUNT,
    "default_max_tokens": _COUNT,
    "inputs": _list_of("text", "image", "video"),
    "upstream_ended_on": _DAY,
    "upstream_note": _TEXT,
    "sources": _TEXTS,
    "checked_on": _DAY,
}
_FAMILY: Final[dict[str, _Kind]] = {
    "thinking": _one_of("always", "switchable", "never"),
    "fixed_while_thinking": _NUMBERS,
    "fixed_without_thinking": _NUMBERS,
    "tool_choice_rejected": _list_of("required", "specified"),
    "needs_reasoning_content": _SWITCH,
    "keeps_reasoning": _SWITCH,
    "rejects_disabled_thinking": _SWITCH,
    "default_temperature": _NUMBER,
    "reasoning_efforts": _TEXTS,
    "moving_note": _TEXT,
}
