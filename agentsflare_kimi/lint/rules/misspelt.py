"""AFK004: an unknown name that is close to a known one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from agentsflare_kimi.catalog import find_model, list_models
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.mentions import Mention
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample

__all__ = ["RULE"]

_MOST_EDITS: Final = 2
_RISK: Final = "it may be a name that another host knows"


def _check(reading: Reading) -> Iterator[Problem]:
    for mention in reading.mentions:
        meant = _meant(mention.model) if mention.is_request else ()
        if not meant:
            continue
        named = " or ".join(f"`{name}`" for name in meant)
        yield Problem(
            message=f"`{mention.model}` is not the name of a model; did you mean {named}?",
            start=mention.start,
            end=mention.end,
            fix=_fix(mention, meant[0]) if len(meant) == 1 else None,
            model=mention.model,
            replacement=meant[0],
        )


def _fix(mention: Mention, name: str) -> Fix:
    edit = Edit(start=mention.start, end=mention.end, replacement=name)
    return Fix(edits=(edit,), is_safe=False, reason=_RISK)


@cache
def _meant(name: str) -> tuple[str, ...]:
    """The names that a writer of *name* may have meant, the nearest first."""
    known = find_model(name)
    if known:
        return () if known.id == name else (known.id,)
    # Other hosts mark their own versions by a suffix: kimi-k2.6-hd.
    names = [model.id for model in list_models() if not name.startswith(f"{model.id}-")]
    near = sorted((_distance(name, other), index) for index, other in enumerate(names))
    return tuple(names[index] for edits, index in near if edits <= min(_MOST_EDITS, near[0][0]))[:3]


def _distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out or changed to make *other* of *one*."""
    if abs(len(one) - len(other)) > _MOST_EDITS:
        return _MOST_EDITS + 1
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row = row, [index]
        for column, wanted in enumerate(other):
            same = above[column] + (letter != wanted)
            row.append(min(same, above[column + 1] + 1, row[column] + 1))
    return row[-1]


RULE: Final = Rule(
    code="AFK004",
    name="misspelt-model",
    severity="warning",
    summary="An unknown name that is close to a known one.",
    explanation="""\
A name that the gateway does not know is answered with an error. This rule speaks up where a
request names something that is one or two letters away from a model, or one of the short names
that people type (`kimi-k2-turbo`, `kimi-k2-6`), which the API does not take. Names that go on
after a known one (`kimi-k2-thinking-251104`) are other hosts' and left alone.
""",
    bad=Sample("settings.toml", 'model = "kimi-k26"\n'),
    good=Sample("settings.toml", 'model = "kimi-k2.6"\n'),
    fix_safety="""\
Unsafe, and only where one name is nearest: it may be a name that another host knows.
""",
    check=_check,
)
