"""`agentsflare-kimi demo`: the package's main job in half a minute, without a key."""

from __future__ import annotations

import argparse
from typing import Final

from agentsflare_kimi.cli.command_parser import CommandParser

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "show what the package does, without a key"


def run(arguments: list[str]) -> int:
    """Show the demonstration.

    Args:
        arguments: The arguments after `demo`.

    Returns:
        0 if everything was shown.

    Raises:
        ConfigurationError: `--live` was given, and the key or the settings are wrong.
        openai.APIError: A request that should succeed fails.
    """
    options = _parser().parse_args(arguments)
    from agentsflare_kimi.cli.demo_story import tell_story  # noqa: PLC0415  # loads the SDK

    tell_story(is_live=options.live, is_offline=options.offline)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="agentsflare-kimi demo",
        description="Show what the package does. An emulator on this machine answers, so nothing "
        "is billed and no key is needed: the one that AGENTSFLARE_BASE_URL names, or one in this "
        "process.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--live", action="store_true", help="ask the gateway, with AGENTSFLARE_API_KEY; costs money"
    )
    where.add_argument(
        "--offline", action="store_true", help="open no connection, whatever the environment holds"
    )
    return parser
