"""Which failures stop a run, because every further row would fail the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["LONGEST_PAUSE", "STOPPING_CAUSES", "STOPPING_WITH_SCHEMA", "Stop"]

# Causes of `diagnose` that would hit every further row, too.
STOPPING_CAUSES: Final = frozenset(
    {
        "balance_exhausted",
        "configuration",
        "edge_blocked",
        "key_missing",
        "key_not_found",
        "key_rejected",
        "key_unusable",
        "model_not_allowed",
        "model_not_found",
        "permission_denied",
        "wrong_url",
    }
)
# With one schema for all rows, the gateway refuses it for all of them.
STOPPING_WITH_SCHEMA: Final = frozenset({"response_schema_rejected"})
# Seconds. A longer `Retry-After` means a daily limit.
LONGEST_PAUSE: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a run ended before its last row.

    Attributes:
        cause: A cause of `diagnose`, or `interrupted`.
        message: What happened, and what to do about it.
    """

    cause: str
    message: str
