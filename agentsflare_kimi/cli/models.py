"""`agentsflare-kimi models`: lists the models, and the successors of retired ones."""

from __future__ import annotations

import sys
from typing import Final

from agentsflare_kimi.cli.command_parser import CommandParser

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "list the models and their status"


def run(arguments: list[str]) -> int:
    """List the models, or describe one and how requests for it are migrated.

    Args:
        arguments: The arguments after `models`.

    Returns:
        0; 1 if `--check` or `--live` found a difference, 2 if a list could not be read.

    Raises:
        UsageError: There is no such model.
    """
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
        help="compare the list with others (files or https URLs; without any, the known "
        "ones), print the differences and exit 1 if there are any; changes nothing",
    )
    parser.add_argument(
        "--live", action="store_true", help="compare the list with what the gateway says it serves"
    )
    options = parser.parse_args(arguments)
    # Imported only when needed: `--help` does without.
    from agentsflare_kimi.cli import models_check, models_shown  # noqa: PLC0415

    if options.check is not None:
        return models_check.check(options.check, as_json=options.json)
    if options.live:
        return models_check.live(as_json=options.json)
    if age := models_check.warn_of_age():
        print(age, file=sys.stderr)
    if options.name:
        models_shown.show_one(options.name, as_json=options.json)
    else:
        models_shown.show_all(as_json=options.json)
    return 0
