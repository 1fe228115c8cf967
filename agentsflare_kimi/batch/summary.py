"""Counts what a run did; readable at any moment, complete at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from agentsflare_kimi.batch.records import Record
from agentsflare_kimi.batch.stopping import Stop
from agentsflare_kimi.printable import printable
from agentsflare_kimi.reading.lenient import as_integer, as_list
from agentsflare_kimi.reading.lenient import field as field_of

__all__ = ["BatchSummary"]


@dataclass(slots=True, kw_only=True)
class BatchSummary:
    """Counts of one run.

    Attributes:
        rows: Rows of the batch, or of the shard.
        kept: Rows that an earlier run finished; they are not sent again.
        kept_failed: How many of these have an error record.
        changed: Rows that an earlier run sent with a different request; they are sent again.
        answered: Rows that were answered.
        failed: Rows that failed, each with an error record.
        causes: The causes of these failures.
        bad_lines: Lines of the input that are not valid rows.
        requests: Requests that were sent.
        throttled: Requests that were refused because of a limit (429).
        unreachable: Requests that could not connect during an outage, and were sent again.
        prompt_tokens: Tokens of prompts, as the gateway counts them.
        completion_tokens: Tokens of completions.
        blocked: Answers and prompts that a content filter blocked.
        cut: Answers that ended at their token limit.
        repaired: Answers that matched the schema at the second try.
        migrated: How many rows of each requested model were sent to its successor.
        seconds: How long it took.
        stop: Why it ended before its last row, if it did.
    """

    rows: int = 0
    kept: int = 0
    kept_failed: int = 0
    changed: int = 0
    answered: int = 0
    failed: int = 0
    causes: Counter[str] = field(default_factory=Counter[str])
    bad_lines: int = 0
    requests: int = 0
    throttled: int = 0
    unreachable: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    blocked: int = 0
    cut: int = 0
    repaired: int = 0
    migrated: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0
    stop: Stop | None = None

    @property
    def failures(self) -> int:
        """The number of rows and lines with an error record."""
        return self.failed + self.kept_failed + self.bad_lines

    @property
    def done(self) -> int:
        """The number of rows with a record."""
        return self.kept + self.answered + self.failed

    @property
    def is_complete(self) -> bool:
        """Whether every row has a record."""
        return self.done >= self.rows

    def add(self, record: Record) -> None:
        """Count *record*."""
        error = record["error"]
        if error is None:
            self.answered += 1
        else:
            self.failed += 1
            self.causes[error["code"]] += 1
        usage = record["usage"] or {}
        self.prompt_tokens += as_integer(usage.get("prompt_tokens")) or 0
        self.completion_tokens += as_integer(usage.get("completion_tokens")) or 0
        verdict = record["filter"] or {}
        self.blocked += bool(verdict.get("is_filtered"))
        self.cut += _is_cut(record)
        self.repaired += bool(record.get("is_repaired"))
        if "migrated_from" in record:
            self.migrated[record["migrated_from"]] += 1

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON data."""
        return {**asdict(self), "is_complete": self.is_complete}

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        rate = self.answered / self.seconds if self.seconds else 0.0
        yield f"{self.done:,} of {self.rows:,} rows done, {self.seconds:.1f} s, {rate:.1f} rows/s"
        yield f"answered  {self.answered:,}" + (f", {self.kept:,} kept" if self.kept else "")
        named = ", ".join(f"{printable(code)} {n:,}" for code, n in self.causes.most_common())
        yield f"failed    {self.failed:,}" + (f": {named}" if named else "")
        yield f"requests  {self.requests:,}, {self.throttled:,} of them refused by a limit"
        yield f"tokens    {self.prompt_tokens:,} prompt, {self.completion_tokens:,} completion"
        moved = ", ".join(f"{printable(name)} {n:,}" for name, n in self.migrated.most_common())
        lost = self.unreachable
        others = (
            ("migrated", moved),
            ("kept", f"{self.kept_failed:,} of an earlier run failed" if self.kept_failed else ""),
            ("changed", f"{self.changed:,} since the last run" if self.changed else ""),
            ("blocked", f"{self.blocked:,} by a content filter" if self.blocked else ""),
            ("cut", f"{self.cut:,} at their token limit" if self.cut else ""),
            ("outages", f"{lost:,} requests could not connect" if lost else ""),
            ("repaired", f"{self.repaired:,} to fit the schema" if self.repaired else ""),
            ("bad lines", f"{self.bad_lines:,}" if self.bad_lines else ""),
        )
        yield from (f"{name:<9} {text}" for name, text in others if text)
        if self.stop is not None:
            yield f"stopped: {self.stop.cause}: {printable(self.stop.message)}"


def _is_cut(record: Record) -> bool:
    response = record["response"]
    choices = as_list(field_of(response["body"], "choices")) if response is not None else ()
    return any(field_of(choice, "finish_reason") == "length" for choice in choices)
