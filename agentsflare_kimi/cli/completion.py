"""`agentsflare-kimi completion`: prints scripts for shell completion."""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.completion_scripts import SCRIPTS

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "complete commands and options in bash, zsh or fish"

_EPILOG: Final = (
    "To have it in every session: `agentsflare-kimi completion bash > "
    "~/.local/share/bash-completion/completions/agentsflare-kimi`; for zsh into a file "
    "_agentsflare-kimi in a directory of $fpath; for fish into "
    "~/.config/fish/completions/agentsflare-kimi.fish."
)


def run(arguments: list[str]) -> int:
    """Print a shell's completion script.

    Args:
        arguments: The arguments after `completion`.

    Returns:
        0.
    """
    parser = CommandParser(
        prog="agentsflare-kimi completion",
        description="Print a script that completes this program's commands and options.",
        epilog=_EPILOG,
    )
    parser.add_argument("shell", choices=tuple(SCRIPTS), help="the shell it is for")
    options = parser.parse_args(arguments)
    from agentsflare_kimi.cli.completion_table import read_table  # noqa: PLC0415  # reads commands

    print(SCRIPTS[options.shell](read_table()), end="")
    return 0
