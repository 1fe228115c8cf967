"""The known forms of failures, read from `diagnosis.toml` beside this file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

__all__ = ["Form", "list_forms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a failure and what it means.

    It matches if every condition that it states holds; of `codes` and `text`, one is enough.

    Attributes:
        cause: Stable name of the cause.
        summary: What happened, in one sentence.
        advice: What to do about it.
        is_retryable: Whether the same request may succeed later; None if unknown.
        kinds: Names of exception classes; one in the chain, or a base of one, is enough.
        statuses: HTTP statuses, or statuses in a body.
        codes: `code` or `type` of an error body.
        text: Pattern for a message; its groups fill `{…}` in the sentences.
        endpoints: Endpoints such as `chat/completions`; any endpoint if empty.
        signs: Further signs, all required; see `diagnosis_evidence`.
        parameter: The request parameter at fault, with `{…}` to fill in.
        allowed: The value it may have, if the message does not say.
        docs_url: A page that says more.
    """

    cause: str
    summary: str
    advice: str
    is_retryable: bool | None = None
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None
    endpoints: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    parameter: str | None = None
    allowed: str | None = None
    docs_url: str | None = None


@cache
def list_forms() -> tuple[Form, ...]:
    """Return the forms in the order in which they are tried."""
    file = Path(__file__).with_name("diagnosis.toml")
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(_parse(entry, table["phrases"], table["docs"]) for entry in table["forms"])


def _parse(entry: dict[str, Any], phrases: dict[str, str], docs: dict[str, str]) -> Form:
    first, last = entry.pop("status_range", (0, -1))
    fields: dict[str, Any] = entry | {
        name: convert(entry[name]) for name, convert in _CONVERSIONS.items() if name in entry
    }
    for name, phrase in phrases.items():
        fields["advice"] = fields["advice"].replace(f"{{{name}}}", phrase)
    fields["statuses"] = frozenset((*entry.get("statuses", ()), *range(first, last + 1)))
    fields["docs_url"] = docs.get(fields.pop("docs", ""))
    return Form(**fields)


def _pattern(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_CONVERSIONS: Final[dict[str, Any]] = {
    "kinds": frozenset,
    "codes": frozenset,
    "endpoints": frozenset,
    "signs": frozenset,
    "text": _pattern,
}
