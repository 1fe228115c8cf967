"""What a batch would take: counted from its rows, without asking anything."""

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
    """About what a batch takes; completions are counted at their limits.

    Attributes:
        requests: As many as rows.
        prompt_tokens: About so many.
        completion_tokens: At most so many.
        unlimited: Rows that set no limit of their own for the completion.
        largest_reserve: The most tokens that one request reserves of the tokens a minute.
        cost: In the currency of the prices; None if none were given.
        minutes: What the limits a minute make of it; None if none were given.
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
        """Work out the cost, from prices for a million tokens."""
        if prompt is not None or completion is not None:
            spent = self.prompt_tokens * (prompt or 0) + self.completion_tokens * (completion or 0)
            self.cost = spent / _A_MILLION

    def time(self, rpm: float | None, tpm: float | None) -> None:
        """Work out the time, from limits a minute."""
        reserved = self.prompt_tokens + self.completion_tokens
        needed = [self.requests / rpm if rpm else 0.0, reserved / tpm if tpm else 0.0]
        self.minutes = max(needed) if any(needed) else None

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as what JSON can hold."""
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
    """Estimate what *rows* take."""
    found = Estimate()
    for row in rows:
        found.add(row)
    return found
