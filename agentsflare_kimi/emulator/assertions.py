"""Asserts what a client requested, with a message that shows only the differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from agentsflare_kimi.emulator.log import RecordedRequest
from agentsflare_kimi.emulator.matching import has_parts
from agentsflare_kimi.models.rules import ABSENT
from agentsflare_kimi.reading.lenient import as_list, as_mapping

__all__ = ["assert_requested"]

_MOST_SHOWN: Final = 10
_LONGEST: Final = 200


def assert_requested(
    entries: Sequence[RecordedRequest], parts: Mapping[str, object], times: int | None
) -> RecordedRequest | None:
    """Find the last request whose body has *parts*.

    Args:
        entries: The recorded requests.
        parts: Fields of the body; mappings and lists of mappings match partially, and
            `ABSENT` stands for a field that must be missing.
        times: How many requests must match; at least one if None.

    Returns:
        The last such request; None if *times* is 0.

    Raises:
        AssertionError: The number of matching requests is wrong.
    """
    __tracebackhide__ = True
    found = [entry for entry in entries if not _differences(entry, parts)]
    if len(found) == times or (found and times is None):
        return found[-1] if found else None
    raise AssertionError("\n".join(_explain(entries, found, parts, times)))


def _explain(
    entries: Sequence[RecordedRequest],
    found: Sequence[RecordedRequest],
    parts: Mapping[str, object],
    times: int | None,
) -> Iterator[str]:
    expected = "" if times is None else f", expected {times}"
    if not entries:
        yield f"no request came{expected}"
        return
    wanted = " ".join(f"{name}={_shown(value)}" for name, value in parts.items()) or "anything"
    count = "no request" if not found else f"{len(found)} of {len(entries)} requests"
    yield f"{count} asked for {wanted}{expected}"
    for entry in entries[-_MOST_SHOWN:]:
        told = "; ".join(_differences(entry, parts)) or "fits"
        yield f"  {entry.index}: {entry.method} {entry.path}: {told}"


def _differences(entry: RecordedRequest, parts: Mapping[str, object]) -> list[str]:
    body = as_mapping(entry.body)
    return [told for name, wanted in parts.items() for told in _compare(body, name, wanted, "")]


def _compare(whole: Mapping[str, object], name: str, wanted: object, path: str) -> Iterator[str]:
    place = f"{path}{name}"
    if wanted is ABSENT:
        if name in whole:
            yield f"{place} is {_shown(whole[name])}, not absent"
    elif name not in whole:
        yield f"{place} is absent"
    else:
        yield from _compare_values(whole[name], wanted, place)


def _compare_values(given: object, wanted: object, place: str) -> Iterator[str]:
    if has_parts(given, wanted):
        return
    fields, items, others = as_mapping(wanted), as_list(wanted), as_list(given)
    if fields and _is_object(given):
        for name, value in fields.items():
            yield from _compare(as_mapping(given), name, value, f"{place}.")
    elif items and len(items) == len(others):
        for index, (one, other) in enumerate(zip(others, items, strict=True)):
            yield from _compare_values(one, other, f"{place}[{index}]")
    elif items and others:
        yield f"{place} has {len(others)} items, not {len(items)}"
    else:
        yield f"{place} is {_shown(given)}"


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
