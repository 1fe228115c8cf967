"""`agentsflare-kimi chat`: ask a model, from arguments, from a pipe, or in a conversation."""

from __future__ import annotations

import argparse
import math
from typing import Final

from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.numbers import count

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "talk to a model"

_EPILOG: Final = (
    "Without PROMPT on a terminal, a conversation begins; /help lists its commands. Otherwise the "
    "question is read from standard input. Exit code 1: the answer was blocked, cut off or failed."
)
# The highest temperature that the upstream accepts. Source: facts/kimi.md section 3.2.
_HOTTEST: Final = 1.0


def run(arguments: list[str]) -> int:
    """Ask one question, or hold a conversation.

    Args:
        arguments: The arguments after `chat`.

    Returns:
        0 if the question was answered or the conversation ended, 1 if the answer was blocked
        or cut off, 130 if Ctrl-C ended it.
    """
    options = _parse(arguments)
    from agentsflare_kimi.cli.chat_session import talk  # noqa: PLC0415  # loads the SDK

    return talk(options)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = CommandParser(
        prog="agentsflare-kimi chat", description="Talk to a model.", epilog=_EPILOG
    )
    either = argparse.BooleanOptionalAction
    parser.add_argument("prompt", nargs="*", help="the question")
    parser.add_argument("-m", "--model", help="the model (default: AGENTSFLARE_MODEL)")
    parser.add_argument("-s", "--system", metavar="TEXT", help="the system message")
    parser.add_argument(
        "-i",
        "--image",
        action="append",
        default=[],
        metavar="FILE",
        help="show this image with the first question; may be given more than once",
    )
    parser.add_argument(
        "--thinking", action=either, help="think before answering, where the model has the choice"
    )
    parser.add_argument(
        "--reasoning",
        action=either,
        help="show the reasoning, on stderr (default: only on a terminal)",
    )
    parser.add_argument(
        "--max-tokens", type=count, metavar="N", help="limit of the answer in tokens"
    )
    parser.add_argument(
        "--temperature", type=_temperature, metavar="T", help="0 to 1, where the model accepts it"
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help="let an emulator in this process answer; needs no key",
    )
    parser.add_argument(
        "--env-file", metavar="FILE", help="also read AGENTSFLARE_ variables from this file"
    )
    parser.add_argument(
        "--no-history", action="store_true", help="neither read nor write the history of questions"
    )
    parser.add_argument("--raw", action="store_true", help="do not escape control characters")
    parser.add_argument("--json", action="store_true", help="print each whole completion as JSON")
    return parser.parse_args(arguments)


def _temperature(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _HOTTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {_HOTTEST:g}")
    return value
