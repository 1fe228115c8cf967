"""Which models a wrong name may have meant."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.models.model import KimiModel
from agentsflare_kimi.models.names import plain

if TYPE_CHECKING:
    from typing import Final

__all__ = ["suggest"]

_MOST: Final = 3
# If two scores differ by less than this, the live model comes first.
_AS_NEAR: Final = 0.25
# Bonus for a name that continues the other: `kimi-k2.7` and `kimi-k2.7-code`.
_GOES_ON: Final = 0.2


def suggest(
    name: str, known: Mapping[str, KimiModel], meant: KimiModel | None = None
) -> tuple[str, ...]:
    """Name up to three models that look like *name*.

    Args:
        name: A name that the catalog does not have.
        known: Every name and alias of the catalog, with its model.
        meant: The model that the name means, if it could be read; it comes first.

    Returns:
        Names of models. An ended model ranks below live ones of a similar score, and adds its
        successor to the candidates.
    """
    # A host's prefix (`moonshotai/...`) says nothing about which model is meant.
    wanted = name.strip().lower().rpartition("/")[2]
    likeness: dict[str, float] = {}
    for match in get_close_matches(wanted, known, n=2 * _MOST * _MOST, cutoff=0.6):
        model = known[match].id
        ratio = SequenceMatcher(None, match, wanted).ratio()
        if _goes_on(plain(wanted), plain(model)):
            ratio += _GOES_ON
        likeness[model] = max(ratio, likeness.get(model, 0.0))
    if meant is not None:
        likeness[meant.id] = 1.0 + _GOES_ON
    if not likeness:
        return ()
    # A caller of an ended model needs its successor.
    for model in list(likeness):
        instead = _instead(known[model])
        if instead:
            likeness[instead] = max(likeness.get(instead, 0.0), likeness[model] - _AS_NEAR)
    successors = {model.successor for model in known.values()}

    def rank(model: str) -> tuple[float, bool, float]:
        penalty = 0.0 if _is_alive(known[model]) else _AS_NEAR
        return penalty - likeness[model], model not in successors, -likeness[model]

    return tuple(sorted(likeness, key=rank)[:_MOST])


def _goes_on(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _is_alive(model: KimiModel) -> bool:
    return model.status not in {"retired", "deprecated", "example"} and not model.upstream_ended_on


def _instead(model: KimiModel) -> str | None:
    if _is_alive(model):
        return None
    return model.successor or next(iter(model.alternatives), None)
