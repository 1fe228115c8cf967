"""The text of every notice about a request, in one place.

Only numeric values are shown: any other value may hold a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple, cast
from agentsflare_kimi.models.catalog import (
    MINIMUM_THINKING_BUDGET,
    Catalog,
    KimiModel,
    ModelStatus,
    describe_unknown,
)
from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.rules import ABSENT, is_thinking

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "Notice",
    "NoticeKind",
    "adapted",
    "ended",
    "forced_tool_refusal",
    "migrated",
    "refusal",
    "rejected",
    "renamed",
    "standing",
    "unknown",
]

NoticeKind = Literal[
    "alias",
    "respelled",
    "migrated",
    "retired",
    "deprecated",
    "unknown",
    "unlisted",
    "example",
    "adapted",
    "rejected",
    "forced_tool",
    "substituted",
    "end_announced",
]


class Notice(NamedTuple):
    """Something the caller should be told about a request.

    Attributes:
        kind: What it is about.
        message: Names the model, what was done, and the setting that changes it.
        model: The model the caller named.
        model_status: That model's status; None if the catalog does not know it.
        successor: The model that takes its place, if there is one.
        suggestions: Names that may have been meant, if the catalog does not know it.
        is_lossy: Whether the caller loses something.
        is_refusal: Whether the settings refuse the request.
    """

    kind: NoticeKind
    message: str
    model: str
    model_status: ModelStatus | None = None
    successor: str | None = None
    suggestions: tuple[str, ...] = ()
    is_lossy: bool = False
    is_refusal: bool = False


def ended(model: KimiModel) -> str:
    """Say how *model* ended, to complete a sentence that starts with its name."""
    if model.status == "retired":
        return f"was retired on {model.retired_on}"
    if model.status == "deprecated":
        return "is deprecated"
    return "is older than the model that `migrate_to` names"


_SETTINGS: Final[Mapping[str, str]] = {
    "retired": "AGENTSFLARE_ON_RETIRED (argument `on_retired`)",
    "deprecated": "AGENTSFLARE_ON_DEPRECATED (argument `on_deprecated`)",
    "unknown": "AGENTSFLARE_ON_UNKNOWN (argument `on_unknown`)",
    "adapted": "AGENTSFLARE_ADAPT_PARAMETERS (argument `adapt_parameters`)",
    "forced_tool": "AGENTSFLARE_ON_FORCED_TOOL (argument `on_forced_tool`)",
    "chosen": "AGENTSFLARE_MIGRATE_TO (argument `migrate_to`)",
    "extra": "AGENTSFLARE_EXTRA_MODELS (argument `extra_models`)",
}

_SENT_AS_IT_IS: Final = (
    f"It was sent as it is. Name it in {_SETTINGS['extra']} to silence this, or set "
    f"{_SETTINGS['unknown']} to 'error' to have it refused."
)


def unknown(name: str, action: str, models: Catalog) -> list[Notice]:
    """Report that *models* has no *name*."""
    if action == "ignore":
        return []
    suggestions = models.suggest(name)
    is_refusal = action == "error"
    ending = () if is_refusal else (_SENT_AS_IT_IS,)
    message = describe_unknown(name, suggestions, models, *ending)
    return [Notice("unknown", message, name, suggestions=suggestions, is_refusal=is_refusal)]


def refusal(name: str, model: KimiModel) -> Notice:
    """Report that the settings refuse a request for *model*."""
    message = (
        f"{name} {ended(model)}; use {model.successor}. Refused because "
        f"{_SETTINGS[model.status]} is 'error'; with 'migrate' the request is rewritten."
    )
    return _about(name, model, message, is_refusal=True)


def forced_tool_refusal(name: str, model: KimiModel) -> Notice:
    """Report that the settings refuse a request that forces a tool call while thinking."""
    message = (
        f"{model.id} rejects a tool_choice that names or requires a tool while it thinks. Refused "
        f"because {_SETTINGS['forced_tool']} is 'error'; with 'disable_thinking' such a request "
        "is answered without thinking, with 'auto' the model may choose."
    )
    return Notice(kind="forced_tool", message=message, model=name, is_refusal=True)


def standing(name: str, model: KimiModel, action: str) -> Iterator[Notice]:
    """Report what the caller should know about a *model* that the request keeps."""
    if name != model.id:
        yield _alias(name, model)
    if action == "ignore":
        return
    if model.status in {"retired", "deprecated"}:
        yield _about(
            name,
            model,
            f"{name} {ended(model)} and was sent as it is; use {model.successor}. Set "
            f"{_SETTINGS[model.status]} to 'migrate' to have requests rewritten.",
        )
    else:
        yield _about(name, model, f"{name} {_UNLISTED[model.status]}{_advice(model)}")


_UNLISTED: Final[Mapping[str, str]] = {
    "example": "is the name in the examples of the gateway's page, but not in its list of models",
    "unlisted": "is not in the gateway's list of models",
}


def _advice(model: KimiModel) -> str:
    note = f" {model.upstream_note}" if model.upstream_note else ""
    instead = f" Use {model.alternatives[0]} instead." if model.alternatives else ""
    return (
        f"; it was sent as it is.{note}{instead} Name it in {_SETTINGS['extra']} to silence this."
    )


def _alias(name: str, model: KimiModel) -> Notice:
    from agentsflare_kimi.models.names import plain  # noqa: PLC0415  # compiles patterns

    if plain(name) == plain(model.id):
        message = f"{name} is a spelling of {model.id}, which was sent"
        return Notice(kind="alias", message=message, model=name, successor=model.id)
    message = (
        f"{name} is not a name of the gateway; it was read as {model.id}, which was sent. "
        f"Write {model.id} to silence this, or name {name} in {_SETTINGS['extra']} to have it "
        "sent as it is."
    )
    return Notice(kind="respelled", message=message, model=name, successor=model.id)


def _about(name: str, model: KimiModel, message: str, *, is_refusal: bool = False) -> Notice:
    return Notice(
        kind=cast("NoticeKind", model.status),
        message=message,
        model=name,
        model_status=model.status,
        successor=model.successor,
        is_refusal=is_refusal,
    )


def migrated(
    name: str,
    old: KimiModel,
    new: KimiModel,
    changes: tuple[Change, ...],
    body: Mapping[str, object],
) -> Notice:
    """Report which model a request moves to, what was changed for it, and what is lost."""
    done = _listed(_describe(change) for change in changes if change.parameter != "model")
    lost = _listed(_loss(change) for change in changes if change.is_lossy)
    decided = old.status if new.id == old.successor else "chosen"
    message = (
        f"{name} {ended(old)}; the request goes to {new.id} instead"
        + (f", with {done}" if done else "")
        + (f". Lost: {lost}" if lost else "")
        + _budget(apply_changes(body, changes), new)
        + f". Set {_deciding(decided, changes)} to change this."
    )
    return Notice(
        kind="migrated",
        message=message,
        model=name,
        model_status=old.status,
        successor=new.id,
        is_lossy=bool(lost),
    )


def renamed(notice: Notice, models: Catalog) -> Notice:
    """Reword *notice* for a request in which only the model was changed."""
    old, new = models.find(notice.model), models.find(notice.successor)
    if notice.kind != "migrated" or old is None or new is None:
        return notice
    return migrated(notice.model, old, new, (), {})


def adapted(model: KimiModel, changes: tuple[Change, ...]) -> list[Notice]:
    """Report which parameters were changed because *model* rejects them."""
    intro = f"{model.id} rejects parameters of this request, so it was changed"
    return [_changed("adapted", intro, model.id, changes)] if changes else []


def rejected(name: str, changes: tuple[Change, ...], *, is_lasting: bool) -> Notice:
    """Report that the gateway rejected parameters, and that the request was sent without them."""
    further = ", and later requests to it will be changed too" if is_lasting else ""
    intro = (
        f"the gateway rejected parameters of a request to {name}; it was changed and sent once "
        f"more{further}"
    )
    return _changed("rejected", intro, name, changes)


def _changed(kind: NoticeKind, intro: str, name: str, changes: tuple[Change, ...]) -> Notice:
    done = _listed(_said(change) for change in changes)
    message = f"{intro}: {done}. Set {_deciding('adapted', changes)} to change this."
    is_lossy = any(change.is_lossy for change in changes)
    return Notice(kind=kind, message=message, model=name, is_lossy=is_lossy)


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def _deciding(setting: str, changes: tuple[Change, ...]) -> str:
    is_forced = any("tool_choice" in (c.parameter, c.reason.partition(" ")[0]) for c in changes)
    return _SETTINGS[setting] + (f" or {_SETTINGS['forced_tool']}" if is_forced else "")


def _describe(change: Change) -> str:
    if change.after is ABSENT:
        return f"{_place(change)} left out"
    return f"{_place(change)} set to {change.after!r}"


def _said(change: Change) -> str:
    done = "" if change.after is ABSENT else f" set to {change.after!r}"
    return f"{_place(change)}{_shown(change)}{done} ({change.reason})"


def _loss(change: Change) -> str:
    return f"{_place(change)}{_shown(change)} ({change.reason})"


def _place(change: Change) -> str:
    # Each round of a tool loop repeats the change for one more message; report it once.
    parameter = change.parameter
    return re.sub(r"\[\d+\]", "[*]", parameter) if "[" in parameter else parameter


def _shown(change: Change) -> str:
    # Any other value may hold what the caller would not want logged.
    return f"={change.before}" if isinstance(change.before, int | float) else ""


_BUDGETS: Final = ("max_completion_tokens", "max_tokens")


def _budget(body: Mapping[str, object], model: KimiModel) -> str:
    # If both are there, the first one counts. Source: facts/kimi.md section 3.6.
    name = next((name for name in _BUDGETS if body.get(name) is not None), _BUDGETS[0])
    budget = body.get(name)
    is_small = isinstance(budget, int) and budget < MINIMUM_THINKING_BUDGET
    if not is_small or not is_thinking(body, model):
        return ""
    return (
        f". {name}={budget} must hold reasoning and answer; below "
        f"{MINIMUM_THINKING_BUDGET} the answer may come back empty"
    )
