"""Reads and merges mappings of filter category to verdict.

Prompts, choices, stream chunks and error bodies all carry the same mapping, so one reader
serves them. Source of shapes and merge rules: facts/content-filters.md sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentsflare_kimi.frozen_mapping import FrozenMapping
from agentsflare_kimi.reading.filter_values import (
    CategoryResult,
    FilterNote,
    severity_rank,
)
from agentsflare_kimi.reading.lenient import (
    as_integer,
    as_list,
    as_mapping,
    as_text,
    is_list,
    is_mapping,
    same,
    truth,
)

__all__ = [
    "PROMPT_KEYS",
    "RESULT_KEYS",
    "Results",
    "merge_categories",
    "merge_prompts",
    "merge_wire",
    "prompt_entries",
    "read_results",
]

# Gateways send both spellings, for prompts and for choices.
RESULT_KEYS: Final = ("content_filter_results", "content_filter_result")
# The second is that of the API version 2023-06-01-preview.
PROMPT_KEYS: Final = ("prompt_filter_results", "prompt_annotations")
# Stands among the categories, but reports on the filter itself.
_NOTE: Final = "error"
_PLAIN_FIELDS: Final = frozenset({"severity", "filtered", "detected"})
_VERDICT_FIELDS: Final = _PLAIN_FIELDS | {"details", "citation"}
# Older SDK types carry the citation's fields beside `detected` instead of under `citation`.
_CITATION_FIELDS: Final = {"URL": "URL", "url": "URL", "license": "license"}


class Results(NamedTuple):
    """One `content_filter_results` mapping, read."""

    categories: dict[str, CategoryResult]
    notes: tuple[FilterNote, ...]


def read_results(raw: object) -> Results:
    """Read one mapping of category to verdict; what is not a verdict is skipped."""
    categories: dict[str, CategoryResult] = {}
    told = as_mapping(raw)
    for key, verdict in told.items():
        if key.__class__ is not str or key == _NOTE:
            continue
        result = _usual(verdict) or _read_verdict(verdict)
        if result is not None:
            name = key.replace("-", "_")
            old = categories.get(name)
            categories[name] = result if old is None else _merged(old, result)
    return Results(categories, _read_notes(told.get(_NOTE)))


def merge_categories(
    results: Sequence[Mapping[str, CategoryResult]],
) -> FrozenMapping[str, CategoryResult]:
    """Merge verdicts category by category, the worst of each field winning."""
    if len(results) <= 1:
        only = results[0] if results else FrozenMapping[str, CategoryResult]()
        return only if isinstance(only, FrozenMapping) else FrozenMapping(only)
    merged: dict[str, CategoryResult] = {}
    for categories in results:
        if not merged:
            merged.update(categories.items())  # quicker than key by key
            continue
        for name, result in categories.items():
            old = merged.get(name)
            merged[name] = result if old is None else _merged(old, result)
    return FrozenMapping(merged)


def merge_wire(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Merge two mappings of category to verdict and keep their form on the wire.

    What only one of them has is kept unchanged, so that the result gives the same report as
    both together.
    """
    merged = dict(old)
    for key, verdict in new.items():
        if key not in merged:
            merged[key] = verdict
        elif not same(merged[key], verdict):
            merge = _merged_notes if key == _NOTE else _merged_verdict
            merged[key] = merge(merged[key], verdict)
    return merged


def prompt_entries(raw: object) -> list[tuple[int, Mapping[str, object]]]:
    """Return the entries of prompt results with their indexes, by default their positions.

    Some relays send one object instead of a list, or only the results of one prompt.
    """
    entries = as_list(raw)
    if is_mapping(raw):
        told = as_mapping(raw)
        is_entry = not told.keys().isdisjoint((*RESULT_KEYS, "prompt_index"))
        entries = [told if is_entry else {RESULT_KEYS[0]: told}]
    found: list[tuple[int, Mapping[str, object]]] = []
    for position, entry in enumerate(entries):
        if is_mapping(entry):
            told = as_mapping(entry)
            index = as_integer(told.get("prompt_index"))
            found.append((position if index is None else index, told))
    return found


def merge_prompts(old: object, new: object) -> list[dict[str, object]]:
    """Merge two values of prompt results; entries of one prompt become one."""
    merged: dict[int, dict[str, object]] = {}
    for index, entry in prompt_entries(old) + prompt_entries(new):
        known = merged.setdefault(index, {"prompt_index": index})
        for key, value in entry.items():
            if key in RESULT_KEYS and is_mapping(value):
                known[key] = merge_wire(as_mapping(known.get(key)), as_mapping(value))
            else:
                known.setdefault(key, value)
    return list(merged.values())


def _usual(raw: Any) -> CategoryResult | None:  # noqa: ANN401  # any JSON value
    # Nearly all verdicts say this, and each answer has a dozen of them.
    if raw.__class__ is dict and len(raw) == 2 and raw.get("filtered") is False:  # noqa: PLR2004
        if raw.get("detected") is False:
            return _NOT_DETECTED
        severity = raw.get("severity")
        return _SAFE if severity.__class__ is str and severity == "safe" else None
    return None


_SAFE: Final = CategoryResult(severity="safe", filtered=False)
_NOT_DETECTED: Final = CategoryResult(filtered=False, detected=False)


