"""Other people's lists of models, and where the catalog differs from them.

Each feed is read as what it says of Moonshot's own models: name to the day of its end, or None.
Nothing is ever merged: a person looks at the differences and edits `models.toml`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple, cast

from agentsflare_kimi.models.catalog import Catalog, KimiModel

__all__ = ["FEEDS", "Difference", "FeedError", "compare", "oldest_check", "read_feed"]

# Forms and licences: facts/catalog-2026-11.md section 3.
FEEDS: Final[Mapping[str, str]] = {
    "modeldeprecations.dev": "https://modeldeprecations.dev/api/v1/models.json",
    "LiteLLM": "https://raw.githubusercontent.com/BerriAI/litellm/main/"
    "model_prices_and_context_window.json",
    "models.dev": "https://models.dev/api.json",
    "Moonshot": "https://platform.kimi.ai/docs/openapi.json",
}
_VENDORS: Final = frozenset({"moonshot", "moonshotai", "moonshot-ai", "kimi", "moonshotai-cn"})
_DATES: Final = (
    "deprecation_date",
    "retirement_date",
    "retired_on",
    "shutdown_date",
    "sunset_date",
)
_FAMILIES: Final = ("kimi-", "moonshot-v1")


class FeedError(ValueError):
    """A feed is in none of the forms that are known."""


class Feed(NamedTuple):
    """What a list says.

    Attributes:
        models: Name to the day of its end; None where the list gives none.
        is_complete: Whether a name that the list lacks is gone at Moonshot.
    """

    models: Mapping[str, date | None]
    is_complete: bool


class Difference(NamedTuple):
    """One way in which a feed and the catalog differ.

    Attributes:
        kind: `new` for a name that the catalog lacks, `date` for another day of its end, `gone`
            for a living name that a complete list lacks.
        model: The name.
        detail: What each of them says.
    """

    kind: Literal["new", "date", "gone"]
    model: str
    detail: str


def read_feed(text: str) -> Feed:
    """Read a feed, whichever of the known forms it has.

    Args:
        text: JSON: the model list of modeldeprecations.dev, LiteLLM's price map, `api.json` of
            models.dev, or Moonshot's `openapi.json`.

    Returns:
        What it says of Moonshot's models.

    Raises:
        FeedError: It is not JSON, has another form, or names no model of Moonshot's.
    """
    try:
        data: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"it is not JSON: {error}") from None
    if isinstance(data, dict) and "openapi" in data:
        names = _enumerated(cast("dict[str, object]", data))
        feed = Feed(dict.fromkeys(names), is_complete=True)
    else:
        feed = Feed(dict(_listed(cast("object", data))), is_complete=False)
    if not feed.models:
        raise FeedError("it names no model of Moonshot's in a form that is known")
    return feed


def compare(feed: Feed, catalog: Catalog) -> Iterator[Difference]:
    """Yield where *feed* differs from *catalog*, in the order of their names."""
    for name, day in sorted(feed.models.items()):
        model = catalog.find(name)
        if model is None:
            ends = f", which ends on {day}" if day else ""
            yield Difference("new", name, f"the catalog has no such model{ends}")
        elif day is not None and day != model.upstream_ended_on:
            known = model.upstream_ended_on or "no end"
            yield Difference("date", model.id, f"ends on {day}; the catalog has {known}")
    if feed.is_complete:
        told = {model.id for name in feed.models if (model := catalog.find(name))}
        for model in catalog.models:
            if _is_living(model) and model.id not in told:
                yield Difference("gone", model.id, "the list lacks it; the catalog says it lives")


def oldest_check(models: Sequence[KimiModel]) -> date | None:
    """Return the day on which the entry that was checked longest ago was checked."""
    return min((model.checked_on for model in models if model.checked_on), default=None)


def _is_living(model: KimiModel) -> bool:
    ended = {"retired", "deprecated", "example"}
    return model.status not in ended and model.upstream_ended_on is None


def _enumerated(data: object) -> Iterator[str]:
    """Find the names in any `enum` of a schema."""
    if isinstance(data, dict):
        fields = cast("dict[str, object]", data)
        values = fields.get("enum")
        if isinstance(values, list):
            for value in cast("list[object]", values):
                if isinstance(value, str) and _is_ours(value):
                    yield value
        for value in fields.values():
            yield from _enumerated(value)
    elif isinstance(data, list):
        for item in cast("list[object]", data):
            yield from _enumerated(item)


def _listed(data: object) -> Iterator[tuple[str, date | None]]:
    """Find the entries of Moonshot's own models in a list or a map of models."""
    for name, entry in _entries(data, ""):
        provider, _, bare = name.rpartition("/")
        vendor = str(
            entry.get("litellm_provider")
            or entry.get("provider")
            or entry.get("vendor")
            or provider
        )
        if vendor.lower() in _VENDORS and _is_ours(bare):
            yield bare, _day(entry)


def _entries(data: object, provider: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(data, list):
        for item in cast("list[object]", data):
            if isinstance(item, dict):
                entry = cast("dict[str, Any]", item)
                name = entry.get("id") or entry.get("model") or entry.get("name")
                yield str(name), {"provider": provider, **entry}
        return
    for name, value in (cast("dict[str, object]", data) if isinstance(data, dict) else {}).items():
        if isinstance(value, dict):
            entry = cast("dict[str, Any]", value)
            if isinstance(entry.get("models"), dict | list):
                yield from _entries(entry["models"], name)
            else:
                yield name, {"provider": provider, **entry}
        elif isinstance(value, list) and name in {"models", "data"}:
            yield from _entries(cast("list[object]", value), provider)


def _day(entry: Mapping[str, Any]) -> date | None:
    for field in _DATES:
        value = entry.get(field)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None


def _is_ours(name: str) -> bool:
    return name.lower().startswith(_FAMILIES)
