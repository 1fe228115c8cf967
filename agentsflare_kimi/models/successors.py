"""Which model a request moves to: the catalog's successor, or the one that `migrate_to` names."""

from __future__ import annotations

from agentsflare_kimi.models.catalog import Catalog, KimiModel, catalog, describe_unknown
from agentsflare_kimi.printable import looks_like_key

__all__ = ["find_target", "is_superseded", "successor_of"]

_ENDED = frozenset({"retired", "deprecated"})


def successor_of(
    models: Catalog, model: KimiModel, action: str, migrate_to: str | None
) -> KimiModel | None:
    """Find the model that a request for *model* moves to.

    Args:
        models: The models in force.
        model: The model that the request names.
        action: What the settings say for its status: `migrate`, `warn` or `ignore`.
        migrate_to: The setting of that name; it moves every older model, live ones included,
            except retired ones that the settings send unchanged.

    Returns:
        The model to move to; None if the request keeps its own.

    Raises:
        ConfigurationError: `migrate_to` names no model, or one that has ended.
    """
    target = None if migrate_to is None else _chosen(models, migrate_to)
    is_kept = model.status == "retired" and action == "warn"
    if target is not None and not is_kept and is_superseded(model, target):
        return target
    return models.find(model.successor) if action == "migrate" else None


def is_superseded(model: KimiModel, target: KimiModel) -> bool:
    """Tell whether *target* is a newer model than *model*.

    Nothing supersedes a name from the gateway's examples: it stands for no particular model.
    """
    if model.id == target.id or model.status == "example":
        return False
    if model.released_on is None or target.released_on is None:
        return model.status in _ENDED or model.upstream_ended_on is not None
    return model.released_on < target.released_on


def find_target(name: str, models: Catalog | None = None) -> KimiModel:
    """Look up the model to move requests to.

    Args:
        name: Its name, an alias, or another spelling of one.
        models: The models in force; those of `catalog()` if not given.

    Returns:
        The model.

    Raises:
        ValueError: There is no such model, or it has ended.
    """
    models = models or catalog()
    target = models.find(name)
    if target is None:
        ending = "Name a model that `agentsflare-kimi models` lists."
        raise ValueError(describe_unknown(name, models.suggest(name), models, ending))
    if target.status in _ENDED:
        raise ValueError(f"{name} is {target.status} itself; its successor is {target.successor}")
    return target


def _chosen(models: Catalog, name: str) -> KimiModel:
    try:
        return find_target(name, models)
    except ValueError as error:
        from agentsflare_kimi.errors import ConfigurationError  # noqa: PLC0415  # loads openai

        setting = "AGENTSFLARE_MIGRATE_TO (argument `migrate_to`)"
        hidden = "the value looks like a key, so it is not shown; name a model"
        raise ConfigurationError(
            f"{setting}: {hidden if looks_like_key(name) else error}"
        ) from None
