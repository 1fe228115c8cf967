"""`agentsflare-kimi doctor`: is everything set up, and if not, what is missing?"""

from __future__ import annotations

import json
from dataclasses import asdict

from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.table import render_table

__all__ = ["run"]


def run(arguments: list[str]) -> int:
    """Check the set-up.

    Args:
        arguments: What follows `doctor` on the command line.

    Returns:
        1 if a check failed, 0 if none did.
    """
    parser = CommandParser(
        prog="agentsflare-kimi doctor",
        description="Check the set-up. One request that costs nothing is made (the list of "
        "models); the key is never shown.",
    )
    parser.add_argument("--offline", action="store_true", help="make no request")
    parser.add_argument("--env-file", help="read AGENTSFLARE_ variables from this file, too")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    from agentsflare_kimi.cli.doctor_checks import examine  # noqa: PLC0415  # loads the SDK

    checks = [*examine(options.env_file, offline=options.offline)]
    if options.json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        rows = [(check.status, check.name, check.detail) for check in checks]
        print(render_table(("STATUS", "CHECK", "DETAIL"), rows))
    return int(any(check.status == "failed" for check in checks))
