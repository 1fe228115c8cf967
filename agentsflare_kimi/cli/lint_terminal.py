"""The output of `agentsflare-kimi lint`: its format, its colours, its lines on stderr."""

from __future__ import annotations

import os
import sys

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.reporters import FORMATS
from agentsflare_kimi.lint.reporters.places import one_line

if TYPE_CHECKING:
    from agentsflare_kimi.cli.lint_options import Options

__all__ = ["format_of", "say", "wants_colour"]


def format_of(options: Options) -> str:
    """Return the output format.

    Raises:
        UsageError: There is no such format.
    """
    name = "json" if options.json else options.output_format
    if name not in FORMATS:
        raise UsageError(f"unknown output format {name!r}; there are: {', '.join(FORMATS)}")
    return name


def wants_colour(options: Options) -> bool:
    """Tell whether to use colours on stdout: on request, or on a terminal that supports them."""
    if options.color != "auto":
        return options.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal


def say(line: str) -> None:
    """Print a line for people on stderr, with any content escaped."""
    print(one_line(line), file=sys.stderr)
