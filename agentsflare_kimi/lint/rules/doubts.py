"""Makes fixes unsafe if the rest of the file gives a reason, though their own place looks safe."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from agentsflare_kimi.lint.evidence.table import EVIDENCE, NOTHING_SHOWS
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.rules.base import Problem
from agentsflare_kimi.lint.sources import read
from agentsflare_kimi.lint.sources.documents import Document

__all__ = ["with_doubts"]

# Matches a parameter being set, in any spelling and with any prefix (`KIMI_TEMPERATURE=`,
# `options.topP =`, `setTemperature(`, `["n"] =`, `--top-p`).
_SET: Final = r"""
    (?:(?<!get)(?<!get_)
        (?P<parameter>temperature|top[_-]?p|(?:presence|frequency)[_-]?penalty|tool[_-]?choice
            |logprobs)
        ["'\]\\]*\s{0,40}(?:=>|[:?|+]*=(?!=)|:(?!:)|[(,}]|value:)
    |--(?P<flag>temperature|top[_-]?p|(?:presence|frequency)[_-]?penalty|tool[_-]?choice|n)\b["']?
    |["'](?P<quoted>n)["']\]?\s{0,9}(?:=>|[:=](?!=))
    |(?:^|[({,])\s{0,40}(?P<bare>n)\s{0,9}[:=]\s{0,9}(?=[2-9]\b)
    |(?:\.|\bset)(?P<attribute>n)(?:\s{0,9}=(?!=)|\()
    )(?!\s{0,9}["']?(?:auto|none|null|nil|undefined)\b)
"""
# Every text that sets one contains one of these, or `n` by itself.
_WORDS: Final = ("temperature", "top", "penalty", "tool", "logprobs")
_LONE_N: Final = lazy(r"(?:(?<![\w\\])|(?<=\bset))[nN](?!\w)")
_TOLD: Final = 2
_UNSEEN: Final = frozenset({EVIDENCE["unsent"].reason, EVIDENCE["unseen-host"].reason})
# Reasons that name nothing in the file.
_GENERAL: Final = frozenset({NOTHING_SHOWS, *_UNSEEN})


def with_doubts(
    problems: Sequence[Problem], document: Document, lines: Sequence[int]
) -> list[Problem]:
    """Make fixes unsafe if the rest of the file gives a reason against them.

    Args:
        problems: All problems in the file.
        document: The file.
        lines: Where its lines begin.

    Returns:
        The problems, in the same order.
    """
    if not any(_is_open(problem) for problem in problems):
        return list(problems)
    longer = _in_longer_names(problems, document.text)
    left = _left_behind(problems, document.text, longer, _is_never_moved)
    # A whole request is moved by itself, and what only may be sent stays as it is.
    unmoved = _left_behind(problems, document.text, longer, _is_not_moved)
    settings: Sequence[tuple[str, int]] = ()
    if any(_is_open(problem) and problem.is_shared for problem in problems):
        requests = sorted(p.request for p in problems if p.request)
        settings = list(_settings(document, requests))
    return [
        p
        if not _is_open(p)
        else _doubted(p, left, settings, lines)
        if p.is_shared
        else _doubted(p, unmoved, (), lines)
        for p in problems
    ]


def _is_open(problem: Problem) -> bool:
    """Tell whether a fix moves a model that other places in the file may depend on."""
    fix = problem.fix
    is_open = fix is not None and (fix.is_safe or fix.reason in _GENERAL)
    return is_open and problem.replacement is not None


def _doubted(
    problem: Problem,
    left: dict[str | None, list[int]],
    settings: Sequence[tuple[str, int]],
    lines: Sequence[int],
) -> Problem:
    reasons: list[str] = []
    if settings:
        named = ", ".join(
            f"{name} (line {bisect_right(lines, offset)})" for name, offset in settings
        )
        reasons.append(f"{problem.replacement} accepts only its own value for {named}")
    others = (start for start in left.get(problem.model, ()) if start != problem.start)
    if (other := next(others, None)) is not None:
        line = bisect_right(lines, other)
        reasons.append(f"the old name is also used at line {line}, which keeps it")
    if not (reasons and problem.fix):
        return problem
    if problem.fix.reason in _UNSEEN:
        reasons.append(problem.fix.reason)
    fix = problem.fix._replace(is_safe=False, reason="; ".join(reasons))
    return problem._replace(fix=fix)


def _is_never_moved(problem: Problem) -> bool:
    return problem.fix is None or problem.severity == "warning"


def _is_not_moved(problem: Problem) -> bool:
    is_moved = problem.fix is not None and (problem.fix.is_safe or problem.request is not None)
    return not is_moved


def _left_behind(
    problems: Sequence[Problem],
    text: str,
    longer: Mapping[str, Sequence[int]],
    is_left: Callable[[Problem], bool],
) -> dict[str | None, list[int]]:
    """Find names that no fix changes, though the program may depend on them."""
    left: dict[str | None, list[int]] = {}
    for problem in problems:
        # `model:name` is a label.
        name = text[problem.start : problem.end].rpartition(":")[2]
        # In prose it is a remark, unless it has quotes of its own: `"... WHERE model = 'name'"`.
        is_quoted = text[problem.start - 1] == text[problem.end : problem.end + 1] == "'"
        is_remark = problem.in_prose and not is_quoted
        if name == problem.model and is_left(problem) and not is_remark:
            first = left.setdefault(problem.model, [])
            # The second is for the first itself.
            if len(first) < _TOLD:
                first.append(problem.start)
    for model, places in longer.items():
        left.setdefault(model, []).extend(places)
    return left


def _in_longer_names(problems: Sequence[Problem], text: str) -> Mapping[str, Sequence[int]]:
    """Find the first places of each model in longer names, as many as are reported."""
    spans = sorted((problem.start, problem.end) for problem in problems)
    found: dict[str, Sequence[int]] = {}
    for model in {problem.model for problem in problems if problem.model}:
        places = (at for at in _longer_names(text, model) if not _is_inside(at, spans))
        found[model] = list(islice(places, _TOLD))
    return found


def _longer_names(text: str, model: str) -> Iterator[int]:
    """Find a name in names of files, keys and spans: `runs/name.json`, `"cache:name"`."""
    if text.count(model) == 1:
        return
    name = re.escape(model)
    path = rf"(?<![^\s\"'`=>(])[\w.${{}}-]*/(?:[\w.${{}}-]+/)*{name}(?![\w-])"
    quoted = rf"[\"'`](?:[\w.${{}}:-]*[:_]|\w+ ){name}[./:_\"'`]|[\"'`]{name}[./:_]"
    for match in re.finditer(rf"{path}|{quoted}", text):
        yield match.start() + match[0].index(model)


def _settings(document: Document, requests: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Find each parameter that is set outside *requests*, once."""
    seen: set[str] = set()
    for name, start in _all_settings(document):
        if name not in seen and not _is_inside(start, requests):
            seen.add(name)
            yield name, start


def _is_inside(offset: int, ranges: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(ranges, (offset, offset)) - 1
    return index >= 0 and offset < ranges[index][1]


def _all_settings(document: Document) -> Iterator[tuple[str, int]]:
    """Find every place that sets a parameter, including in embedded texts."""
    yield from _settings_of(document)
    for text in document.embedded():
        for name, start in _settings_of(read(text.text, text.language)):
            yield name, text.offsets[start]


def _settings_of(document: Document) -> Iterator[tuple[str, int]]:
    lowered = document.text.lower()
    if not (any(word in lowered for word in _WORDS) or _LONE_N.search(document.text)):
        return
    ignored = {"comment", "prose"} if load(document.language).tells_prose else {"comment"}
    for match in re.finditer(_SET, document.text, re.VERBOSE | re.IGNORECASE | re.MULTILINE):
        kind = str(match.lastgroup)
        start, end = match.span(kind)
        position = document.value_at(start, end).position
        if position not in ignored or (kind == "flag" and position != "comment"):
            yield match[kind], start
