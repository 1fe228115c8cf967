"""One model, as the gateway's page and the upstream describe it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from typing import Final

__all__ = ["KimiModel", "ModelStatus", "parse_model"]

ModelStatus = Literal["new", "active", "deprecated", "retired", "example", "unlisted"]

_Fixed = tuple[tuple[str, float], ...]


class KimiModel(NamedTuple):
    """One model as the gateway's page and the upstream describe it; None means not known.

    Attributes:
        id: The name to send.
        status: What the gateway's page says: `new`, `active`, `deprecated`, `retired`;
            `example` for a name that only its examples use; `unlisted` for one it lacks.
        aliases: Short names that people type; `get_model` takes them.
        successor: The living model that takes the place of a retired or deprecated one.
        alternatives: Other models worth a look.
        retired_on: The day the gateway retired it.
        released_on: The day it was released.
        context_window: Tokens of prompt and answer together.
        default_max_tokens: The token limit of an answer if the request sets none.
        inputs: `text`, `image`, `video`.
        thinking: Whether it thinks before it answers: `always`, `switchable` (on unless
            `thinking.type` is `disabled`) or `never`.
        upstream_ended_on: The day Moonshot itself stopped serving it.
        upstream_note: What the upstream says that the gateway's page does not.
        sources: URLs of the pages that say so.
        default_temperature: Its temperature if the request sets none.
        keeps_reasoning: Whether `thinking.keep` makes it read the reasoning of earlier turns.
        tool_choice_rejected: Kinds of `tool_choice` it rejects while thinking (`required`,
            `specified`).
        needs_reasoning_content: Whether it rejects, while thinking, earlier assistant messages
            with tool calls but without `reasoning_content`.
        fixed_while_thinking: Parameter and value pairs; see `fixed_parameters`.
        fixed_without_thinking: Parameter and value pairs; see `fixed_parameters`.
        rejects_disabled_thinking: Whether it answers `thinking.type` `disabled` with an error.
        reasoning_efforts: The values of `reasoning_effort` that it accepts, lowest first; empty
            if it does not know the parameter.
        moving_note: What changes when you move to it from an older model.
        checked_on: The day the entry was last compared with its sources.
    """

    id: str
    status: ModelStatus
    thinking: Literal["always", "switchable", "never"]
    aliases: tuple[str, ...] = ()
    successor: str | None = None
    alternatives: tuple[str, ...] = ()
    retired_on: date | None = None
    released_on: date | None = None
    context_window: int | None = None
    default_max_tokens: int | None = None
    inputs: frozenset[str] = frozenset()
    upstream_ended_on: date | None = None
    upstream_note: str | None = None
    sources: tuple[str, ...] = ()
    default_temperature: float | None = None
    keeps_reasoning: bool = False
    tool_choice_rejected: frozenset[str] = frozenset()
    needs_reasoning_content: bool = False
    fixed_while_thinking: _Fixed = ()
    fixed_without_thinking: _Fixed = ()
    rejects_disabled_thinking: bool = False
    reasoning_efforts: tuple[str, ...] = ()
    moving_note: str | None = None
    checked_on: date | None = None

    def fixed_parameters(self, thinking: bool) -> Mapping[str, float]:  # noqa: FBT001  # the public signature
        """Return the parameters that this model pins, each with the only value it accepts.

        Args:
            thinking: Whether the request has thinking on; ignored if the model always or never
                thinks.

        Returns:
            Parameter name to value; empty where nothing is pinned.

        Source: facts/kimi.md section 3.2, after
        https://platform.kimi.ai/docs/api/models-overview
        """
        thinks = self.thinking == "always" or (self.thinking == "switchable" and thinking)
        return dict(self.fixed_while_thinking if thinks else self.fixed_without_thinking)


def parse_model(
    entry: Mapping[str, Any], families: Mapping[str, Any], sources: Mapping[str, str]
) -> KimiModel:
    """Build the model that an entry of `models.toml` describes.

    Args:
        entry: A `[[models]]` table.
        families: The `[families]` table; the entry's own keys win over the family's.
        sources: The `[sources]` table.

    Returns:
        The model.
    """
    fields: dict[str, Any] = families[entry["family"]] | entry
    del fields["family"]
    fields["sources"] = tuple(sources[name] for name in entry["sources"])
    for name, kind in _KINDS.items():
        if name in fields:
            fields[name] = kind(fields[name])
    return KimiModel(**fields)


def _pairs(table: dict[str, float]) -> _Fixed:
    return tuple(table.items())


_KINDS: Final[Mapping[str, Any]] = {
    "aliases": tuple,
    "alternatives": tuple,
    "reasoning_efforts": tuple,
    "inputs": frozenset,
    "tool_choice_rejected": frozenset,
    "fixed_while_thinking": _pairs,
    "fixed_without_thinking": _pairs,
}
