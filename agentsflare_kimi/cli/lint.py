"""`agentsflare-kimi lint`: finds and fixes retired model names and rejected parameters.

Only what a clean file needs is here; the rest is loaded when there is something to report.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

from agentsflare_kimi.cli.lint_options import (
    BASELINE,
    Options,
    help_text,
    parse_options,
    paths_of,
    settings_of,
)
from agentsflare_kimi.lint.files.run import LintRun

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PURPOSE", "run"]

PURPOSE = "find and fix retired model names and rejected parameters in source trees"

# With these formats, something is printed even if nothing is found.
_TEXT_FORMATS = ("full", "concise", "grouped", "pylint")
_MOST_GARBAGE = 100_000


def run(arguments: list[str]) -> int:
    """Run the command.

    Args:
        arguments: The arguments after `agentsflare-kimi lint`.

    Returns:
        The exit code: 0 clean, 1 findings, 2 a file could not be read or written.
    """
    options = parse_options(arguments)
    if options.help:
        print(help_text())
        return 0
    threshold = gc.get_threshold()
    # Imported objects live until exit, so searching them for garbage is wasted: it takes a
    # twentieth of the time for one file, and twice that at exit.
    gc.set_threshold(_MOST_GARBAGE)
    atexit.register(gc.freeze)
    try:
        return _lint(options)
    finally:
        gc.set_threshold(*threshold)


def _lint(options: Options) -> int:
    if options.output_format not in _TEXT_FORMATS:
        from agentsflare_kimi.cli.lint_terminal import format_of  # noqa: PLC0415  # rarely given

        format_of(options)
    if options.interactive:
        from agentsflare_kimi.cli.lint_questions import questions  # noqa: PLC0415  # rarely asked for

        questions()
    if _is_special(options):
        from agentsflare_kimi.cli import lint_special  # noqa: PLC0415  # rarely asked for

        return lint_special.run(options, check)
    return check(options, paths_of(options))


def check(options: Options, paths: list[bytes]) -> int:
    """Read files and directories, and report the findings.

    Args:
        options: The command-line options.
        paths: The files and directories.

    Returns:
        The exit code.
    """
    session = LintRun(settings_of(options), _progress())
    session.read(paths)
    _end_progress()
    if not (session.outcomes or session.notes or _has_more_to_say(options)):
        if not options.quiet:
            print(f"Nothing found in {_files(session.checked)}.", file=sys.stderr)
        return 0
    from agentsflare_kimi.cli import lint_report  # noqa: PLC0415  # a clean file does without

    return lint_report.finish(session, options, paths)


def _is_special(options: Options) -> bool:
    is_stdin = "-" in options.paths or (options.stdin_filename and not options.paths)
    asks = options.explain or options.show_files or options.show_settings or options.watch
    return bool(is_stdin or asks)


def _has_more_to_say(options: Options) -> bool:
    is_for_people = options.output_format in _TEXT_FORMATS and not options.json
    has_baseline = options.baseline or options.write_baseline or os.path.isfile(BASELINE)
    return bool(not is_for_people or options.statistics or has_baseline)


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


def _progress() -> Callable[[int], None] | None:
    if not (sys.stderr and sys.stderr.isatty()):
        return None
    read = 0

    def show(count: int) -> None:
        nonlocal read
        read += count
        print(f"\rRead {_files(read)}", end="", file=sys.stderr, flush=True)

    return show


def _end_progress() -> None:
    if sys.stderr and sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
