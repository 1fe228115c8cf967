"""Prints the list of `agentsflare-kimi models`, and the details of one model."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, Final, cast

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.models_migration import changes_of, migration_as_json, render_migration
from agentsflare_kimi.cli.table import fold, render_table, terminal_width
from agentsflare_kimi.models.catalog import KimiModel, catalog, describe_unknown, list_models
from agentsflare_kimi.printable import printable

__all__ = ["show_all", "show_one"]

# Heading, field, and a number that decides which column is dropped first for lack of room.
_COLUMNS: Final = (
    ("MODEL", "id", 0),
    ("STATUS", "status", 1),
    ("RETIRED ON", "retired_on", 4),
    ("ENDED UPSTREAM", "upstream_ended_on", 3),
    ("USE INSTEAD", "successor", 2),
    ("THINKING", "thinking", 5),
    ("CONTEXT", "context_window", 6),
)
# The widest line in a cell; headings of two words take two lines.
_WIDEST_CELL: Final = 10


def _find(name: str) -> KimiModel:
    models = catalog()
    model = models.find(name)
    if model is None:
        ending = "`agentsflare-kimi models` lists those that are known."
        raise UsageError(describe_unknown(name, models.suggest(name), models, ending))
    return model


def show_all(*, as_json: bool) -> None:
    """List every model, on a terminal with as many columns as fit, else with all columns."""
    if as_json:
        print(json.dumps([_as_json(model) for model in list_models()], indent=2))
        return
    width = terminal_width()
    columns = list(_COLUMNS)
    table = _render(columns, width)
    while width is not None and _width_of(table) > width and len(columns) > 1:
        columns.remove(max(columns, key=lambda column: column[2]))
        table = _render(columns, width)
    print(table)
    left_out = [heading for heading, *_ in _COLUMNS if heading not in {each[0] for each in columns}]
    if width is not None and left_out:
        note = f"(no room for: {', '.join(left_out)}; --json shows all)"
        print(fold(note, width), file=sys.stderr)


def _render(columns: Sequence[tuple[str, str, int]], width: int | None) -> str:
    rows = [[_cell(model, field) for _, field, _ in columns] for model in list_models()]
    widest = None if width is None else _WIDEST_CELL
    return render_table([heading for heading, *_ in columns], rows, widest=widest)


def _width_of(text: str) -> int:
    return max(map(len, text.splitlines()))


def _cell(model: KimiModel, field: str) -> object:
    value: object = getattr(model, field)
    return f"{value:,}" if isinstance(value, int) else value


def show_one(name: str, *, as_json: bool) -> None:
    """Print all data on one model, and how a request for it is migrated.

    Args:
        name: Its name or an alias, in any spelling.
        as_json: Whether to print JSON.

    Raises:
        UsageError: There is no such model.
    """
    model = _find(name)
    changes = changes_of(model)
    if as_json:
        migration = {"migration": migration_as_json(changes)} if changes else {}
        print(json.dumps([_as_json(model) | migration], indent=2))
        return
    width = terminal_width()
    print(_render_facts(_describe(model), width))
    if changes:
        print(f"\nA request for it goes to {model.successor}, and changes:")
        print(render_migration(changes, width))


def _render_facts(facts: list[tuple[str, str]], width: int | None) -> str:
    # The room that is left beside a field's name.
    left = None if width is None else max(width - max(len(name) for name, _ in facts) - 2, 1)
    table = render_table(("FIELD", "VALUE"), facts, widest=left)
    if width is None or _width_of(table) <= width:
        return table
    lines = [fold(f"{name}: {text}", width, then="  ") for name, text in facts]
    return "\n".join(printable(line) for line in lines)


def _describe(model: KimiModel) -> list[tuple[str, str]]:
    facts = _as_json(model).items()
    return [
        (name, _shown(name, value)) for name, value in facts if value not in (None, [], {}, False)
    ]


def _shown(name: str, value: Any) -> str:  # noqa: ANN401  # any JSON value
    if isinstance(value, dict):
        pairs = cast("dict[str, float]", value).items()
        return ", ".join(f"{parameter}={number:g}" for parameter, number in pairs)
    if not isinstance(value, list):
        return str(value)
    # A comma after a URL would be taken for a part of it.
    return (" " if name == "sources" else ", ").join(map(str, cast("list[object]", value)))


def _as_json(model: KimiModel) -> dict[str, object]:
    return {name: _plain(name, value) for name, value in model._asdict().items()}


def _plain(name: str, value: Any) -> object:  # noqa: ANN401  # any field's value
    if name.startswith("fixed_"):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if isinstance(value, tuple):
        return list(cast("tuple[str, ...]", value))
    return str(value) if name.endswith("_on") and value is not None else value
