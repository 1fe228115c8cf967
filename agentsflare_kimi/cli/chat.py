"""`agentsflare-kimi chat`: ask a model, from arguments, from a pipe, or line by line."""

from __future__ import annotations

import argparse
from typing import Final

from agentsflare_kimi.cli.command_parser import CommandParser

__all__ = ["run"]

_EPILOG: Final = (
    "Without PROMPT the question is read from standard input; on a terminal line by line, with "
    "the conversation kept, until Ctrl-D."
)


def run(arguments: list[str]) -> int:
    """Ask one question, or hold a conversation.

    Args:
        arguments: What follows `chat` on the command line.

    Returns:
        0 once everything was answered, or the conversation was ended.
    """
    options = _parse(arguments)
    from agentsflare_kimi.cli.chat_session import talk  # noqa: PLC0415  # loads the SDK

    return talk(options)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = CommandParser(
        prog="agentsflare-kimi chat", description="Talk to a model.", epilog=_EPILOG
    )
    parser.add_argument("prompt", nargs="*", help="the question")
    parser.add_argument("-m", "--model", help="the model (default: AGENTSFLARE_MODEL)")
    parser.add_argument("-s", "--system", help="a system message to begin with")
    parser.add_argument("--env-file", help="read AGENTSFLARE_ variables from this file, too")
    parser.add_argument("--reasoning", action="store_true", help="show the reasoning on stderr")
    parser.add_argument("--raw", action="store_true", help="do not escape control characters")
    parser.add_argument("--json", action="store_true", help="print each whole completion as JSON")
    return parser.parse_args(arguments)
