"""`agentsflare-kimi models`: what is alive, and what takes the place of what is not."""

from __future__ import annotations

import json
import sys
from typing import Any, Final, cast

from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.models_check import check, live, warn_of_age
from agentsflare_kimi.cli.table import render_table
from agentsflare_kimi.models.catalog import KimiModel, get_model, list_models

__all__ = ["run"]

_HEADER: Final = (
    "MODEL",
    "STATUS",
    "RETIRED ON",
    "ENDED UPSTREAM",
    "USE INSTEAD",
    "THINKING",
    "CONTEXT",
)


def run(arguments: list[str]) -> int:
    """List the models, or describe one."""
    parser = CommandParser(
        prog="agentsflare-kimi models",
        description="List the models that the package knows, the gateway's list first.",
    )
    parser.add_argument("name", nargs="?", help="describe this model alone; short names work")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--check",
        nargs="*",
        metavar="FEED",
        help="compare the list with other people's (files or https URLs; without any, the known "
        "ones), print the differences and exit 1 if there are any; changes nothing",
    )
    parser.add_argument(
        "--live", action="store_true", help="compare the list with what the gateway says it serves"
    )
    options = parser.parse_args(arguments)
    if options.check is not None:
        return check(options.check, as_json=options.json)
    if options.live:
        return live(as_json=options.json)
    if age := warn_of_age():
        print(age, file=sys.stderr)
    models = [get_model(options.name)] if options.name else list(list_models())
    if options.json:
        print(json.dumps([_as_json(model) for model in models], indent=2))
    elif options.name:
        print(render_table(("FIELD", "VALUE"), _describe(models[0])))
    else:
        print(render_table(_HEADER, map(_row, models)))
    return 0


def _row(model: KimiModel) -> tuple[object, ...]:
    context = f"{model.context_window:,}" if model.context_window else None
    return (
        model.id,
        model.status,
        model.retired_on,
        model.upstream_ended_on,
        model.successor,
        model.thinking,
        context,
    )


def _describe(model: KimiModel) -> list[tuple[str, str]]:
    facts = _as_json(model).items()
    return [(name, _shown(value)) for name, value in facts if value not in (None, [], {}, False)]


def _shown(value: Any) -> str:  # noqa: ANN401  # any JSON value
    if isinstance(value, dict):
        pairs = cast("dict[str, float]", value).items()
        return ", ".join(f"{name}={number:g}" for name, number in pairs)
    return (
        ", ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)
    )


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
