"""The commands, options and values to complete, read from the commands' own parsers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from agentsflare_kimi.cli import COMMANDS
from agentsflare_kimi.cli.command_parser import parser_of
from agentsflare_kimi.cli.lint_options import COLOURS
from agentsflare_kimi.cli.lint_options import TABLE as LINT_TABLE
from agentsflare_kimi.emulator.scenarios import list_scenarios
from agentsflare_kimi.lint.reporters import FORMATS
from agentsflare_kimi.lint.rules import RULES
from agentsflare_kimi.models.catalog import list_models

__all__ = ["Command", "Option", "Values", "read_table"]

# The metavars of options and arguments that take a file name.
_FILES: Final = frozenset({"FILE", "FILES", "FEED", "IN", "OUT", "PATH", "paths"})


class Values(NamedTuple):
    """The values of an option or argument: one of `words`, a file name, or anything."""

    words: tuple[str, ...] = ()
    are_files: bool = False


class Option(NamedTuple):
    """An option: its spellings, its help, and its values; None if it takes none."""

    names: tuple[str, ...]
    purpose: str
    values: Values | None = None


class Command(NamedTuple):
    """A command: its options, and its positional values; None if it takes none."""

    name: str
    purpose: str
    options: tuple[Option, ...]
    arguments: Values | None = None


def read_table() -> tuple[Command, ...]:
    """Read every command's options, without running a command."""
    return tuple(
        _lint(purpose) if name == "lint" else _read(name, purpose)
        for name, purpose in COMMANDS.items()
    )


def _read(name: str, purpose: str) -> Command:
    module = f"agentsflare_kimi.cli.{name}"
    __import__(module)
    actions = parser_of(sys.modules[module].run)._actions  # noqa: SLF001  # it has no public list
    options = tuple(_option(action) for action in actions if action.option_strings)
    places = [_values(action) for action in actions if not action.option_strings]
    return Command(name, purpose, options, places[0] if places else None)


def _option(action: argparse.Action) -> Option:
    takes = None if action.nargs == 0 else _values(action)
    help_text = (action.help or "").replace("%(default)s", str(action.default))
    return Option(tuple(action.option_strings), help_text, takes)


def _values(action: argparse.Action) -> Values:
    name = action.metavar or action.dest
    if action.choices is not None:
        return Values(tuple(map(str, action.choices)))
    if action.dest in {"model", "name"}:
        return Values(tuple(_alive()))
    if action.dest == "scenario":
        return Values(tuple(scenario.name for scenario in list_scenarios()))
    return Values(are_files=name in _FILES or action.dest == "env_file")


def _alive() -> Iterator[str]:
    for model in list_models():
        if model.status in {"new", "active", "unlisted"} and model.upstream_ended_on is None:
            yield model.id


def _lint(purpose: str) -> Command:
    return Command("lint", purpose, tuple(_lint_options(LINT_TABLE)), Values(are_files=True))


def _lint_options(rows: Iterable[tuple[str, str, str, str]]) -> Iterator[Option]:
    for name, _, takes, purpose in rows:
        kind = takes.rstrip(",")
        values = Values(_lint_words(kind), are_files=kind in _FILES) if takes else None
        yield Option((name,), purpose, values)


def _lint_words(kind: str) -> tuple[str, ...]:
    if kind == "FORMAT":
        return tuple(FORMATS)
    if kind == "WHEN":
        return COLOURS
    return tuple(rule.code for rule in RULES) if kind in {"RULE", "RULES"} else ()
