"""The options of `agentsflare-kimi batch`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final, NamedTuple

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.numbers import count, positive

__all__ = ["Shard", "parse_options"]

_EPILOG: Final = (
    "IN holds requests in OpenAI's batch format, other JSON lines, CSV or Parquet with --template "
    "('Summarise: {text}') or a column `prompt`, or one prompt per line. Answers are kept "
    "in OUT.journal at once; OUT is written when every row has a record. Ctrl-C once ends the run "
    "after the requests in flight, twice ends it at once. Exit codes: 0 every row was answered, "
    "1 some were not, or the run was stopped, 2 wrong use, 130 interrupted."
)


class Shard(NamedTuple):
    """One part of the rows: every `shards`-th row, starting with `number`."""

    number: int = 1
    shards: int = 1

    @property
    def name(self) -> str:
        """The name of its journal."""
        return f"{self.number}-of-{self.shards}"


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments after `batch`."""
    options = _parser().parse_args(arguments)
    if options.output is None and not options.estimate:
        raise UsageError("no output file: name one with -o")
    if options.repair and options.schema is None:
        raise UsageError("--repair needs --schema")
    priced = options.price_prompt is not None or options.price_completion is not None
    if priced and not options.estimate:
        raise UsageError("--price-prompt and --price-completion need --estimate")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="agentsflare-kimi batch",
        description="Ask very many prompts; nothing is lost, and nothing is paid twice.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("input", metavar="IN", help="the rows")
    add("-o", "--output", metavar="OUT", type=_file, help="where the records go (JSON lines)")
    _add_requests(parser)
    _add_limits(parser)
    add("--resume", action="store_true", help="continue a run that ended before its last row")
    add("--retry-failed", action="store_true", help="ask rows with an error record again, too")
    add("--skip-bad-lines", action="store_true", help="make lines with mistakes error records")
    add("--shard", type=_shard, metavar="i/N", default=Shard(), help="ask one part of N only")
    add("--estimate", action="store_true", help="count tokens and requests, and ask nothing")
    add("--price-prompt", type=positive, metavar="P", help="price of a million prompt tokens")
    add("--price-completion", type=positive, metavar="P", help="and of completion tokens")
    add("--offline", action="store_true", help="ask an emulator on this machine; needs no key")
    add("--env-file", metavar="FILE", help="also read AGENTSFLARE_ variables from this file")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--follow", action="store_true", help="print each record as it arrives")
    output.add_argument("--json", action="store_true", help="print the summary as JSON")
    return parser


def _add_requests(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("requests").add_argument
    add("-m", "--model", help="the model, whatever a row names (default: AGENTSFLARE_MODEL)")
    add("-s", "--system", help="a system message for rows that have none")
    add("-t", "--template", metavar="TEXT", help="the prompt, with {column}s; @FILE reads it")
    add(
        "--max-completion-tokens",
        type=count,
        metavar="N",
        help="the token limit of answers, for rows without one",
    )
    add("--schema", type=Path, metavar="FILE", help="a JSON schema that answers must match")
    add("--repair", action="store_true", help="ask once more if an answer does not match it")
    add("--input-format", metavar="FORMAT", help="such as csv, if the file name does not show it")
    add("--limit", type=count, metavar="N", help="take the first N rows only")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("limits").add_argument
    add(
        "--max-concurrency",
        type=count,
        metavar="N",
        help="the most requests in flight; how many the gateway accepts is measured "
        "(default: AGENTSFLARE_MAX_CONCURRENCY)",
    )
    add("--rpm", type=positive, metavar="N", help="the account's limit of requests per minute")
    add("--tpm", type=positive, metavar="N", help="the account's limit of tokens per minute")


def _file(text: str) -> Path:
    # `Path` drops a slash at the end.
    if text.endswith(("/", os.sep)):
        raise argparse.ArgumentTypeError(f"{text} is a directory; name a file in it")
    return Path(text)


def _shard(text: str) -> Shard:
    number, _, shards = text.partition("/")
    try:
        shard = Shard(int(number), int(shards))
    except ValueError:
        shard = Shard(0, 0)
    if not 1 <= shard.number <= shard.shards:
        raise argparse.ArgumentTypeError(f"must be like 1/4, got {text!r}")
    return shard
