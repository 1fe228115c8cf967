"""AFK004: an unknown name that is close to a known one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import advice, mend
from agentsflare_kimi.lint.sources.mentions import Mention
from agentsflare_kimi.models.catalog import KimiModel, get_model, list_models, read_name

__all__ = ["RULE"]

_MOST_EDITS: Final = 2
_RISK: Final = "it may be a name that another host knows"
# Never a model, and typed all the same. Source: facts/kimi.md section 4.4.
_NEVER_VALID: Final = {"kimi-k2": "kimi-k2.6"}


def _check(reading: Reading) -> Iterator[Problem]:
    for mention in reading.mentions:
        meant = _meant(mention.model) if mention.is_request else ()
        if not meant:
            continue
        fix = _fix(mention, meant[0]) if len(meant) == 1 else None
        living = dict.fromkeys(_living(model) for model in meant)
        named = " or ".join(f"`{name}`" for name in living)
        yield Problem(
            message=f"`{mention.model}` is not the name of a model; did you mean "
            f"{named}?{_gone(meant)}{_advice(mention, meant, fix)}",
            start=mention.start,
            end=mention.end,
            fix=fix,
            model=mention.model,
            replacement=next(iter(living)),
        )


def _living(model: KimiModel) -> str:
    """The name to use for *model*: its own, or that of what took its place."""
    if model.successor:
        return model.successor
    is_gone = model.status == "example" or (model.status == "unlisted" and model.upstream_ended_on)
    return model.alternatives[0] if is_gone and model.alternatives else model.id


def _gone(meant: Sequence[KimiModel]) -> str:
    """Say which of the names that come nearest are not to be used any more."""
    gone = [model for model in meant if _living(model) != model.id]
    named = ", ".join(f"`{model.id}` ({_STATUS.get(model.status, 'ended')})" for model in gone)
    return f" The nearest name is that of {named}" if gone else ""


_STATUS: Final = {"retired": "retired", "deprecated": "deprecated", "example": "an example only"}


def _fix(mention: Mention, meant: KimiModel) -> Fix:
    living = _living(meant)
    edit = Edit(start=mention.start, end=mention.end, replacement=living)
    reasons = [_RISK]
    if living != meant.id:
        rename = _renamed(mention, meant)
        reasons.append(rename.reason if rename else f"`{meant.id}` behaved differently")
    return Fix(edits=(edit,), is_safe=False, reason="; ".join(filter(None, reasons)))


def _renamed(mention: Mention, meant: KimiModel) -> Fix | None:
    """What a bare rename of *meant* would be: only the name is to be changed here."""
    return mend(mention._replace(value=mention.value._replace(body=None)), meant)


def _advice(mention: Mention, meant: Sequence[KimiModel], fix: Fix | None) -> str:
    return advice(mention, meant[0], _renamed(mention, meant[0])) if fix else ""


@lru_cache(maxsize=1_024)
def _meant(name: str) -> tuple[KimiModel, ...]:
    """The models that a writer of *name* may have meant, the nearest first."""
    read = read_name(_NEVER_VALID.get(name, name))
    if read:
        # What another host puts before or behind a name is none of this gateway's business.
        is_foreign = read.host or read.suffix or read.model == name
        return () if is_foreign else (get_model(read.model),)
    # Other hosts mark their own versions by a suffix: kimi-k2.6-hd.
    models = [
        model
        for model in list_models()
        if not name.startswith(f"{model.id}-") and _is_same_version(name, model.id)
    ]
    near = sorted((_distance(name, model.id), index) for index, model in enumerate(models))
    return tuple(models[index] for edits, index in near if edits <= min(_MOST_EDITS, near[0][0]))[
        :3
    ]


def _is_same_version(name: str, known: str) -> bool:
    """Whether the numbers agree as far as *name* goes: kimi-k4 is no slip for kimi-k3."""
    given, wanted = _digits(name), _digits(known)
    return wanted.startswith(given) and bool(given) == bool(wanted)


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


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
after a known one (`kimi-k2-thinking-251104`) are other hosts' and left alone, and so are names
with another number (`kimi-k4`). Where the nearest model is gone, its successor is named instead.
""",
    bad=Sample("settings.toml", 'model = "kimi-k26"\n'),
    good=Sample("settings.toml", 'model = "kimi-k2.6"\n'),
    fix_safety="""\
Unsafe, and only where one name is nearest: it may be a name that another host knows. Where the
nearest model is gone, the move to its successor has the risks of that move, too.
""",
    check=_check,
)
