"""What a rule is, what it is given, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from agentsflare_kimi.lint.findings import Fix, Severity
from agentsflare_kimi.lint.sources.documents import Document, Embedded
from agentsflare_kimi.lint.sources.mentions import Mention, find_mentions
from agentsflare_kimi.models.values import Value

__all__ = ["Problem", "Reading", "Rule", "Sample"]

_DOCS: Final = "https://github.com/agentsflare/agentsflare-kimi/blob/main/docs/rules.md"


class Problem(NamedTuple):
    """One thing that a rule found, in places of the text it was given.

    Attributes:
        message: What is wrong, and what to do.
        start: Where it begins.
        end: Where it ends, exclusive.
        severity: How bad it is; None for the rule's own severity.
        fix: What mends it.
        model: The model that it is about.
        replacement: The model to use instead.
        in_prose: Whether it is in a comment or in text.
        request: Where the request begins and ends that is in sight as a whole, if one is.
        is_shared: Whether other places of the text may use or change what the fix changes.
    """

    message: str
    start: int
    end: int
    severity: Severity | None = None
    fix: Fix | None = None
    model: str | None = None
    replacement: str | None = None
    in_prose: bool = False
    request: tuple[int, int] | None = None
    is_shared: bool = True


class Reading:
    """A document, and what several rules ask of it."""

    def __init__(self, document: Document, today: date) -> None:
        """Keep *document*, to be judged as of *today*."""
        self.document = document
        self.today = today

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every place that names a model."""
        return tuple(find_mentions(self.document, self.embedded))

    @cached_property
    def embedded(self) -> Sequence[Embedded]:
        """The texts inside it."""
        return self.document.embedded()


class Sample(NamedTuple):
    """A file to show a rule by; tests run the rules over it."""

    filename: str
    text: str


class Rule(Value):
    """One rule, from which `--explain`, the docs page and its tests come.

    Attributes:
        code: Such as `AFK001`.
        name: Short, in kebab case.
        severity: Of a finding in request position.
        summary: One line.
        explanation: Why it matters, in Markdown.
        bad: What it finds.
        good: What it leaves alone: the same, mended.
        fix_safety: What `--fix` does, what `--unsafe-fixes` adds, and why.
        check: Finds the problems.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    explanation: str
    bad: Sample
    good: Sample
    fix_safety: str
    check: Callable[[Reading], Iterator[Problem]]

    @property
    def url(self) -> str:
        """Its page."""
        return f"{_DOCS}#{self.code.lower()}"
