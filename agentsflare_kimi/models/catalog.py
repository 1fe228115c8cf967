"""The catalog: every model, its status and successor, and the names that mean it.

The single source of truth is `models.toml` beside this file; `models_table.py` is generated
from it. An overlay file adds or overrides models.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any
from agentsflare_kimi.models.model import KimiModel, ModelStatus, parse_model
from agentsflare_kimi.models.models_table import TABLE
from agentsflare_kimi.printable import has_key_prefix

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.models.names import ModelName, NameReader

__all__ = [
    "MINIMUM_THINKING_BUDGET",
    "Catalog",
    "KimiModel",
    "ModelStatus",
    "catalog",
    "describe_unknown",
    "find_model",
    "get_model",
    "list_models",
    "read_name",
    "suggest_models",
]

# Reasoning and answer share max_tokens; with less the answer may come back empty.
# Source: https://platform.kimi.ai/docs/guide/use-thinking-models
MINIMUM_THINKING_BUDGET: Final = 16_000

_OVERLAY: Final = "AGENTSFLARE_MODELS_FILE"


class Catalog:
    """The models of one table: the bundled one, or one with an overlay."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Read every entry of *table*, which has the form of `models.toml`."""
        self._patterns: Mapping[str, Any] = table["names"]
        parsed = (
            parse_model(entry, table["families"], table["sources"]) for entry in table["models"]
        )
        self._models = {model.id: model for model in parsed}
        self._by_name = {
            name: model for model in self._models.values() for name in (*model.aliases, model.id)
        }

    @property
    def models(self) -> tuple[KimiModel, ...]:
        """Every model, the gateway's list first."""
        return tuple(self._models.values())

    def find(self, name: object) -> KimiModel | None:
        """Look up a name, an alias, or another spelling of one; None if it means no model.

        A name with one host's variant (`kimi-k2.6:free`) asks for more than the model, so it is
        not found.
        """
        if not isinstance(name, str):
            return None
        model = self._by_name.get(name)
        if model is not None:
            return model
        read = self.read_name(name)
        return None if read is None or self._reader.is_offer(read) else self._models[read.model]

    def read_name(self, text: object) -> ModelName | None:
        """Parse *text* against these models; see the function `read_name`."""
        return self._reader.read(text)

    @cached_property
    def _reader(self) -> NameReader:
        from agentsflare_kimi.models.names import NameReader  # noqa: PLC0415  # compiles patterns

        return NameReader(
            self._patterns, ((name, model.id) for name, model in self._by_name.items())
        )

    def suggest(self, name: object) -> tuple[str, ...]:
        """Name up to three models that look like *name*: living ones first, then the likeliest."""
        if not isinstance(name, str):
            return ()
        from agentsflare_kimi.models.suggestions import suggest  # noqa: PLC0415  # for wrong names

        read = self.read_name(name)
        return suggest(name, self._by_name, self._models[read.model] if read else None)


def catalog(overlay: str | os.PathLike[str] | None = None) -> Catalog:
    """Return the models in force.

    Args:
        overlay: A TOML file of models that add to or replace the bundled ones; by default the
            file that `AGENTSFLARE_MODELS_FILE` names, if any.

    Returns:
        The catalog; the same one for the same file, which is read once.

    Raises:
        ConfigurationError: The file cannot be read, or an entry is wrong.
    """
    path = overlay or os.environ.get(_OVERLAY)
    return _bundled() if not path else _with_overlay(os.fspath(path))


@cache
def _bundled() -> Catalog:
    return Catalog(TABLE)


@cache
def _with_overlay(path: str) -> Catalog:
    from agentsflare_kimi.models.overlay import read_overlay  # noqa: PLC0415  # loads tomllib

    return Catalog(read_overlay(path, TABLE))


def list_models() -> tuple[KimiModel, ...]:
    """List every known model: first the gateway's list in its order, then the rest.

    Returns:
        All models of the catalog.

    Source: https://docs.agentsflare.com/api-examples/kimi.html
    """
    return catalog().models


def get_model(name: str) -> KimiModel:
    """Look a model up by its name, an alias, or another spelling of one.

    Args:
        name: A model name, such as `kimi-k2.6`, `k2-turbo` or `moonshotai/Kimi-K2.6`.

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
            describe_unknown(name, suggestions, catalog()), model=str(name), suggestions=suggestions
        )
    return model


def find_model(name: object) -> KimiModel | None:
    """Look a model up as `get_model` does, but return None for an unknown name."""
    return catalog().find(name)


def read_name(text: str) -> ModelName | None:
    """Parse a model's name in any common spelling, and find the model that it means.

    Accepts any case, separator and version style (`Kimi-K2_6`, `k2p6`, `kimi-k26`), host
    prefixes (`moonshotai/`, `us.moonshot.`), snapshot dates (`-20260420`) and host variants
    (`:free`, `-turbo`, `-fp8`). It never guesses: an ambiguous name means no model.

    Args:
        text: A name, such as `moonshotai/kimi-k2.6:free`.

    Returns:
        The model's name in the catalog, the host's prefix and the suffix as written; None if
        the text means no model.

    Source of the spellings: facts/catalog-2026-11.md section 2.
    """
    return catalog().read_name(text)


def suggest_models(name: object) -> tuple[str, ...]:
    """Name up to three models that look like *name*: living ones first, then the likeliest."""
    return catalog().suggest(name)


_WAY_OUT: Final = (
    "To use it all the same, add it to AGENTSFLARE_EXTRA_MODELS (argument `extra_models`), or "
    "set AGENTSFLARE_ON_UNKNOWN (`on_unknown`) to 'warn' or 'ignore'."
)


def describe_unknown(
    name: object, suggestions: tuple[str, ...], models: Catalog, ending: str = _WAY_OUT
) -> str:
    """Explain that *models* lack *name*, what may have been meant, and what to do about it."""
    text = str(name)
    shown = repr(text if len(text) <= 80 else f"{text[:77]}...")  # noqa: PLR2004  # a terminal's line
    if has_key_prefix(text):
        shown = "(not shown, because it looks like a key)"
    meant = [_describe_suggestion(suggestion, models) for suggestion in suggestions]
    hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
    return f"unknown model {shown}.{hint} {ending}"


def _describe_suggestion(name: str, models: Catalog) -> str:
    model = models.find(name)
    if model is None or model.successor is None:
        return name
    return f"{name} ({model.status}; its successor is {model.successor})"
