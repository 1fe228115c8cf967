"""Compares the catalog with third-party lists of models.

Each feed is reduced to Moonshot's own models: name to end date, or None. Nothing is merged
automatically: a person reviews the differences and edits `models.toml`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast
from agentsflare_kimi.models.catalog import Catalog, KimiModel

if TYPE_CHECKING:
    from typing import Final

__all__ = ["FEEDS", "Difference", "FeedError", "compare", "oldest_check", "read_feed"]

# Formats and licences: facts/catalog-2026-11.md section 3.
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
    """A feed has no known format."""


class Feed(NamedTuple):
    """The contents of one feed.

    Attributes:
        models: Name to end date; None where the feed gives none.
        is_complete: Whether a name missing from the feed is no longer served by Moonshot.
    """

    models: Mapping[str, date | None]
    is_complete: bool


class Difference(NamedTuple):
    """One way in which a feed and the catalog differ.

    Attributes:
        kind: `new` for a name that the catalog lacks, `date` for a different end date, `gone`
            for a live name that a complete feed lacks.
        model: The name.
        detail: What the feed and the catalog each say.
    """

    kind: Literal["new", "date", "gone"]
    model: str
    detail: str


def read_feed(text: str) -> Feed:
    """Read a feed in any known format.

    Args:
        text: JSON: the model list of modeldeprecations.dev, LiteLLM's price map, `api.json` of
            models.dev, or Moonshot's `openapi.json`.

    Returns:
        Its entries for Moonshot's models.

    Raises:
        FeedError: It is not JSON, has no known format, or lists no Moonshot model.
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
        raise FeedError("it lists no Moonshot model in a known format")
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
    """Return the earliest `checked_on` date of *models*."""
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
