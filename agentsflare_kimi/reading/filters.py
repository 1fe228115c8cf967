"""Reads the content-filter results of any answer: what was blocked, flagged or not checked.

Three outcomes are kept apart: the filter blocked (`is_filtered`), it did not run
(`filter_error`), or it reported nothing (`annotations_present` is false). Neither of the
last two means "safe".

>>> report = extract_filter_results(
...     {"choices": [{"finish_reason": "content_filter", "content_filter_results": {
...         "violence": {"filtered": True, "severity": "high"}}}]})
>>> print(report)
content filter: blocked violence (high)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from agentsflare_kimi.frozen_mapping import FrozenMapping
from agentsflare_kimi.printable import printable
from agentsflare_kimi.reading.content import choices_of, message_of
from agentsflare_kimi.reading.error_bodies import bodies, chain, nested
from agentsflare_kimi.reading.filter_categories import (
    PROMPT_KEYS,
    RESULT_KEYS,
    merge_categories,
    prompt_entries,
    read_results,
)
from agentsflare_kimi.reading.filter_values import (
    BLOCKED_FINISH,
    CategoryResult,
    ChoiceFilter,
    FilterNote,
    PromptFilter,
    states_block,
)
from agentsflare_kimi.reading.lenient import (
    as_list,
    as_mapping,
    attribute,
    opened,
    plain,
    same,
    text_parts,
)
from agentsflare_kimi.reading.lenient import field as get

__all__ = [
    "CategoryResult",
    "ChoiceFilter",
    "FilterNote",
    "FilterReport",
    "PromptFilter",
    "extract_filter_results",
    "is_filter_error",
    "report_stream",
]

# By name, to avoid importing the SDK; `completion` is None on some of them.
_BLOCKED_ERRORS: Final = ("ContentFilterFinishReasonError", "ContentFilteredError")
_Categories = Mapping[str, CategoryResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterReport:
    """Everything that content filters reported on one answer; true if they blocked something.

    Attributes:
        is_filtered: Content was withheld, as a category, a finish reason or an error says.
        is_flagged: A category was found, whether or not content was withheld.
        annotations_present: The filter reported on at least one category. False means that
            nothing is known, not that nothing was found.
        blocked_categories: Names of categories that withheld content, sorted.
        flagged_categories: Names of categories that found something, sorted.
        categories: The worst verdict of each category over prompts, choices and error.
        filter_error: The filter did not run, and the text was delivered unchecked.
        block_verdict: The filter blocked and named no category.
        prompt: Verdicts on each prompt, by `prompt_index`.
        choices: Verdicts on each choice, by `index`.
        raw: The annotations unchanged, each under its name on the wire and with the index of
            its prompt or choice.
    """

    is_filtered: bool
    is_flagged: bool
    annotations_present: bool
    blocked_categories: tuple[str, ...]
    flagged_categories: tuple[str, ...]
    categories: _Categories
    filter_error: FilterNote | None
    block_verdict: FilterNote | None
    prompt: tuple[PromptFilter, ...]
    choices: tuple[ChoiceFilter, ...]
    raw: tuple[Mapping[str, object], ...] = field(default=(), compare=False, repr=False)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain dicts, lists and scalars, ready for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}

    def __bool__(self) -> bool:
        return self.is_filtered

    def __str__(self) -> str:
        return printable(f"content filter: {'; '.join(self._statements())}")

    def _statements(self) -> Iterator[str]:
        blocked = self.blocked_categories
        if blocked:
            yield f"blocked {self._listed(blocked)}"
        elif self.is_filtered:
            yield f"blocked{self._told(self.block_verdict)}"
        noted = tuple(name for name in self.flagged_categories if name not in blocked)
        if noted:
            yield f"flagged {self._listed(noted)}"
        if self.filter_error:
            yield f"did not run{self._told(self.filter_error)}"
        if not (self.is_filtered or noted or self.filter_error):
            yield "nothing found" if self.annotations_present else "no information"

    def _listed(self, names: tuple[str, ...]) -> str:
        told = ((name, self.categories[name].severity) for name in names)
        return ", ".join(f"{name} ({severity})" if severity else name for name, severity in told)

    @staticmethod
    def _told(note: FilterNote | None) -> str:
        text = note.message or note.code if note else ""
        return f" ({text})" if text else ""


def extract_filter_results(source: object) -> FilterReport:
    """Read the content-filter results of *source*; never raises on odd data.

    Args:
        source: A completion, parsed completion or chunk, a plain dict of one, a
            `StreamReader`, an error body, or an exception (its causes are read too).

    Returns:
        The report; without annotations if nothing was reported.

    Source: facts/content-filters.md; the merge rules are those of its section 3.
    """
    for name in ("filter_results", "report"):  # of a reader, of a ContentFilteredError
        ready = attribute(source, name)
        if isinstance(ready, FilterReport):
            return ready
    if isinstance(source, BaseException):
        return _gather_error(source).report()
    found = _Findings()
    _read_body(found, source)
    return found.report()


def is_filter_error(exc: object) -> bool:
    """Whether an exception is a content-filter block, in any form that gateways send.

    Args:
        exc: The exception; its causes are examined too.

    Source: facts/content-filters.md section 4.
    """
    if not isinstance(exc, BaseException):
        return False
    found = _gather_error(exc)
    # A LengthFinishReasonError carries an answer, which may have verdicts.
    return found.is_blocked or (not found.has_completion and found.report().is_filtered)


def report_stream(received: object, error: BaseException | None) -> FilterReport:
    """Report on a stream's completion and on the error that ended it.

    Args:
        received: The completion accumulated from its chunks.
        error: What broke the stream; its verdicts count too.
    """
    found, late = _Findings(), _Findings() if error is None else _gather_error(error)
    _read_body(found, received)
    found.is_blocked |= late.is_blocked
    found.unplaced += [results for places in late.prompt.values() for results in places]
    found.unplaced += late.unplaced
    found.notes += late.notes
    found.raw += late.raw
    return found.report()


class _Findings:
    """The results found so far, before they are merged into a report."""

    def __init__(self) -> None:
        self.prompt: dict[int, list[_Categories]] = {}
        self.choices: list[ChoiceFilter] = []
        self.unplaced: list[_Categories] = []
        self.notes: list[FilterNote] = []
        self.raw: list[Mapping[str, object]] = []
        self.is_blocked = False
        self.has_completion = False

    def read(self, holder: object, **where: int) -> FrozenMapping[str, CategoryResult]:
        """Read the results in *holder*, under either field name."""
        results: list[_Categories] = []
        for key in RESULT_KEYS:
            raw = get(holder, key)
            if raw is not None:
                categories, notes = read_results(raw)
                results.append(categories)
                self.notes.extend(notes)
                self.raw.append({**where, key: raw})
        return merge_categories(results)

    def __bool__(self) -> bool:
        return bool(self.is_blocked or self.choices or self.notes or self.raw)

    def report(self) -> FilterReport:
        """Merge everything into one immutable report."""
        prompt = tuple(
            PromptFilter(prompt_index=index, categories=merge_categories(results))
            for index, results in sorted(self.prompt.items())
        )
        choices = tuple(sorted(self.choices, key=lambda choice: choice.index))
        categories = merge_categories(
            [entry.categories for entry in (*prompt, *choices)] + self.unplaced
        )
        blocked = tuple(sorted(name for name, told in categories.items() if told.filtered))
        flagged = tuple(sorted(name for name, told in categories.items() if told.is_flagged))
        verdict = next((note for note in self.notes if note.is_block), None)
        return FilterReport(
            is_filtered=bool(blocked or verdict or self.is_blocked),
            is_flagged=bool(flagged),
            annotations_present=any(result.is_stated for result in categories.values()),
            blocked_categories=blocked,
            flagged_categories=flagged,
            categories=categories,
            filter_error=next((note for note in self.notes if not note.is_block), None),
            block_verdict=verdict,
            prompt=prompt,
            choices=choices,
            raw=tuple(self.raw),
        )


def _gather_error(exc: BaseException) -> _Findings:
    for link in chain(exc):
        found = _Findings()
        found.is_blocked = type(link).__name__ in _BLOCKED_ERRORS
        found.has_completion = attribute(link, "completion") is not None
        for body in bodies(link):
            _read_body(found, body)
            if found:
                break
        if found:
            return found
    return _Findings()


def _read_body(found: _Findings, body: object) -> None:
    for value in nested(opened(body)):
        choices = choices_of(value)
        found.choices += [_read_choice(found, index, choice) for index, choice in choices]
        _read_prompts(found, value)
        found.is_blocked |= states_block(value)
        # Results outside a choice belong to an error, and so to the prompt.
        if results := found.read(value):
            found.prompt.setdefault(0, []).append(results)
        for entry in as_list(get(value, "content_filters")):
            _read_responses_entry(found, entry)


def _read_choice(found: _Findings, index: int, source: object) -> ChoiceFilter:
    choice = opened(source)
    message, finish_reason = message_of(choice), get(choice, "finish_reason")
    refusal, offsets = get(message, "refusal"), get(choice, "content_filter_offsets")
    found.is_blocked |= same(finish_reason, BLOCKED_FINISH) or states_block(get(choice, "error"))
    return ChoiceFilter(
        index=index,
        content=text_parts(get(message, "content")),
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        categories=found.read(choice, index=index),
        has_tool_calls=bool(as_list(get(message, "tool_calls")))
        or get(message, "function_call") is not None,
        offsets=as_mapping(offsets) or None,
    )


def _read_prompts(found: _Findings, body: object) -> None:
    for key in PROMPT_KEYS:
        for index, entry in prompt_entries(get(body, key)):
            found.prompt.setdefault(index, []).append(found.read(entry, prompt_index=index))


def _read_responses_entry(found: _Findings, entry: object) -> None:
    """Read an entry of `content_filters`, the Responses API's form."""
    results = found.read(entry)
    found.is_blocked |= get(entry, "blocked") is True
    if same(get(entry, "source_type"), "prompt"):
        found.prompt.setdefault(0, []).append(results)
    else:
        found.unplaced.append(results)
