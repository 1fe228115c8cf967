"""The models: is one alive, what takes its place, and which parameters does it pin?

From `models.toml` beside this file, the one source of truth of the package, by way of
`models_table.py`, which is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from agentsflare_kimi.models.models_table import TABLE

__all__ = ["MINIMUM_THINKING_BUDGET", "KimiModel", "ModelStatus", "get_model", "list_models"]

ModelStatus = Literal["new", "active", "deprecated", "retired", "example", "unlisted"]

# Reasoning and answer share max_tokens; with less the answer may come back empty.
# Source: https://platform.kimi.ai/docs/guide/use-thinking-models
MINIMUM_THINKING_BUDGET: Final = 16_000

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
        default_max_tokens: Tokens an answer may have if the request does not say.
        inputs: `text`, `image`, `video`.
        thinking: Whether it thinks before it answers: `always`, `switchable` (on unless
            `thinking.type` is `disabled`) or `never`.
        upstream_ended_on: The day Moonshot itself stopped serving it.
        upstream_note: What the upstream says that the gateway's page does not.
        sources: URLs of the pages that say so.
        default_temperature: What it samples at if the request does not say.
        keeps_reasoning: Whether `thinking.keep` makes it read the reasoning of earlier turns.
        tool_choice_rejected: Kinds of `tool_choice` it rejects while thinking (`required`,
            `specified`).
        needs_reasoning_content: Whether it rejects, while thinking, earlier assistant messages
            with tool calls but without `reasoning_content`.
        fixed_while_thinking: Parameter and value pairs; see `fixed_parameters`.
        fixed_without_thinking: Parameter and value pairs; see `fixed_parameters`.
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

    def fixed_parameters(self, thinking: bool) -> Mapping[str, float]:  # noqa: FBT001  # the public signature
        """Tell the parameters that this model pins, each with the only value it accepts.

        Args:
            thinking: Whether the request has thinking on; without effect where the model
                always or never thinks.

        Returns:
            Parameter name to value; empty where nothing is pinned.

        Source: facts/kimi.md section 3.2, after
        https://platform.kimi.ai/docs/api/models-overview
        """
        thinks = self.thinking == "always" or (self.thinking == "switchable" and thinking)
        return dict(self.fixed_while_thinking if thinks else self.fixed_without_thinking)


def list_models() -> tuple[KimiModel, ...]:
    """List every known model: first the gateway's list in its order, then the rest.

    Returns:
        All models of the catalog.

    Source: https://docs.agentsflare.com/api-examples/kimi.html
    """
    return tuple(_models().values())


def get_model(name: str) -> KimiModel:
    """Look a model up by its name or one of its aliases.

    Args:
        name: A model name, such as `kimi-k2.6` or `k2-turbo`.

    Returns:
        The model, whatever its status.

    Raises:
        UnknownModelError: The catalog has no such name; the message suggests up to three.
    """
    model = find_model(name)
    if model is None:
        from agentsflare_kimi.errors import UnknownModelError  # noqa: PLC0415  # loads openai

        suggestions = suggest_models(name)
        raise UnknownModelError(
            describe_unknown(name, suggestions), model=str(name), suggestions=suggestions
        )
    return model


def find_model(name: object) -> KimiModel | None:
    """Look a model up as `get_model` does, with None where the catalog has no such name."""
    return _by_name().get(name) if isinstance(name, str) else None


def suggest_models(name: object) -> tuple[str, ...]:
    """Name up to three known models that look like *name*, the likeliest first."""
    if not isinstance(name, str):
        return ()
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415  # only paid for a wrong name

    known = _by_name()
    # Another vendor's prefix (`moonshotai/…`) says nothing about which model is meant.
    wanted = name.strip().lower().rpartition("/")[2]
    near = get_close_matches(wanted, known, n=9, cutoff=0.6)
    # Of names that are equally near, what takes the place of others comes first.
    successors = {model.successor for model in _models().values()}
    near.sort(
        key=lambda match: (
            -SequenceMatcher(None, match, wanted).ratio(),
            known[match].id not in successors,
        )
    )
    return tuple(dict.fromkeys(known[match].id for match in near))[:3]


_WAY_OUT: Final = (
    "To use it all the same, add it to AGENTSFLARE_EXTRA_MODELS (argument `extra_models`), or "
    "set AGENTSFLARE_ON_UNKNOWN (`on_unknown`) to 'warn' or 'ignore'."
)


def describe_unknown(name: object, suggestions: tuple[str, ...], ending: str = _WAY_OUT) -> str:
    """Say that *name* is unknown, what may have been meant, and what can be done about it."""
    text = str(name)
    shown = text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004  # a line of a terminal
    meant = [_describe_suggestion(_models()[suggestion]) for suggestion in suggestions]
    hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
    return f"unknown model {shown!r}.{hint} {ending}"


def _describe_suggestion(model: KimiModel) -> str:
    if model.successor is None:
        return model.id
    return f"{model.id} ({model.status}; its successor is {model.successor})"


@cache
def _models() -> dict[str, KimiModel]:
    models = (_parse(entry, TABLE["families"], TABLE["sources"]) for entry in TABLE["models"])
    return {model.id: model for model in models}


@cache
def _by_name() -> dict[str, KimiModel]:
    models = _models()
    return {alias: model for model in models.values() for alias in model.aliases} | models


def _parse(entry: dict[str, Any], families: dict[str, Any], sources: dict[str, str]) -> KimiModel:
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
    "inputs": frozenset,
    "tool_choice_rejected": frozenset,
    "fixed_while_thinking": _pairs,
    "fixed_without_thinking": _pairs,
}
