"""`agentsflare-kimi lint` and the findings that are known and put off."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.lint import BASELINE
from agentsflare_kimi.cli.lint_report import say
from agentsflare_kimi.lint.baseline import apply_baseline, baseline_of, read_baseline
from agentsflare_kimi.lint.config import LintConfig
from agentsflare_kimi.lint.discovery import TEMPORARY_PREFIX
from agentsflare_kimi.lint.writing import NotWrittenError, read_regular_file, replace_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentsflare_kimi.cli.lint_summary import Results
    from agentsflare_kimi.lint.options import Options

__all__ = ["take_out", "write"]


def take_out(results: Results, options: Options, paths: list[bytes]) -> None:
    """Take out of the results what the baseline knows, and say what can be pruned.

    Args:
        results: What came of the run.
        options: The command line.
        paths: What it names.
    """
    path = options.baseline or BASELINE
    directory = os.path.dirname(os.path.abspath(path))
    checked = [os.fsdecode(each) for each in paths]
    known = read_baseline(path)
    results.findings, prunable = apply_baseline(
        results.findings, known, directory, checked, _runs(options)
    )
    for line in prunable:
        say(f"baseline: {line}; prune it with --write-baseline")


def write(results: Results, options: Options, paths: list[bytes]) -> int:
    """Count what was found as known; what other paths have stays known.

    Args:
        results: What came of the run.
        options: The command line.
        paths: What it names.

    Returns:
        The exit code.
    """
    path = options.baseline or BASELINE
    directory = os.path.dirname(os.path.abspath(path))
    checked = [os.fsdecode(each) for each in paths]
    known = read_baseline(path) if os.path.exists(path) else dict[tuple[str, str], int]()
    _, prunable = apply_baseline(results.findings, known, directory, checked, _runs(options))
    content = baseline_of(results.findings, directory, known, checked, _runs(options)).encode()
    _write(path, content)
    for line in prunable:
        say(f"baseline: pruned: {line}")
    say(f"{path}: {len(results.findings)} findings are known from now on")
    return 2 if results.failures else 0


def _runs(options: Options) -> Callable[[str], bool]:
    """Tell which rules the command line lets look at the present day."""
    config = LintConfig(
        select=tuple(options.select),
        extend_select=tuple(options.extend_select),
        ignore=tuple(options.ignore),
    )
    return lambda code: not options.today and config.is_selected(code)


def _write(path: str, content: bytes) -> None:
    name = os.fsencode(path)
    try:
        if os.path.lexists(name):
            before, _ = read_regular_file(os.path.realpath(name))
            replace_content(name, before, content)
        else:
            _create(name, content)
    except (NotWrittenError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: not written: {reason}") from error


def _create(path: bytes, content: bytes) -> None:
    """Make a file that is there as a whole or not at all."""
    temporary = os.path.join(os.path.dirname(path), TEMPORARY_PREFIX + os.urandom(8).hex().encode())
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
