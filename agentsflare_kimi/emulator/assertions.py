"""Asserts what a client asked, with a message that shows what it asked instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agentsflare_kimi.emulator.log import RecordedRequest
from agentsflare_kimi.emulator.reading import as_mapping, has_parts
from agentsflare_kimi.models.rules import ABSENT

__all__ = ["assert_requested"]


def assert_requested(
    entries: Sequence[RecordedRequest], parts: Mapping[str, object], times: int | None
) -> RecordedRequest:
    """Find the last request whose body has *parts*.

    Args:
        entries: What arrived.
        parts: Fields of the body; of mappings and lists of mappings, parts suffice, and
            `ABSENT` stands for a field that must not be there.
        times: How many requests there must be; at least one if None.

    Raises:
        AssertionError: There is none, or another number of them.
    """
    found = [entry for entry in entries if _fits(entry, parts)]
    if len(found) == times or (found and times is None):
        return found[-1] if found else entries[-1]
    wanted = " ".join(f"{name}={value!r}" for name, value in parts.items()) or "anything"
    count = "no request" if not found else f"{len(found)} of {len(entries)} requests"
    expected = "" if times is None else f", expected {times}"
    seen = [f"  {entry.index}: {_describe(entry, parts)}" for entry in entries]
    raise AssertionError("\n".join([f"{count} asked for {wanted}{expected}", *seen]))


def _fits(entry: RecordedRequest, parts: Mapping[str, object]) -> bool:
    body = as_mapping(entry.body)
    return all(
        name not in body if value is ABSENT else name in body and has_parts(body[name], value)
        for name, value in parts.items()
    )


def _describe(entry: RecordedRequest, parts: Mapping[str, object]) -> str:
    body = as_mapping(entry.body)
    names = dict.fromkeys(["model", *parts])
    fields = [f"{name}={body[name]!r}" for name in names if name in body]
    return " ".join([entry.method, entry.path, *fields])
