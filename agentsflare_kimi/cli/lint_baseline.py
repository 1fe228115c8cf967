"""Reads, applies and writes the baseline of `agentsflare-kimi lint`."""

from __future__ import annotations

import os
from contextlib import suppress

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.lint_options import BASELINE
from agentsflare_kimi.cli.lint_terminal import say
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.baseline import apply_baseline, baseline_of, read_baseline
from agentsflare_kimi.lint.config import LintConfig
from agentsflare_kimi.lint.files.discovery import TEMPORARY_PREFIX
from agentsflare_kimi.lint.files.regular_files import NotWrittenError, read_regular_file
from agentsflare_kimi.lint.files.writing import replace_content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agentsflare_kimi.cli.lint_options import Options
    from agentsflare_kimi.cli.lint_summary import Results
    from agentsflare_kimi.lint.findings import Finding

__all__ = ["Baseline"]


class Baseline:
    """The findings known before the run."""

    def __init__(self, options: Options, paths: list[bytes]) -> None:
        """Read the baseline.

        Args:
            options: The command-line options.
            paths: The named paths.

        Raises:
            LintConfigError: The file is not a baseline, or was requested and does not exist.
            UsageError: It should be written, but is a directory, a pipe or the like.
        """
        self._path = options.baseline or BASELINE
        self._directory = os.path.dirname(os.path.abspath(self._path))
        self._checked = [os.fsdecode(path) for path in paths]
        self._was_run = _runs(options)
        is_new = options.write_baseline and not os.path.exists(self._path)
        if options.write_baseline and not (is_new or os.path.isfile(self._path)):
            raise UsageError(f"{self._path}: not written: not a regular file")
        self._known: Mapping[tuple[str, str], int] = {} if is_new else read_baseline(self._path)

    def take_out(self, results: Results) -> None:
        """Remove known findings from the results; report their number, and what can be pruned.

        Args:
            results: The results of the run.
        """
        found = len(results.findings)
        results.findings, prunable = self._applied(results)
        results.hidden = found - len(results.findings)
        for line in prunable:
            say(f"baseline: {line}; prune it with --write-baseline")

    def write(self, results: Results) -> int:
        """Write the findings as known, and keep the counts of other paths.

        Args:
            results: The results of the run.

        Returns:
            The exit code.
        """
        _, prunable = self._applied(results)
        content = baseline_of(
            results.findings, self._directory, self._known, self._checked, self._was_run
        )
        _write(self._path, content.encode())
        for line in prunable:
            say(f"baseline: pruned: {line}")
        say(f"{self._path}: {len(results.findings)} findings are known from now on")
        return 2 if results.failures else 0

    def _applied(self, results: Results) -> tuple[list[Finding], list[str]]:
        return apply_baseline(
            results.findings, self._known, self._directory, self._checked, self._was_run
        )


def _runs(options: Options) -> Callable[[str], bool]:
    """Return a function that tells whether a rule is run as of the present day."""
    config = LintConfig(
        select=tuple(options.select),
        extend_select=tuple(options.extend_select),
        ignore=(*options.ignore, *(pair.rpartition(":")[2] for pair in options.per_file_ignores)),
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
    """Create a file atomically."""
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
