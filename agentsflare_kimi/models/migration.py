"""What would change in a request, and why: one body in, one plan out.

Pure: it warns, raises and sends nothing. The client carries a plan out, the linter writes it
into source code, the emulator judges by the same rules. Source of the moves: facts/kimi.md
section 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, cast

from agentsflare_kimi.models import notice_texts
from agentsflare_kimi.models.catalog import KimiModel, find_model, get_model
from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.notice_texts import Notice
from agentsflare_kimi.models.rules import (
    ABSENT,
    Rejection,
    find_rejections,
    is_thinking,
    thinking_type,
)

__all__ = [
    "ABSENT",
    "Change",
    "Migration",
    "MigrationSettings",
    "Notice",
    "adapt",
    "plan_migration",
]

_Action = Literal["migrate", "warn", "error", "ignore"]


class MigrationSettings(Protocol):
    """The settings that a plan depends on; `KimiSettings` has them all."""

    @property
    def on_retired(self) -> str: ...  # noqa: D102  # see KimiSettings
    @property
    def on_deprecated(self) -> str: ...  # noqa: D102
    @property
    def on_unknown(self) -> str: ...  # noqa: D102
    @property
    def adapt_parameters(self) -> str: ...  # noqa: D102
    @property
    def extra_models(self) -> Sequence[str]: ...  # noqa: D102


class _Defaults(NamedTuple):
    """The defaults of `KimiSettings`, for callers that load no pydantic."""

    on_retired: str = "migrate"
    on_deprecated: str = "warn"
    on_unknown: str = "error"
    adapt_parameters: str = "on_rejection"
    extra_models: tuple[str, ...] = ()


class Migration(NamedTuple):
    """A plan for one request.

    Attributes:
        request: The body to send; the caller's own parts are shared, never changed.
        model_before: The model the caller named, None if none.
        model_after: The model in `request`.
        changes: What differs from the caller's request, in order.
        notices: What to tell the caller.
    """

    request: dict[str, object]
    model_before: str | None
    model_after: str | None
    changes: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def is_lossy(self) -> bool:
        """Whether any change takes something away from the caller."""
        return any(change.is_lossy for change in self.changes)


def plan_migration(
    request: Mapping[str, object], *, settings: MigrationSettings | None = None
) -> Migration:
    """Plan what to send in place of *request*, and what to say about it.

    Args:
        request: A chat-completions body; never changed, nested parts included. An
            `extra_body` in it counts as the SDK would send it: its keys win.
        settings: The policies to follow (`KimiSettings`); their defaults if not given.

    Returns:
        The plan. Planning its `request` again changes nothing.

    Raises:
        TypeError: The request is no mapping.

    Source: facts/kimi.md section 4.
    """
    if not isinstance(cast("object", request), Mapping):
        raise TypeError(f"request must be a mapping, such as a dict, got {type(request).__name__}")
    policy = settings or _Defaults()
    body = _with_extra_body(request)
    name = body.get("model")
    if not isinstance(name, str) or name in policy.extra_models:
        return _unchanged(body, name if isinstance(name, str) else None)
    model = find_model(name)
    if model is None:
        return _unchanged(body, name, *notice_texts.unknown(name, policy.on_unknown))
    action = _action(model, policy)
    if action == "error":
        return _unchanged(body, name, notice_texts.refusal(name, model))
    successor = get_model(model.successor) if action == "migrate" and model.successor else None
    if successor is not None:
        changes = tuple(_move(body, name, model, successor))
        notices = [notice_texts.migrated(name, model, successor, changes, body)]
    else:
        changes = _resolve_alias(name, model)
        notices = [*notice_texts.standing(name, model, action)]
        if policy.adapt_parameters == "always":
            adapted = adapt(body, model)
            notices += notice_texts.adapted(model, adapted)
            changes += adapted
    return Migration(
        request=apply_changes(body, changes),
        model_before=name,
        model_after=(successor or model).id,
        changes=changes,
        notices=tuple(notices),
    )


def adapt(body: Mapping[str, object], model: KimiModel) -> tuple[Change, ...]:
    """Change in *body* what *model* rejects, as far as the catalog knows.

    Args:
        body: A chat-completions body; never changed.
        model: The model that it goes to.

    Returns:
        The changes that make the body acceptable.
    """
    return tuple(_repair(rejection) for rejection in find_rejections(body, model))


def _with_extra_body(request: Mapping[str, object]) -> dict[str, object]:
    body = dict(request)
    extra = body.get("extra_body")
    if extra is None or isinstance(extra, Mapping):
        body.pop("extra_body", None)
        body |= cast("Mapping[str, object]", extra or {})
    return body


def _action(model: KimiModel, policy: MigrationSettings) -> _Action:
    if model.status == "retired":
        return cast("_Action", policy.on_retired)
    if model.status == "deprecated":
        return cast("_Action", policy.on_deprecated)
    return "warn" if model.status in {"example", "unlisted"} else "ignore"


def _unchanged(body: dict[str, object], name: str | None, *notices: Notice) -> Migration:
    return Migration(request=body, model_before=name, model_after=name, notices=notices)


def _resolve_alias(name: str, model: KimiModel) -> tuple[Change, ...]:
    if name == model.id:
        return ()
    reason = f"{name} is a short name of {model.id}"
    return (Change(parameter="model", before=name, after=model.id, reason=reason),)


def _move(
    body: Mapping[str, object], name: str, old: KimiModel, new: KimiModel
) -> Iterator[Change]:
    thinking = tuple(_thinking_as_before(body, old, new))
    moved = apply_changes(body, thinking)
    pinned = new.fixed_parameters(is_thinking(moved, new))
    yield _rename(body, name, old, new, pinned.get("temperature"))
    yield from thinking
    repairs = adapt(moved, new)
    yield from repairs
    # Moonshot's advice for a pinned parameter is not to send it, not even with its own value.
    rest = pinned.keys() - {change.parameter for change in repairs}
    for parameter in sorted(rest & moved.keys()):
        reason = f"{new.id} pins it to this value"
        yield Change(parameter=parameter, before=body[parameter], after=ABSENT, reason=reason)


def _rename(
    body: Mapping[str, object],
    name: str,
    old: KimiModel,
    new: KimiModel,
    pinned: float | None,
) -> Change:
    reason = f"{old.id} {notice_texts.ended(old)}"
    default = old.default_temperature
    # A default that moves is a loss that no parameter of the request shows.
    is_lossy = body.get("temperature") is None and default != pinned
    if default is not None and pinned is not None and is_lossy:
        reason += (
            f"; its default temperature was {default:g}, {new.id} samples at {pinned:g}, "
            f"so answers vary {'more' if pinned > default else 'less'}"
        )
    return Change(parameter="model", before=name, after=new.id, reason=reason, is_lossy=is_lossy)


def _thinking_as_before(
    body: Mapping[str, object], old: KimiModel, new: KimiModel
) -> Iterator[Change]:
    if new.thinking != "switchable":
        return
    # No set: what a caller wrote there may have no hash.
    if thinking_type(body) not in ("enabled", "disabled"):
        yield from _switch(body.get("thinking"), old, new)
    if body.get("reasoning_effort") is not None:
        yield Change(
            parameter="reasoning_effort",
            before=body["reasoning_effort"],
            after=ABSENT,
            reason=f"{old.id} knew no reasoning_effort, and it may not stand beside thinking",
        )


def _switch(odd: object, old: KimiModel, new: KimiModel) -> Iterator[Change]:
    wanted: dict[str, str] = {"type": "disabled"}
    reason = f"{old.id} did not think; {new.id} does unless told otherwise"
    if old.thinking != "never":
        wanted = {"type": "enabled", "keep": "all"}
        reason = f"{old.id} always thought and read its earlier reasoning; {new.id} does so if told"
    if odd is not None:
        # The API wants `type`, and nothing that it does not know beside it.
        yield Change(parameter="thinking", before=odd, after=wanted, reason=reason)
        return
    for key, value in wanted.items():
        yield Change(parameter=f"thinking.{key}", before=ABSENT, after=value, reason=reason)


def _repair(rejection: Rejection) -> Change:
    return Change(
        parameter=rejection.parameter,
        before=rejection.value,
        after=rejection.repair,
        reason=rejection.loss or rejection.message,
        is_lossy=bool(rejection.loss),
    )
