"""Plans how to migrate a request: one body in, one plan out.

Planning neither warns nor sends. The client applies a plan, the linter writes it into source
code, the emulator judges by the same rules. Source of the moves: facts/kimi.md section 4.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from agentsflare_kimi.fast_typing import Literal, NamedTuple, Protocol, cast
from agentsflare_kimi.models import notice_texts
from agentsflare_kimi.models.catalog import KimiModel, catalog
from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.notice_texts import Notice
from agentsflare_kimi.models.rules import (
    ABSENT,
    Rejection,
    find_rejections,
    forced_tool,
    is_thinking,
)
from agentsflare_kimi.models.successors import successor_of
from agentsflare_kimi.models.thinking import thinking_after_move, thinking_off_for_tool

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
    def on_forced_tool(self) -> str: ...  # noqa: D102
    @property
    def extra_models(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def migrate_to(self) -> str | None: ...  # noqa: D102
    @property
    def models_file(self) -> str | os.PathLike[str] | None: ...  # noqa: D102


class _Defaults(NamedTuple):
    """The defaults of `KimiSettings`, without an import of pydantic."""

    on_retired: str = "migrate"
    on_deprecated: str = "warn"
    on_unknown: str = "error"
    adapt_parameters: str = "on_rejection"
    on_forced_tool: str = "disable_thinking"
    extra_models: tuple[str, ...] = ()
    migrate_to: str | None = None
    models_file: str | None = None


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
    """Plan the request to send in place of *request*, and the notices about it.

    Args:
        request: A chat-completions body; never changed, nested parts included. As in the SDK,
            the keys of its `extra_body` win.
        settings: The policies to follow (`KimiSettings`); their defaults if not given.

    Returns:
        The plan. Planning its `request` again changes nothing.

    Raises:
        TypeError: The request is not a mapping.
        ConfigurationError: `migrate_to` names no live model, or `models_file` is wrong.

    Source: facts/kimi.md section 4.
    """
    if not isinstance(cast("object", request), Mapping):
        raise TypeError(f"request must be a mapping, such as a dict, got {type(request).__name__}")
    return _plan(_with_extra_body(request), settings or _Defaults())


def _plan(body: dict[str, object], policy: MigrationSettings) -> Migration:
    name = body.get("model")
    if not isinstance(name, str) or name in policy.extra_models:
        return _unchanged(body, name if isinstance(name, str) else None)
    models = catalog(policy.models_file)
    model = models.find(name)
    if model is None:
        return _unchanged(body, name, *notice_texts.unknown(name, policy.on_unknown, models))
    action = _action(model, policy)
    if action == "error":
        return _unchanged(body, name, notice_texts.refusal(name, model))
    successor = successor_of(models, model, action, policy.migrate_to)
    if successor is not None:
        changes = tuple(_move(body, name, model, successor, policy))
        notices = [notice_texts.migrated(name, model, successor, changes, body)]
    else:
        changes = _resolve_alias(name, model)
        notices = [*notice_texts.standing(name, model, action)]
        if policy.adapt_parameters == "always":
            adapted = adapt(body, model, on_forced_tool=policy.on_forced_tool)
            notices += notice_texts.adapted(model, adapted)
            changes += adapted
    target, planned = successor or model, apply_changes(body, changes)
    if policy.on_forced_tool == "error" and forced_tool(planned, target):
        return _unchanged(body, name, notice_texts.forced_tool_refusal(name, target))
    return Migration(
        request=planned,
        model_before=name,
        model_after=target.id,
        changes=changes,
        notices=tuple(notices),
    )


def adapt(
    body: Mapping[str, object],
    model: KimiModel,
    *,
    on_forced_tool: str = "disable_thinking",
    is_chat: bool = True,
) -> tuple[Change, ...]:
    """Find the changes that make *model* accept *body*, as far as the catalog knows.

    Args:
        body: A chat-completions body; never changed.
        model: The model that it goes to.
        on_forced_tool: What to do about a `tool_choice` that forces a call while the model
            thinks: `disable_thinking` turns thinking off, or falls back to `auto` if the model
            always thinks; `auto` lets the model choose; `error` leaves it unchanged.
        is_chat: False for a body of `/completions` or `/responses`.

    Returns:
        The changes that make the body acceptable.

    Source: facts/catalog-2026-11.md section 1, `tool_choice`.
    """
    switch = thinking_off_for_tool(body, model, on_forced_tool) if is_chat else ()
    changed = apply_changes(body, switch) if switch else body
    return switch + tuple(
        _repair(rejection)
        for rejection in find_rejections(changed, model, is_chat=is_chat)
        if rejection.parameter != "tool_choice" or on_forced_tool != "error"
    )


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
    reason = f"{name} means {model.id}"
    return (Change(parameter="model", before=name, after=model.id, reason=reason),)


def _move(
    body: Mapping[str, object],
    name: str,
    old: KimiModel,
    new: KimiModel,
    policy: MigrationSettings,
) -> Iterator[Change]:
    thinking = thinking_after_move(body, old, new, policy.on_forced_tool)
    moved = apply_changes(body, thinking)
    pinned = new.fixed_parameters(is_thinking(moved, new))
    yield _rename(body, name, old, new, pinned.get("temperature"))
    yield from thinking
    repairs = adapt(moved, new, on_forced_tool=policy.on_forced_tool)
    yield from repairs
    # Moonshot advises against sending a pinned parameter, even with its pinned value.
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
    if default is None:
        default = old.fixed_parameters(is_thinking(body, old)).get("temperature")
    # A different default is a loss that no parameter of the request shows.
    is_lossy = body.get("temperature") is None and default != pinned
    if default is not None and pinned is not None and is_lossy:
        reason += (
            f"; its default temperature was {default:g}, {new.id} samples at {pinned:g}, "
            f"so answers vary {'more' if pinned > default else 'less'}"
        )
    if new.moving_note and new.moving_note != old.moving_note:
        reason += f"; as for {new.id}, {new.moving_note}"
        is_lossy = True
    return Change(parameter="model", before=name, after=new.id, reason=reason, is_lossy=is_lossy)


def _repair(rejection: Rejection) -> Change:
    return Change(
        parameter=rejection.parameter,
        before=rejection.value,
        after=rejection.repair,
        reason=rejection.loss or rejection.message,
        is_lossy=bool(rejection.loss),
    )
