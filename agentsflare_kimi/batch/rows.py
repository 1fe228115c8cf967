"""One row of a batch: the caller's id, and the body of a chat completion."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from agentsflare_kimi.errors import BatchError

__all__ = ["AnyRow", "BadRow", "Row", "as_row", "digest_of"]

# 64 bits are enough: digests are compared only for the same id.
_DIGEST_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a batch.

    Attributes:
        custom_id: The id that the answer is found by; unique in a batch.
        body: The body of a chat completion. Its `model` may be missing.
        line: Its line in the input, if it came from a file.
    """

    custom_id: str
    body: Mapping[str, object]
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A line of the input that is not a valid row.

    Attributes:
        custom_id: A name made from the line's number.
        reason: What is wrong with it.
        line: Its line in the input.
    """

    custom_id: str
    reason: str
    line: int


AnyRow: TypeAlias = Row | Mapping[str, object]


def as_row(value: AnyRow) -> Row:
    """Return *value* as a row.

    Args:
        value: A row, or a request of OpenAI's batch format: a mapping with `custom_id`, `body`.

    Raises:
        BatchError: It is neither.
    """
    if isinstance(value, Row):
        return value
    custom_id, body = value.get("custom_id"), value.get("body")
    if not isinstance(custom_id, str) or not isinstance(body, Mapping):
        raise BatchError(
            "a row is a `Row`, or a mapping with a text `custom_id` and a mapping `body`; "
            f"got {type(custom_id).__name__} and {type(body).__name__}"
        )
    return Row(custom_id=custom_id, body=cast("Mapping[str, object]", body))


def digest_of(body: Mapping[str, object]) -> str:
    """Return the digest of a request, by which a changed request is detected.

    Args:
        body: The body as sent; the order of its keys is ignored.

    Raises:
        TypeError: It holds something that JSON cannot.
        ValueError: It contains itself.
    """
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
