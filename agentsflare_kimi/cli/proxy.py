"""`agentsflare-kimi proxy`: migrate requests from programs in any language, until SIGTERM."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import signal
import socket
import sys
import traceback
import warnings
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from agentsflare_kimi.base_url import is_loopback
from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.command_parser import CommandParser
from agentsflare_kimi.cli.numbers import count, count_or_zero, port_number

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from structlog.typing import EventDict

__all__ = ["PURPOSE", "application", "run"]

PURPOSE: Final = "repair requests from programs in any language on their way to the gateway"

_EPILOG: Final = (
    "Callers set their base URL to the proxy's and keep their own key. Every AGENTSFLARE_ variable "
    "and every AGENTSFLARE_PROXY_ variable counts; an option wins over its variable. A token in "
    "AGENTSFLARE_PROXY_TOKENS does not show in the list of processes, one after --token does; nor "
    "does a password in AGENTSFLARE_PROXY_MEMORY."
)
_INTERRUPTED: Final = 130
_BACKLOG: Final = 2_048
# In seconds; clients' pools keep connections longer than a server's usual five.
_KEEPALIVE: Final = 75
# Option to variable.
_VARIABLES: Final = {
    "token": "AGENTSFLARE_PROXY_TOKENS",
    "pass_keys": "AGENTSFLARE_PROXY_PASS_KEYS",
    "allow_host": "AGENTSFLARE_PROXY_ALLOWED_HOSTS",
    "unknown_paths": "AGENTSFLARE_PROXY_UNKNOWN_PATHS",
    "max_body_bytes": "AGENTSFLARE_PROXY_MAX_BODY_BYTES",
    "public_metrics": "AGENTSFLARE_PROXY_PUBLIC_METRICS",
    "upstream": "AGENTSFLARE_BASE_URL",
    "memory": "AGENTSFLARE_PROXY_MEMORY",
    "log_json": "AGENTSFLARE_PROXY_LOG_JSON",
}


def run(arguments: list[str]) -> int:
    """Run the command.

    Args:
        arguments: The arguments after `proxy`.

    Returns:
        0 when the requests in flight are done, or were given up after `--drain` seconds; 130
        if a second Ctrl-C ended them.

    Raises:
        UsageError: An option or an address cannot be used.
        ConfigurationError: A setting is wrong.
    """
    options = _parser().parse_args(arguments)
    _export(options)
    _check(options.host)
    import uvicorn  # noqa: PLC0415  # `_check` says so if it is missing
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415  # as above

    listener = _listen(options.host, options.port)
    config = uvicorn.Config(
        "agentsflare_kimi.cli.proxy:application",
        factory=True,
        workers=options.workers,
        http="h11",  # it enforces the limit on headers while reading them
        h11_max_incomplete_event_size=_header_bytes(),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEPALIVE,
        timeout_graceful_shutdown=options.drain,
    )
    _greet(listener, options.host)
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        # The server handles the signal, and raises it again after it has ended.
        signal.signal(number, _let_it_end)
    if options.workers > 1:
        with TemporaryDirectory(prefix="agentsflare-kimi-metrics-") as folder:
            # The workers' metrics are summed up there; read when a worker loads the library.
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
            Multiprocess(config, sockets=[listener]).run()
    else:
        server.run(sockets=[listener])
    return _INTERRUPTED if server.force_exit else 0


def _let_it_end(_number: int, _frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, workers do not inherit this."""


def application() -> ASGIApp:
    """Make the application that the command serves, with a log on stderr."""
    import structlog  # noqa: PLC0415  # in each worker

    from agentsflare_kimi.errors import KimiWarning  # noqa: PLC0415  # loads the SDK
    from agentsflare_kimi.proxy import create_app  # noqa: PLC0415  # as above
    from agentsflare_kimi.proxy.options import ProxySettings  # noqa: PLC0415  # as above

    render: Any = structlog.processors.KeyValueRenderer(key_order=["timestamp", "event"])
    if ProxySettings().log_json:
        render = structlog.processors.JSONRenderer()
    stamp: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*stamp, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter
    handler = logging.StreamHandler()
    handler.setFormatter(
        formatter(
            foreign_pre_chain=stamp,
            processors=[formatter.remove_processors_meta, _without_message, render],
        )
    )
    logging.getLogger("uvicorn").addHandler(handler)
    # Each is an event in the log already.
    warnings.simplefilter("ignore", KimiWarning)
    return create_app()


