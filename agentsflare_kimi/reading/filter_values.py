"""The parts of a filter report: verdicts, notes, and results by prompt and choice.

Import them from `agentsflare_kimi.reading.filters` or from the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agentsflare_kimi.frozen_mapping import FrozenMapping
from agentsflare_kimi.reading.lenient import as_text, same
from agentsflare_kimi.reading.lenient import field as get

__all__ = [
    "BLOCKED_FINISH",
    "CategoryResult",
    "ChoiceFilter",
    "FilterNote",
    "PromptFilter",
    "is_block_code",
    "severity_rank",
    "states_block",
]

# The finish reason of an answer that a filter cut off or withheld.
BLOCKED_FINISH: Final = "content_filter"
# Values of `code`, `type` or `innererror.code` for a block: Azure's and Moonshot's, Azure's
# inner code, and OpenAI's own, which proxies use too.
_BLOCK_CODES: Final = frozenset(
    {"content_filter", "responsibleaipolicyviolation", "content_policy_violation"}
)
# Moonshot's message for a block; gateways that rewrap it lose the code.
# Source: facts/kimi.md section 5.1.
_BLOCK_MESSAGE: Final = "rejected because it was considered high risk"
_SEVERITIES: Final = {"safe": 0.0, "very_low": 1.0, "low": 2.0, "medium": 3.0, "high": 4.0}
# Above every known label, so that merging never hides an unknown one.
_UNKNOWN_SEVERITY: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryResult:
    """The filter's verdict on one category; None means not stated.

    Attributes:
        severity: `safe`, `low`, `medium`, `high`, or any other value sent, as text.
        filtered: Whether content was withheld because of this category.
        detected: Whether the category was found; with `filtered=False` it did not block.
        details: Entries of block lists, topics or spans, unchanged.
        citation: Source of protected material (`URL`, `license`).
        extra: Every other field of the verdict, unchanged.
    """

    severity: str | None = None
    filtered: bool | None = None
    detected: bool | None = None
    details: tuple[Mapping[str, object], ...] = ()
    citation: Mapping[str, object] | None = None
    extra: Mapping[str, object] = field(default_factory=FrozenMapping[str, object])

    @property
    def is_flagged(self) -> bool:
        """Whether anything at all was found: filtered, detected, not safe, or a hit in a list."""
        if self.filtered or self.detected or severity_rank(self.severity) > 0:
            return True
        return any(
            item.get("filtered") is True or item.get("detected") is True for item in self.details
        )

    @property
    def is_stated(self) -> bool:
        """Whether the verdict says anything."""
        return self.filtered is not None or self.severity is not None or not same(self, _SILENT)


_SILENT: Final = CategoryResult()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterNote:
    """The filter's note on itself: that it blocked, or that it did not run."""

    code: str
    message: str

    @property
    def is_block(self) -> bool:
        """Whether the note is a verdict (`content_filter`) and not a failure of the filter."""
        return is_block_code(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFilter:
    """The filter's verdicts on one prompt; an image counts as a prompt of its own."""

    prompt_index: int
    categories: Mapping[str, CategoryResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceFilter:
    """The filter's verdicts on one choice, with the choice's content.

    Attributes:
        index: The choice's index.
        content: Its text; None where the choice has none.
        refusal: The model's own refusal, which is not the filter's.
        finish_reason: Why it ended, as sent.
        categories: The verdicts on this choice alone.
        has_tool_calls: Whether it calls tools.
        offsets: `content_filter_offsets` of a stream. They count from the start of the
            prompt, so they do not index `content`.
    """

    index: int
    content: str | None
    refusal: str | None
    finish_reason: str | None
    categories: Mapping[str, CategoryResult]
    has_tool_calls: bool
    offsets: Mapping[str, object] | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether this choice was blocked, fully or from some point on."""
        blocked = any(result.filtered for result in self.categories.values())
        return blocked or self.finish_reason == BLOCKED_FINISH


def is_block_code(value: object) -> bool:
    """Whether the `code` or `type` of an error says that a content filter blocked."""
    return (as_text(value) or "").strip().casefold() in _BLOCK_CODES


def states_block(body: object) -> bool:
    """Whether an error, or an answer of the Responses API, says that a content filter blocked."""
    holder = get(body, "response")  # in an event of a stream
    details = get(body if holder is None else holder, "incomplete_details")
    if same(get(details, "reason"), BLOCKED_FINISH):
        return True
    words = (as_text(get(body, name)) or "" for name in ("message", "error"))
    return any(is_block_code(get(body, name)) for name in ("code", "type")) or any(
        _BLOCK_MESSAGE in text.casefold() for text in words
    )


def severity_rank(severity: str | None) -> float:
    """Rank a severity: below 0 if not stated, 0 if safe, higher is worse."""
    if severity is None or severity == "safe":  # nearly always
        return -1.0 if severity is None else 0.0
    label = severity.strip().casefold().replace("-", "_").replace(" ", "_")
    if label in _SEVERITIES:
        return _SEVERITIES[label]
    try:
        level = float(label)
    except ValueError:
        return _UNKNOWN_SEVERITY
    # The moderation service sends 0, 2, 4, 6 for safe, low, medium, high.
    return _UNKNOWN_SEVERITY if not 0 <= level <= 6 else 1 + level / 2 if level else 0.0  # noqa: PLR2004
