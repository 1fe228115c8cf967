"""`agentsflare-kimi batch`: send many prompts from a file, without losing answers."""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.cli.batch_options import parse_options

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "ask very many prompts from a file"


def run(arguments: list[str]) -> int:
    """Send every row of a file.

    Args:
        arguments: The arguments after `batch`.

    Returns:
        0 if every row was answered, 1 if not, 130 if the run was interrupted.
    """
    options = parse_options(arguments)
    from agentsflare_kimi.cli.batch_command import ask_file  # noqa: PLC0415  # loads the SDK

    return ask_file(options)