def _without_message(_logger: object, _name: str, event: EventDict) -> EventDict:
    # The message of an exception may quote the prompt.
    kind, _, stack = event.pop("exc_info", None) or (None, None, None)
    if kind is not None:
        event.update(kind=kind.__name__, stack="".join(traceback.format_tb(stack)))
    return event


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="agentsflare-kimi proxy",
        description="Serve the gateway to programs in any language, with this package's repairs.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to bind to (%(default)s)")
    add(
        "--port",
        type=port_number,
        default=8766,
        help="port to bind to; 0: any free one (%(default)s)",
    )
    add("--token", action="append", help="what callers send as their key; the gateway's stays here")
    add("--pass-keys", action="store_true", help="serve other machines, each with its own key")
    add(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="a host name by which callers reach the proxy",
    )
    add("--upstream", metavar="URL", help="the gateway (AGENTSFLARE_BASE_URL)")
    add("--unknown-paths", choices=("pass", "refuse"), help="pass on other endpoints, or 404")
    add("--max-body-bytes", type=count, metavar="N", help="the largest request body")
    add("--public-metrics", action="store_true", help="let other machines read /metrics")
    add("--workers", type=count, default=1, metavar="N", help="processes (%(default)s)")
    add("--memory", metavar="URL", help="a Redis or Valkey server through which workers share")
    add(
        "--drain",
        type=count_or_zero,
        default=30,
        metavar="S",
        help="seconds for open streams at the end (%(default)s)",
    )
    add("--log-json", action="store_true", help="log one JSON object per line")
    add("--env-file", metavar="FILE", help="a .env file to read; the environment wins")
    return parser


def _export(options: argparse.Namespace) -> None:
    # Workers are separate processes, and read the environment.
    if options.env_file:
        from agentsflare_kimi.env_file import read_env_file  # noqa: PLC0415  # loads the SDK

        for name, value in read_env_file(options.env_file).items():
            if name.startswith("AGENTSFLARE_"):
                os.environ.setdefault(name, value)
    for name, variable in _VARIABLES.items():
        given: object = getattr(options, name)
        if isinstance(given, list):
            os.environ[variable] = json.dumps(given)
        elif given:
            os.environ[variable] = str(given)


def _check(host: str) -> None:
    from agentsflare_kimi.proxy.access import Gate  # noqa: PLC0415  # after the variables are set
    from agentsflare_kimi.proxy.options import ProxySettings, store_of  # noqa: PLC0415  # as above
    from agentsflare_kimi.settings import KimiSettings  # noqa: PLC0415  # loads the SDK

    chosen = ProxySettings()
    Gate(chosen, KimiSettings())
    store_of(chosen)
    if not is_loopback(host) and not chosen.serves_others:
        raise UsageError(
            f"--host {host} would serve other machines: say how to recognise them, with --token "
            "(the gateway's key stays here) or --pass-keys (each sends its own)"
        )


def _header_bytes() -> int:
    from agentsflare_kimi.proxy.options import ProxySettings  # noqa: PLC0415  # as above

    return ProxySettings().max_header_bytes


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        hint = ""
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            hint = "; --port 0 takes any free one"
        # asyncio and socket add the address to the reason.
        reason = f"{getattr(error, 'strerror', None) or error}".partition(" (while")[0]
        raise UsageError(f"cannot bind to {host} port {port}: {reason}{hint}") from error
    # Connections inherit this. asyncio does not set it for a listener made like this, and every
    # response would wait 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _greet(listener: socket.socket, host: str) -> None:
    port = listener.getsockname()[1]
    print(f"export OPENAI_BASE_URL=http://{f'[{host}]' if ':' in host else host}:{port}/v1")
    sys.stdout.flush()
    print("Ctrl-C ends it", file=sys.stderr, flush=True)
