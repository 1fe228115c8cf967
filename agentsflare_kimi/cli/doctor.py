"""`agentsflare-kimi doctor`: checks the set-up and reports what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.table import render_table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from agentsflare_kimi.cli.doctor_setup import Row

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "check key, address and model"


def run(arguments: list[str]) -> int:
    """Check the set-up.

    Args:
        arguments: The arguments after `doctor`.

    Returns:
        1 if a check failed, 0 if none did.
    """
    parser = CommandParser(
        prog="agentsflare-kimi doctor",
        description="Check the set-up. One request that costs nothing is made (the list of "
        "models); the key is never shown.",
    )
    parser.add_argument("--offline", action="store_true", help="make no request")
    parser.add_argument(
        "--ask", action="store_true", help="also ask for one small completion, which costs money"
    )
    parser.add_argument("--env-file", help="also read AGENTSFLARE_ variables from this file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    if options.ask and options.offline:
        parser.error("--ask makes a request, and --offline makes none")
    rows = [*_examine(options)]
    if options.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
    else:
        cells = [(row.status, row.name, row.detail) for row in rows]
        print(render_table(("STATUS", "CHECK", "DETAIL"), cells))
    return int(any(row.status == "failed" for row in rows))


def _examine(options: argparse.Namespace) -> Iterator[Row]:
    # The checks load the SDK, which `--help` does not need.
    from agentsflare_kimi.cli.doctor_checks import CHECKS  # noqa: PLC0415
    from agentsflare_kimi.cli.doctor_gateway import ask_gateway  # noqa: PLC0415
    from agentsflare_kimi.cli.doctor_setup import read_setup  # noqa: PLC0415

    setup = read_setup(options.env_file)
    for check in CHECKS:
        yield from check(setup)
    yield from ask_gateway(setup, is_offline=options.offline, is_asking=options.ask)
