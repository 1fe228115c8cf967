"""The report on the client under test: what it did, and whether that is a problem."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ClientReport", "Observation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that the client did.

    Attributes:
        code: Stable name in snake_case.
        summary: What it did, in one line.
        requests: The `index` of each request that shows it.
        is_problem: Whether a robust client would not do it; otherwise just worth knowing.
    """

    code: str
    summary: str
    requests: tuple[int, ...]
    is_problem: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientReport:
    """How well the client under test behaved; its truth value is `is_resilient`."""

    request_count: int
    observations: tuple[Observation, ...]

    @property
    def problems(self) -> tuple[Observation, ...]:
        """What a robust client would not have done."""
        return tuple(item for item in self.observations if item.is_problem)

    @property
    def is_resilient(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    def assert_resilient(self) -> None:
        """Fail a test with the whole report.

        Raises:
            AssertionError: There is a problem.
        """
        if self.problems:
            raise AssertionError(str(self))

    def __bool__(self) -> bool:
        return self.is_resilient

    def __str__(self) -> str:
        count, found = self.request_count, len(self.problems)
        head = f"{count} request{_s(count)}, {found or 'no'} problem{_s(found)}"
        return "\n".join([head, *(_line(item) for item in self.observations)])


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _line(item: Observation) -> str:
    where = ", ".join(map(str, item.requests))
    kind = "problem" if item.is_problem else "note"
    return f"  {kind}: {item.summary} ({item.code}; request{_s(len(item.requests))} {where})"
