"""Estimates a batch from its rows, without sending anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from agentsflare_kimi.batch.rows import Row
from agentsflare_kimi.batch.tokens import completion_budget, has_own_budget, prompt_tokens

__all__ = ["Estimate", "estimate"]

_A_MILLION: Final = 1_000_000


@dataclass(slots=True, kw_only=True)
class Estimate:
    """The estimate for a batch; completions are counted at their token limits.

    Attributes:
        requests: The number of requests: one for each row.
        prompt_tokens: The approximate number of prompt tokens.
        completion_tokens: The most completion tokens.
        unlimited: The number of rows that set no token limit for the completion.
        largest_reserve: The most tokens that one request reserves.
        cost: In the currency of the prices; None without prices.
        minutes: The time at the limits per minute; None without limits.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unlimited: int = 0
    largest_reserve: int = 0
    cost: float | None = None
    minutes: float | None = None

    def add(self, row: Row) -> None:
        """Count *row*."""
        prompt, completion = prompt_tokens(row.body), completion_budget(row.body)
        self.requests += 1
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        self.unlimited += not has_own_budget(row.body)
        self.largest_reserve = max(self.largest_reserve, prompt + completion)

    def price(self, prompt: float | None, completion: float | None) -> None:
        """Compute the cost from prices per million tokens."""
        if prompt is not None or completion is not None:
            spent = self.prompt_tokens * (prompt or 0) + self.completion_tokens * (completion or 0)
            self.cost = spent / _A_MILLION

    def time(self, rpm: float | None, tpm: float | None) -> None:
        """Compute the time from the limits per minute."""
        reserved = self.prompt_tokens + self.completion_tokens
        needed = [self.requests / rpm if rpm else 0.0, reserved / tpm if tpm else 0.0]
        self.minutes = max(needed) if any(needed) else None

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON data."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"requests           {self.requests:,}",
            f"prompt tokens      about {self.prompt_tokens:,}",
            f"completion tokens  at most {self.completion_tokens:,}",
        ]
        if self.cost is not None:
            lines.append(f"cost               at most about {self.cost:,.2f}")
        if self.minutes is not None:
            lines.append(f"time               at least {self.minutes:,.1f} minutes")
        return "\n".join(lines)


def estimate(rows: Iterable[Row]) -> Estimate:
    """Estimate the batch of *rows*."""
    found = Estimate()
    for row in rows:
        found.add(row)
    return found
