"""`agentsflare-kimi serve`: run the gateway emulator until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import json
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.numbers import port_number
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from agentsflare_kimi.emulator import Emulator, RecordedRequest

__all__ = ["PURPOSE", "run"]

PURPOSE: Final = "run the gateway emulator"

_EPILOG: Final = (
    "A request can choose its own scenario: with the header x-emulator-scenario, or with a "
    "suffix of the model's name, such as kimi-k2.6@rate-limited."
)


def run(arguments: list[str]) -> int:
    """Run the command.

    Args:
        arguments: The arguments after `serve`.

    Returns:
        0 when interrupted.

    Raises:
        UsageError: A scenario, a file or an address cannot be used.
    """
    options = _parser().parse_args(arguments)
    if options.list_scenarios:
        _list_scenarios(as_json=options.json)
        return 0
    emulator = _start(options)
    try:
        _greet(emulator, is_recording=options.record is not None)
        _wait()
    finally:
        emulator.close()
    _say(str(emulator.report()))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="agentsflare-kimi serve",
        description="Run an emulator of the gateway on this machine, until Ctrl-C.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add(
        "--port",
        type=port_number,
        default=8765,
        help="port to bind to; 0: any free one (%(default)s)",
    )
    add("--host", default="127.0.0.1", help="address to bind to (%(default)s)")
    add("--scenario", default="ok", help="for every request; or several with commas, one each")
    add("--list-scenarios", action="store_true", help="list the scenarios and exit")
    add("--json", action="store_true", help="list them as JSON")
    add("--latency", type=float, default=0.0, metavar="S", help="seconds before an answer")
    add("--tokens-per-second", type=float, metavar="N", help="how fast answers come")
    add("--max-concurrency", type=int, metavar="N", help="answer 429 to more requests at once")
    add("--tool-rounds", type=int, default=1, metavar="N", help="tool calls before the answer")
    add("--lenient", action="store_true", help="accept parameters that the models reject")
    add("--replay", metavar="FILE", help="answer from a recording, and from nothing else")
    add("--record", metavar="FILE", help="pass everything on to --upstream, and record it")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--append", action="store_true", help="add to a recording that exists")
    kept.add_argument("--overwrite", action="store_true", help="replace one that exists")
    add("--upstream", default="https://api.agentsflare.com/v1", help="(%(default)s)")
    add("--redact-prompts", action="store_true", help="leave the prompts out of the recording")
    add("--quiet", action="store_true", help="do not log the requests")
    return parser


def _start(options: argparse.Namespace) -> Emulator:
    from agentsflare_kimi.emulator import Emulator  # noqa: PLC0415  # --help needs none

    names = options.scenario.split(",")
    try:
        _check_recording(options)
        emulator = Emulator(
            scenario=names[0] if len(names) == 1 else names,
            strict=not options.lenient,
            latency=options.latency,
            tokens_per_second=options.tokens_per_second,
            tool_rounds=options.tool_rounds,
            max_concurrency=options.max_concurrency,
            host=options.host,
            port=options.port,
            on_reply=None if options.quiet else _log,
            replay=options.replay,
            record=options.record,
            upstream=options.upstream,
            redact_prompts=options.redact_prompts,
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            emulator.start()
        if options.overwrite:
            # Only now, so that a failed start keeps the old recording.
            os.truncate(options.record, 0)
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        place = error.filename or f"{options.host} port {options.port}"
        hint = "; --port 0 takes any free one" if error.errno == errno.EADDRINUSE else ""
        raise UsageError(f"cannot use {place}: {error.strerror}{hint}") from error
    for warning in caught:
        _say(f"warning: {warning.message}")
    return emulator


def _check_recording(options: argparse.Namespace) -> None:
    if not options.record:
        if options.append or options.overwrite:
            raise UsageError("--append and --overwrite say what to do with the file of --record")
        return
    path = Path(options.record)
    is_full = path.is_file() and path.stat().st_size
    if is_full and not options.append and not options.overwrite:
        raise UsageError(
            f"{options.record} holds a recording already: add --append to continue it, or "
            "--overwrite to replace it"
        )


def _list_scenarios(*, as_json: bool) -> None:
    from agentsflare_kimi.emulator import list_scenarios  # noqa: PLC0415  # as above

    rows = [(row.name, row.summary, row.source) for row in list_scenarios()]
    if as_json:
        names = "name", "summary", "source"
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=2))
        return
    width = max(len(name) for name, _, _ in rows)
    for name, summary, _ in rows:
        print(f"{name:<{width}}  {summary}")


def _greet(emulator: Emulator, *, is_recording: bool) -> None:
    print(f"export AGENTSFLARE_BASE_URL={emulator.base_url}")
    if is_recording:
        _say("recording; keep your own AGENTSFLARE_API_KEY, it is passed on and not recorded")
    else:
        print(f"export AGENTSFLARE_API_KEY={emulator.api_key}")
    sys.stdout.flush()
    _say("Ctrl-C ends it")


def _wait() -> None:
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    stopped.wait()


def _log(request: RecordedRequest) -> None:
    finished = request.finished_at or request.received_at
    fields = [
        time.strftime("%H:%M:%S", time.localtime(request.received_at)),
        request.method,
        request.path,
        request.model,
        "stream" if request.is_stream else "",
        str(request.status or ""),
        f"{(finished - request.received_at) * 1000:.0f} ms",
        "" if request.outcome == "sent" else request.outcome,
        "" if request.scenario == "ok" else f"[{request.scenario}]",
    ]
    _say(printable(" ".join(filter(None, fields)).replace("\n", " ")))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
