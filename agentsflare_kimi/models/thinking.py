"""Changes `thinking` when a request moves to another model, or forces a tool call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.models.catalog import KimiModel
from agentsflare_kimi.models.changes import Change, apply_changes
from agentsflare_kimi.models.rules import ABSENT, forced_tool, is_thinking, thinking_type

if TYPE_CHECKING:
    from typing import Final

__all__ = ["thinking_after_move", "thinking_off_for_tool"]


def thinking_after_move(
    body: Mapping[str, object], old: KimiModel, new: KimiModel, on_forced_tool: str
) -> tuple[Change, ...]:
    """Set `thinking` so that *new* answers as *old* did, without thinking if a tool is forced.

    Args:
        body: The chat-completions body as the caller wrote it; never changed.
        old: The model that it names.
        new: The model that it goes to.
        on_forced_tool: The setting of that name.

    Returns:
        The changes to the caller's body; none if both models already think alike.

    Source: facts/kimi.md section 4.
    """
    as_before = tuple(_as_before(body, old, new))
    moved = apply_changes(body, as_before)
    if thinking_off_for_tool(moved, new, on_forced_tool):
        # Reported as one change to the caller's own request.
        return tuple(_off(body, new, is_lossy=thinking_type(moved) == "enabled"))
    return as_before


def thinking_off_for_tool(
    body: Mapping[str, object], model: KimiModel, on_forced_tool: str
) -> tuple[Change, ...]:
    """Switch thinking off if *model* rejects the request's `tool_choice` while it thinks.

    Args:
        body: A chat-completions body; never changed.
        model: The model that it goes to.
        on_forced_tool: The setting of that name.

    Returns:
        The changes; none where nothing is forced, where the setting wants something else, or
        where the model always thinks. They are lossy where the caller asked for thinking.

    Source: facts/catalog-2026-11.md section 1, `tool_choice`.
    """
    is_wanted = on_forced_tool == "disable_thinking" and model.thinking == "switchable"
    if not is_wanted or forced_tool(body, model) is None:
        return ()
    return tuple(_off(body, model, is_lossy=thinking_type(body) == "enabled"))


def _off(body: Mapping[str, object], model: KimiModel, *, is_lossy: bool) -> Iterator[Change]:
    before = body.get("thinking")
    is_new = before is None
    yield Change(
        parameter="thinking.type" if is_new else "thinking",
        before=ABSENT if is_new else before,
        after="disabled" if is_new else {"type": "disabled"},
        reason=f"tool_choice forces a call, which {model.id} accepts only with thinking off",
        is_lossy=is_lossy,
    )
    yield from _without_effort(body, "it cannot be combined with thinking")


def _without_effort(body: Mapping[str, object], reason: str) -> Iterator[Change]:
    effort = body.get("reasoning_effort")
    if effort is not None:
        yield Change(parameter="reasoning_effort", before=effort, after=ABSENT, reason=reason)


def _as_before(body: Mapping[str, object], old: KimiModel, new: KimiModel) -> Iterator[Change]:
    if new.reasoning_efforts:
        yield from _as_effort(body, old, new)
    if new.thinking == "always":
        yield from _without_switch(body, new)
    if new.thinking != "switchable":
        return
    # Not a set: the caller's value may be unhashable.
    if thinking_type(body) not in ("enabled", "disabled"):
        yield from _switch(body.get("thinking"), old, new)
    reason = f"{old.id} had no reasoning_effort, and it cannot be combined with thinking"
    yield from _without_effort(body, reason)


def _without_switch(body: Mapping[str, object], new: KimiModel) -> Iterator[Change]:
    if body.get("thinking") is None or not new.fixed_while_thinking:
        return
    is_off = thinking_type(body) == "disabled"
    reason = f"{new.id} thinks anyway" if is_off else f"{new.id} always thinks"
    yield Change(
        parameter="thinking",
        before=body["thinking"],
        after=ABSENT,
        reason=reason,
        is_lossy=is_off,
    )


def _as_effort(body: Mapping[str, object], old: KimiModel, new: KimiModel) -> Iterator[Change]:
    """Replace the thinking switch by the nearest `reasoning_effort` that *new* accepts."""
    effort = body.get("reasoning_effort")
    if effort is not None and effort in new.reasoning_efforts:
        return
    if effort is None and is_thinking(body, old):
        return
    wanted = "low" if effort is None else _NEAREST.get(str(effort), "max")
    if wanted not in new.reasoning_efforts:
        wanted = new.reasoning_efforts[0]
    reason = f"{new.id} cannot stop thinking; this is its lowest effort"
    if effort is not None:
        reason = f"{new.id} takes {', '.join(new.reasoning_efforts)}; this is the closest"
    yield Change(
        parameter="reasoning_effort",
        before=ABSENT if effort is None else effort,
        after=wanted,
        reason=reason,
        is_lossy=True,
    )


# OpenAI's values, in those of kimi-k3. Source: facts/kimi.md section 3.3.
_NEAREST: Final = {"none": "low", "minimal": "low", "medium": "high", "xhigh": "max"}


def _switch(odd: object, old: KimiModel, new: KimiModel) -> Iterator[Change]:
    wanted: dict[str, str] = {"type": "disabled"}
    reason = f"{old.id} did not think; {new.id} does unless told otherwise"
    if old.thinking != "never":
        wanted = {"type": "enabled", "keep": "all"}
        reason = (
            f"{old.id} always thought and saw its earlier reasoning; {new.id} does so only if "
            "asked to"
        )
    if odd is not None:
        # The API requires `type` and accepts no unknown fields.
        yield Change(parameter="thinking", before=odd, after=wanted, reason=reason)
        return
    for key, value in wanted.items():
        yield Change(parameter=f"thinking.{key}", before=ABSENT, after=value, reason=reason)
