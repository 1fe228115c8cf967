"""The command `agentsflare-kimi`: finds a subcommand's module and runs it.

Each command is a module here with a `PURPOSE`, one line of help, and
`run(arguments: list[str]) -> int`; `make generate` lists them in `index.py`. Nothing else is
imported, so that `agentsflare-kimi lint` on a clean file takes little longer than Python itself.
Exit codes: 0 success, 1 findings or a failed check, 2 a usage or configuration error.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from agentsflare_kimi.cli.index import COMMANDS

TYPE_CHECKING = False  # importing `typing` takes a quarter of the run time on a clean file
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["COMMANDS", "UsageError", "main", "say", "tell"]

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_DEFECT = 2
_ISSUES = "https://github.com/agentsflare/agentsflare-kimi/issues"


class UsageError(Exception):
    """The command was used incorrectly: one line on stderr, exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments after the program's name; by default the process's own.

    Returns:
        The exit code.
    """
    arguments, is_debugging = _take_debug(list(sys.argv[1:] if argv is None else argv))
    try:
        _replace_closed_streams()
        _carry_any_text()
        code = _dispatch(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _give_up_stdout()
        return _BROKEN_PIPE
    except _foreseeable() as error:
        if is_debugging:
            sys.excepthook(type(error), error, error.__traceback__)
        code = tell(error)
        if isinstance(error, OSError):
            _give_up_stdout()
    except Exception as error:  # noqa: BLE001  # told; Python's own code would say "findings"
        if is_debugging:
            sys.excepthook(type(error), error, error.__traceback__)
        tell(_defect(error))
        return _DEFECT
    return code


def _take_debug(arguments: list[str]) -> tuple[list[str], bool]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    ours = [argument for argument in arguments[:end] if argument != "--debug"]
    return ours + arguments[end:], len(ours) < end


def _defect(error: Exception) -> Exception:
    reason = f"{type(error).__name__}: {error}".removesuffix(": ")
    return UsageError(
        f"{reason}. This is a defect of agentsflare-kimi: run the command again with --debug, and "
        f"report what that prints at {_ISSUES}"
    )


def _give_up_stdout() -> None:
    try:
        # The stream that cannot be written to may be stderr.
        sys.stdout.flush()
    except OSError:
        # Python would flush again at exit, and report the same error again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _dispatch(arguments: list[str]) -> int:
    command = arguments[0] if arguments else None
    if command in COMMANDS:
        return _load(command)(arguments[1:])
    if command in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if command in {"-V", "--version"}:
        from agentsflare_kimi import __version__  # noqa: PLC0415  # only this option needs it

        print(f"agentsflare-kimi {__version__}")
        return 0
    if command is None:
        print(_help(), file=sys.stderr)
        return 2
    if command.startswith("-"):
        raise UsageError(f"unknown option {command!r}; a command's options follow its name")
    raise UsageError(
        f"unknown command {command!r}{_suggestion(command)}; there are: {', '.join(COMMANDS)}"
    )


def _suggestion(command: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only after an error

    close = get_close_matches(command, COMMANDS, n=1)
    return f", did you mean {close[0]}?" if close else ""


def _load(command: str) -> Callable[[list[str]], int]:
    name = f"agentsflare_kimi.cli.{command}"
    __import__(name)
    return sys.modules[name].run


def _help() -> str:
    rows = "\n".join(f"  {name:<10} {purpose}" for name, purpose in COMMANDS.items())
    return (
        "usage: agentsflare-kimi COMMAND [OPTIONS]\n\n"
        f"commands:\n{rows}\n\n"
        "options:\n  --help       this text; after a command: that command's options\n"
        "  --version    the version\n"
        "  --debug      with a command: show the traceback of an error, too\n\n"
        "exit codes: 0 done, 1 findings or a failed check, 2 wrong use or configuration"
    )


def _replace_closed_streams() -> None:
    # Python sets a stream that was closed at the start to None, which print() takes to mean
    # stdout; without stdout no findings can be reported.
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115  # pathlib is slow to load, and it stays open
    if sys.stdout is None:
        raise UsageError("stdout is closed")


def _carry_any_text() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _foreseeable() -> tuple[type[Exception], ...]:
    # Not imported here: code that raises such an error has already loaded its module.
    homes = (("openai", "OpenAIError"), ("agentsflare_kimi.lint.config", "LintConfigError"))
    loaded = [getattr(sys.modules[home], name) for home, name in homes if home in sys.modules]
    return (UsageError, OSError, *loaded)


def say(text: str, end: str = "\n") -> None:
    """Print *text* on stderr; if that fails, as on a full disk, only the exit code tells."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:
        # Python would try again at exit, and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def tell(error: Exception) -> int:
    """Print an error and its notes on stderr, escaped for a terminal.

    Args:
        error: The exception.

    Returns:
        The matching exit code.
    """
    from agentsflare_kimi.cli.own_words import in_own_words  # noqa: PLC0415  # only errors need it
    from agentsflare_kimi.printable import printable  # noqa: PLC0415

    line = " ".join(_text_of(error).split()) or type(error).__name__
    lines = [f"agentsflare-kimi: error: {printable(in_own_words(line))}"]
    lines += [printable(in_own_words(note)) for note in getattr(error, "__notes__", ())]
    say("\n".join(lines))
    openai = sys.modules.get("openai")
    return 1 if openai is not None and isinstance(error, openai.APIError) else 2


def _text_of(error: Exception) -> str:
    """Return what happened; to a file, without the error's number."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    named = isinstance(error.filename, (str, bytes))  # else it may be a descriptor
    return f"{os.fsdecode(error.filename)}: {error.strerror}" if named else error.strerror
