"""AFK004: an unknown name that is close to a known one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.mentions import Mention, is_inside
from agentsflare_kimi.lint.rules.base import Problem, Reading, Rule, Sample
from agentsflare_kimi.lint.rules.model_names import move_fix
from agentsflare_kimi.lint.rules.wording import in_one_line
from agentsflare_kimi.models.catalog import KimiModel, get_model, list_models, read_name

if TYPE_CHECKING:
    from typing import Final

__all__ = ["RULE"]

_MOST_EDITS: Final = 2
# Evidence against a request to the gateway.
_ELSEWHERE: Final = frozenset(
    {"other-host", "vendor", "alias", "catalogue", "query", "comparison", "record", "listed"}
)
_SHORT: Final = lazy(
    r"(?<![\w./:@+-])(?:kimi[-_ ]k?|k)\d[\w.-]*(?<![.-])(?![/:@+ ]?\w)", re.IGNORECASE
)
_RISK: Final = "it may be a name that another host knows"
# Never a model, but often typed. Source: facts/kimi.md section 4.4.
_NEVER_VALID: Final = {"kimi-k2": "kimi-k2.6"}


def _check(reading: Reading) -> Iterator[Problem]:
    for mention in (*reading.mentions, *_short_names(reading)):
        meant = _meant(mention.model) if _is_asked(reading, mention) else ()
        if not meant:
            continue
        fix = _fix(reading, mention, meant[0]) if len(meant) == 1 else None
        living = dict.fromkeys(_living(reading, model) for model in meant)
        named = " or ".join(f"`{name}`" for name in living)
        yield Problem(
            message=in_one_line(
                f"`{mention.model}` is not the name of a model; did you mean {named}?",
                _gone(reading, meant),
            ),
            start=mention.start,
            end=mention.end,
            fix=fix,
            model=mention.model,
            replacement=next(iter(living)),
        )


def _is_asked(reading: Reading, mention: Mention) -> bool:
    """Tell whether a name is requested from the gateway, or from a host that is unknown."""
    if not mention.is_request or _ELSEWHERE.intersection(mention.value.evidence):
        return False
    # Ids with capitals belong to other hosts: `Kimi-K2-Thinking` is Azure's.
    return mention.model.islower() or reading.hosts.verdict == "ours"


def _short_names(reading: Reading) -> Iterator[Mention]:
    """Find short names that contain no needle: `k2p6`, `kimi_k2_6`, `k3`."""
    if not reading.hosts.may_be_ours or reading.hosts.verdict != "ours":
        return
    document = reading.document
    for match in _SHORT.finditer(document.text):
        # Names that contain `kimi-` or `Kimi-` have been found already.
        if "imi-" not in match[0] and not is_inside(match.start(), reading.embedded):
            value = document.value_at(*match.span())
            yield Mention(match[0], "", *match.span(), value, match.start())


def _living(reading: Reading, model: KimiModel) -> str:
    """Return the name to use for *model*: its own, or its successor's."""
    if new := reading.successor_of(model):
        return new.id
    is_gone = model.status == "example" or (model.status == "unlisted" and model.upstream_ended_on)
    return model.alternatives[0] if is_gone and model.alternatives else model.id


def _gone(reading: Reading, meant: Sequence[KimiModel]) -> str:
    """Say which of the nearest names should no longer be used."""
    gone = [model for model in meant if _living(reading, model) != model.id]
    named = ", ".join(f"`{model.id}` ({_STATUS.get(model.status, 'ended')})" for model in gone)
    return f" The nearest is {named}" if gone else ""


_STATUS: Final = {"retired": "retired", "deprecated": "deprecated", "example": "an example only"}


def _fix(reading: Reading, mention: Mention, meant: KimiModel) -> Fix:
    living = _living(reading, meant)
    edit = Edit(start=mention.start, end=mention.end, replacement=living)
    reasons = [_RISK]
    if living != meant.id:
        rename = _renamed(reading, mention, meant)
        reasons.append(rename.reason if rename else f"`{meant.id}` behaved differently")
    return Fix(edits=(edit,), is_safe=False, reason="; ".join(filter(None, reasons)))


def _renamed(reading: Reading, mention: Mention, meant: KimiModel) -> Fix | None:
    """Make a fix that changes only the name, to *meant*."""
    return move_fix(reading, mention._replace(value=mention.value._replace(body=None)), meant)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(model.id for model in list_models())


@lru_cache(maxsize=1_024)
def _meant(name: str) -> tuple[KimiModel, ...]:
    """List the models that *name* may have been meant for, the nearest first."""
    if name in _names():
        # Nearly every name is spelt correctly, and reading others takes slow patterns.
        return ()
    read = read_name(_NEVER_VALID.get(name, name))
    if read:
        # Other hosts' prefixes and suffixes do not concern this gateway.
        is_foreign = read.host or read.suffix or read.model == name
        return () if is_foreign else (get_model(read.model),)
    # Other hosts mark their versions with a suffix: kimi-k2.6-hd.
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
    """Tell whether the numbers in *name* match: kimi-k4 is not a typo for kimi-k3."""
    given, wanted = _digits(name), _digits(known)
    return wanted.startswith(given) and bool(given) == bool(wanted)


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


def _distance(one: str, other: str) -> int:
    """Return the edit distance: insertions, deletions and changes that turn *one* into *other*."""
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
that people type (`kimi-k2-turbo`, `kimi-k2-6`), which the API does not take. In a file that names
the gateway it knows every spelling that the client reads (`Kimi-K2.6`, `k2p6`, `kimi_k2_thinking`);
of requests to another host it says nothing. Names that go on after a known one
(`kimi-k2-thinking-251104`) are other hosts' and left alone, and so are names with another number
(`kimi-k4`). Where the nearest model is gone, its successor is named instead.
""",
    bad=Sample("settings.toml", 'model = "kimi-k26"\n'),
    good=Sample("settings.toml", 'model = "kimi-k2.6"\n'),
    fix_safety="""\
Unsafe, and only where one name is nearest: it may be a name that another host knows. Where the
nearest model is gone, the move to its successor has the risks of that move, too.
""",
    check=_check,
    needles=("imi-", "moonshot-", "agentsflare"),
)
