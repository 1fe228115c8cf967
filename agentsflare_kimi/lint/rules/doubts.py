"""Makes fixes unsafe if the rest of the file gives a reason, though their own place looks safe."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.table import EVIDENCE, NOTHING_SHOWS
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import Rare, lazy, small
from agentsflare_kimi.lint.rules.base import Problem
from agentsflare_kimi.lint.sources import read
from agentsflare_kimi.lint.sources.documents import Document

if TYPE_CHECKING:
    from typing import Final

__all__ = ["with_doubts"]

# The parameters that a model may pin, in small letters and any spelling. Each pattern begins with
# a word, because that is found many times faster.
_PARAMETERS: Final = (
    Rare("temperature", "temperature"),
    Rare("top", "top[_-]?p"),
    Rare("presence", "presence[_-]?penalty"),
    Rare("frequency", "frequency[_-]?penalty"),
    Rare("tool", "tool[_-]?choice"),
    Rare("logprobs", "logprobs"),
)
_UNSET: Final = r"(?!\s{0,9}[\"']?(?:auto|none|null|nil|undefined)\b)"
# What follows a parameter that is set: `KIMI_TEMPERATURE=`, `options.topP =`, `setTemperature(`.
_IS_SET: Final = lazy(rf"[\"'\]\\]*\s{{0,40}}(?:=>|[:?|+]*=(?!=)|:(?!:)|[(,}}]|value:){_UNSET}")
_IS_FLAG: Final = lazy(rf"\b[\"']?{_UNSET}")
# The same of `n`: `--n`, `["n"] =`, `.n = `, `setN(`, and by itself.
_N: Final = lazy(r"n(?!\w)")
_LONE_N: Final = lazy(
    r"n(?!\w)(?:(?P<flag>(?<=--n)[\"']?)|(?<=[\"']n)[\"']\]?\s{0,9}(?:=>|[:=](?!=))"
    rf"|(?:(?<=\.n)|(?<=\bsetn))(?:\s{{0,9}}=(?!=)|\()|(?P<bare>\s{{0,9}}[:=]\s{{0,9}}(?=[2-9]\b)))"
    rf"{_UNSET}"
)
# The characters of a name of a file, a key or a span.
_RUN: Final = lazy(r"[\w.${}:/-]*")
_MOST_BLANKS: Final = 41
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
    longer = re.compile(rf"{path}|{quoted}")
    floor = 0
    while (place := text.find(model, floor)) >= 0:
        start, floor = _run_before(text, floor, place), place + len(model)
        if start < place:
            # All of the run at once, so that nothing is read twice.
            run = _RUN.match(text, floor)
            floor = run.end() if run else floor
            for match in longer.finditer(text, start, floor + 1):
                yield match.start() + match[0].index(model)


def _run_before(text: str, floor: int, place: int) -> int:
    """Return where a longer name that ends at *place* may begin."""
    start = place
    while start > floor and (text[start - 1].isalnum() or text[start - 1] in "_.${}:/-"):
        start -= 1
    if start == place and text[start - 1 : start] == " ":
        start -= 1
        while start > floor and (text[start - 1].isalnum() or text[start - 1] == "_"):
            start -= 1
    return start - (start > floor and text[start - 1] in "\"'`")


def _settings(document: Document, requests: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Find each parameter that is set outside *requests*, once; also in embedded texts."""
    seen: set[str] = set()
    texts = [(document, range(len(document.text)))]
    texts += [(read(text.text, text.language), text.offsets) for text in document.embedded()]
    for text, offsets in texts:
        for name, start, is_flag in _settings_of(text.text):
            place = offsets[start]
            if name in seen or _is_inside(place, requests):
                continue
            if not _is_remark(text, start, start + len(name), is_flag=is_flag):
                seen.add(name)
                yield name, place


def _is_inside(offset: int, ranges: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(ranges, (offset, offset)) - 1
    return index >= 0 and offset < ranges[index][1]


def _is_remark(document: Document, start: int, end: int, *, is_flag: bool) -> bool:
    """Tell whether a parameter is set in a comment or in prose only."""
    position = document.value_at(start, end).position
    is_prose = position == "prose" and load(document.language).tells_prose and not is_flag
    return position == "comment" or is_prose


def _settings_of(text: str) -> Sequence[tuple[str, int, bool]]:
    """List the parameters that a text sets, where each begins, and whether it is a flag."""
    lowered = small(text)
    found = [(start, start + 1, is_flag) for start, is_flag in _lone(lowered)]
    for parameter in _PARAMETERS:
        for match in parameter.matches(lowered):
            start, end = match.span()
            may_be_flag = lowered.endswith("--", 0, start) and match[0] != "logprobs"
            if may_be_flag and _IS_FLAG.match(lowered, end):
                found.append((start, end, True))
            elif not lowered.endswith(("get", "get_"), 0, start) and _IS_SET.match(lowered, end):
                found.append((start, end, False))
    return [(text[start:end], start, is_flag) for start, end, is_flag in sorted(found)]


def _lone(lowered: str) -> Iterator[tuple[int, bool]]:
    """Find where `n` is set, and whether it is a flag."""
    for letter in _N.finditer(lowered):
        start = letter.start()
        match = _LONE_N.match(lowered, start)
        if match is None:
            continue
        if match["bare"] is None or _is_first(lowered, start):
            yield start, match["flag"] is not None


def _is_first(text: str, start: int) -> bool:
    """Tell whether a line or brackets begin right before a place, or a comma stands there."""
    floor = max(0, start - _MOST_BLANKS)
    before = text[floor:start].rstrip()
    return (
        "\n" in text[floor + len(before) : start]
        or before[-1:] in {"(", "{", ","}
        or not (before or floor)
    )
