"""The parser of a command's options, with one-line errors that suggest corrections."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn

from agentsflare_kimi.cli import UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

__all__ = ["CommandParser", "parser_of"]

_UNKNOWN: Final = "unrecognized arguments: "


class CommandParser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` whose errors are printed by `agentsflare_kimi.cli.main`."""

    is_sought: ClassVar[bool] = False

    def error(self, message: str) -> NoReturn:
        """Raise a `UsageError` with *message* and a pointer to the help."""
        if message.startswith(_UNKNOWN):
            message = self._describe_unknown(message.removeprefix(_UNKNOWN).split())
        raise UsageError(f"{message}; see `{self.prog} --help`")

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help, unless `parser_of` asks for it only to get the parser."""
        if self.is_sought:
            raise _FoundError(self)
        super().print_help(file)

    def _describe_unknown(self, words: Iterable[str]) -> str:
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        if not options:
            return f"too many arguments: {' '.join(words)!r}"
        close = get_close_matches(options[0], self._option_string_actions, n=1)
        meant = f", did you mean {close[0]}?" if close else ""
        return f"unknown option {options[0]!r}{meant}"


class _FoundError(Exception):
    def __init__(self, parser: CommandParser) -> None:
        self.parser = parser
        super().__init__()


def parser_of(run: Callable[[list[str]], int]) -> CommandParser:
    """Return a command's parser, without running the command.

    Args:
        run: The function `run` of a command's module.

    Returns:
        Its parser.
    """
    CommandParser.is_sought = True
    try:
        run(["--help"])
    except _FoundError as found:
        return found.parser
    finally:
        CommandParser.is_sought = False
    raise TypeError(f"{run.__module__} prints its own help")
