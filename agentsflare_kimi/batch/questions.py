"""One row on its way: the request for it, what came of an attempt, and what an answer must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.batch.rows import Row
from agentsflare_kimi.batch.stopping import Stop
from agentsflare_kimi.batch.tokens import completion_budget, prompt_tokens

__all__ = ["AnswerCheck", "Attempt", "Question"]


class AnswerCheck(Protocol):
    """Checks an answer before it is accepted."""

    def prepare(self, body: dict[str, object]) -> None:
        """Request the right format, by changing *body* in place."""
        ...

    def judge(self, record: Record, sent: Mapping[str, object]) -> Mapping[str, object] | None:
        """Complete *record* or make it an error; return the request for a repair, if any."""
        ...


@dataclass(slots=True)
class Question:
    """One row on its way.

    Attributes:
        row: The row as given.
        body: The request to send.
        digest: The digest of that request.
        migrated_from: The model that the row names, if the request goes to another one.
        refusal: Why it cannot be sent at all.
        attempts: How often it was sent.
        throttlings: How many of these attempts hit a rate limit.
        outages: How many of them could not connect, although the gateway had answered before.
        earlier: The record of the answer to be repaired.
        repair: The request for the repair.
    """

    row: Row
    body: dict[str, object]
    digest: str = ""
    migrated_from: str | None = None
    refusal: Exception | None = None
    attempts: int = 0
    throttlings: int = 0
    outages: int = 0
    earlier: Record | None = None
    repair: Mapping[str, object] | None = None

    @property
    def tokens(self) -> int:
        """The estimated tokens that count against the limit of tokens per minute."""
        return prompt_tokens(self.body) + completion_budget(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The result of sending a question once.

    Attributes:
        record: The row's record; None if the row is to be asked again.
        pause: Seconds to wait before asking again.
        is_refused: Whether the gateway had too many requests.
        is_unreachable: Whether it could not connect during an outage.
        stop: Why the whole run must stop; the row then gets no record, so that it is asked when
            the batch is resumed.
    """

    record: Record | None = None
    pause: float = 0.0
    is_refused: bool = False
    is_unreachable: bool = False
    stop: Stop | None = None