def _read_verdict(raw: object) -> CategoryResult | None:
    told = as_mapping(raw)
    if told or is_mapping(raw):
        return _read_object(told)
    if is_list(raw):
        # Block lists were a bare list of hits before 2024-04-01-preview.
        return _read_list(as_list(raw))
    return None


def _read_object(raw: Mapping[str, object]) -> CategoryResult:
    told = raw.get("severity")
    severity = None if told is None else as_text(told) or None
    filtered, detected = _only_bool(raw.get("filtered")), _only_bool(raw.get("detected"))
    if raw.keys() <= _PLAIN_FIELDS:
        return CategoryResult(severity=severity, filtered=filtered, detected=detected)
    details, citation = _details(raw.get("details")), _citation(raw)
    if filtered is None and any(item.get("filtered") is True for item in details):
        filtered = True
    known = _VERDICT_FIELDS | _CITATION_FIELDS.keys() if citation else _VERDICT_FIELDS
    return CategoryResult(
        severity=severity,
        filtered=filtered,
        detected=detected,
        details=details,
        citation=citation,
        extra=FrozenMapping({key: raw[key] for key in raw.keys() - known}),
    )


def _read_list(raw: Sequence[object]) -> CategoryResult | None:
    details = _details(raw)
    if raw and not details:
        return None
    filtered: bool | None = None
    detected: bool | None = None
    for item in details:
        filtered = _either(filtered, _only_bool(item.get("filtered")))
        detected = _either(detected, _only_bool(item.get("detected")))
    return CategoryResult(filtered=filtered, detected=detected, details=details)


def _details(raw: object) -> tuple[Mapping[str, object], ...]:
    items = [raw] if is_mapping(raw) else as_list(raw)
    return tuple(as_mapping(item) for item in items if is_mapping(item))


def _citation(raw: Mapping[str, object]) -> Mapping[str, object] | None:
    nested = as_mapping(raw.get("citation"))
    found = nested or {key: raw[key] for key in _CITATION_FIELDS if key in raw}
    if not found:
        return None
    given = {name: value for name, value in found.items() if value is not None}
    told = {_CITATION_FIELDS.get(k, k): v for k, v in given.items() if not same(v, "")}
    return FrozenMapping(told) if told else None


def _read_notes(raw: object) -> tuple[FilterNote, ...]:
    """Read the filter's note; a list of them is what `merge_wire` makes of two kinds."""
    if raw is None:
        return ()
    return tuple(note for note in map(_read_note, _as_notes(raw)) if note is not None)


def _read_note(raw: object) -> FilterNote | None:
    if isinstance(raw, str):
        return FilterNote(code="", message=raw) if raw else None
    code, message = as_mapping(raw).get("code"), as_mapping(raw).get("message")
    if not truth(code) and not truth(message):
        return None
    return FilterNote(code=as_text(code) or "", message=message if isinstance(message, str) else "")


def _merged(old: CategoryResult, new: CategoryResult) -> CategoryResult:
    if old is new or same(old, new):
        return new
    return CategoryResult(
        severity=max(
            old.severity, new.severity, key=lambda label: (severity_rank(label), label or "")
        ),
        filtered=_either(old.filtered, new.filtered),
        detected=_either(old.detected, new.detected),
        details=_union(old.details, new.details),
        citation=old.citation or new.citation,
        extra=FrozenMapping({**new.extra, **old.extra}),
    )


def _either(first: bool | None, second: bool | None) -> bool | None:  # noqa: FBT001  # two flags
    return second if first is None else first if second is None else first or second


def _union(
    old: tuple[Mapping[str, object], ...], new: tuple[Mapping[str, object], ...]
) -> tuple[Mapping[str, object], ...]:
    union: dict[str, Mapping[str, object]] = {}
    for item in (*old, *new):
        key = as_text(item.get("id")) or _printed(item)
        union[key] = _merged_detail(union[key], item) if key in union else item
    return tuple(union.values())


def _merged_detail(old: Mapping[str, object], new: Mapping[str, object]) -> Mapping[str, object]:
    flags = {
        name: _either(_only_bool(old.get(name)), _only_bool(new.get(name)))
        for name in ("filtered", "detected")
    }
    stated = {name: flag for name, flag in flags.items() if flag is not None}
    return {**new, **old, **stated}


def _printed(item: Mapping[str, object]) -> str:
    try:
        return repr(item)
    except (ValueError, RecursionError):  # numbers too long to print, lists too deep
        return f"<{id(item)}>"


def _merged_verdict(old: object, new: object) -> object:
    first, second = _read_verdict(old), _read_verdict(new)
    if first is None or second is None:
        return new if first is None else old
    merged = _merged(first, second)
    wire: dict[str, object] = dict(merged.extra)
    for name in ("severity", "filtered", "detected", "citation"):
        if (value := getattr(merged, name)) is not None:
            wire[name] = value
    return {**wire, "details": list(merged.details)} if merged.details else wire


def _merged_notes(old: object, new: object) -> object:
    """Keep one note of each kind: a failure of the filter, and a verdict."""
    found = {
        note.is_block: raw
        for raw in (*reversed(_as_notes(new)), *reversed(_as_notes(old)))
        if (note := _read_note(raw)) is not None
    }
    return list(found.values()) if len(found) > 1 else next(iter(found.values()), old)


def _as_notes(raw: object) -> Sequence[object]:
    return as_list(raw) if is_list(raw) else [raw]


def _only_bool(value: object) -> bool | None:
    return value if value is True or value is False else None
