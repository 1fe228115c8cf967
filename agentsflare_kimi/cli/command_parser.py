"""The parser of a command's options: an error is one line, with what was probably meant."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, NoReturn

from agentsflare_kimi.cli import UsageError

__all__ = ["CommandParser"]

_UNKNOWN: Final = "unrecognized arguments: "


class CommandParser(argparse.ArgumentParser):
    """`argparse.ArgumentParser` whose errors `agentsflare_kimi.cli.main` tells."""

    def error(self, message: str) -> NoReturn:
        """Raise a `UsageError` that says *message* and where the options are listed."""
        if message.startswith(_UNKNOWN):
            message = self._describe_unknown(message.removeprefix(_UNKNOWN).split())
        raise UsageError(f"{message}; see `{self.prog} --help`")

    def _describe_unknown(self, words: Iterable[str]) -> str:
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        if not options:
            return f"too many arguments: {' '.join(words)!r}"
        close = get_close_matches(options[0], self._option_string_actions, n=1)
        meant = f", did you mean {close[0]}?" if close else ""
        return f"unknown option {options[0]!r}{meant}"
