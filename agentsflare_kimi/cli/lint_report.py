"""Fixes and reports the findings of `agentsflare-kimi lint`."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from agentsflare_kimi.cli.lint_options import BASELINE
from agentsflare_kimi.cli.lint_summary import Results, statistics, summary
from agentsflare_kimi.cli.lint_terminal import format_of, say, wants_colour
from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any, cast
from agentsflare_kimi.lint.files.packing import unpack
from agentsflare_kimi.lint.files.run import distinct
from agentsflare_kimi.lint.reporters import TEXT_FORMATS, Reported, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agentsflare_kimi.cli.lint_options import Options
    from agentsflare_kimi.lint.files.run import LintRun

__all__ = ["conclude", "finish"]


def finish(session: LintRun, options: Options, paths: list[bytes]) -> int:
    """Apply the requested fixes, and report the remaining findings.

    Args:
        session: The finished session.
        options: The command-line options.
        paths: The named paths.

    Returns:
        The exit code.
    """
    baseline = None
    if options.write_baseline or options.baseline or os.path.isfile(BASELINE):
        from agentsflare_kimi.cli.lint_baseline import Baseline  # noqa: PLC0415  # rarely there

        # Read before any file is changed, because it may be invalid.
        baseline = Baseline(options, paths)
    results = _results_of(session, options)
    if baseline and options.write_baseline:
        return baseline.write(results)
    if baseline:
        baseline.take_out(results)
    return conclude(results, options, _source_of)


def _results_of(session: LintRun, options: Options) -> Results:
    results = Results()
    wants_fixes = options.fix or options.diff or options.interactive
    for note in session.notes:
        say(f"note: {note}")
    for origin, (path, kind, value) in distinct(session.outcomes):
        if kind == "found":
            findings = unpack(cast("list[tuple[Any, ...]]", value))
            mends = wants_fixes and any(finding.fix for finding in findings)
            if mends:
                from agentsflare_kimi.cli.lint_fixes import mend  # noqa: PLC0415  # rarely asked

                mend(path, origin, findings, session.options, options, results)
            else:
                results.findings += findings
        else:
            say(f"{kind}: {os.fsdecode(path)}: {value}")
            results.failures += kind == "failed"
    results.findings.sort(key=lambda f: (f.filename, f.line, f.column, f.code))
    return results


def conclude(results: Results, options: Options, source_of: Callable[[str], str | None]) -> int:
    """Print findings or diffs, and a summary.

    Args:
        results: The results of the run.
        options: The command-line options.
        source_of: Returns a file's text.

    Returns:
        The exit code.
    """
    if options.diff:
        _print_lines(results.diffs, sys.stdout)
        # Remaining findings go to stderr, since the diff may be piped into `patch`.
        _print(_rendered("concise", results, options, source_of), sys.stderr)
    elif options.statistics:
        _print([statistics(results.findings, format_of(options))], sys.stdout)
    else:
        is_text = format_of(options) in TEXT_FORMATS
        if options.show_fixes:
            _print_lines(results.diffs, sys.stdout if is_text else sys.stderr)
        _print(_rendered(format_of(options), results, options, source_of), sys.stdout)
    if not options.quiet:
        _print_lines(summary(results, options), sys.stderr)
    return _exit_code(results, options)


def _rendered(
    name: str, results: Results, options: Options, source_of: Callable[[str], str | None]
) -> Iterable[str]:
    reported = Reported(
        findings=results.findings,
        root="" if name in TEXT_FORMATS else _root(),
        source_of=source_of,
        is_coloured=wants_colour(options) and name in TEXT_FORMATS and not options.diff,
        unsafe=bool(options.unsafe_fixes),
    )
    return render(name, reported)


def _root() -> str:
    from agentsflare_kimi.lint.files.git import find_repository  # noqa: PLC0415  # people need none

    here = os.fsencode(os.getcwd())
    return os.fsdecode(find_repository(here) or here)


@lru_cache(maxsize=16)
def _source_of(filename: str) -> str | None:
    from agentsflare_kimi.lint.files.decoding import decode  # noqa: PLC0415  # most formats need no source
    from agentsflare_kimi.lint.files.regular_files import (  # noqa: PLC0415  # same
        NotWrittenError,
        read_regular_file,
    )

    try:
        content, _ = read_regular_file(os.path.realpath(os.fsencode(filename)))
    except (OSError, NotWrittenError):
        return None
    source = decode(content, filename)
    return source.text if source else None


def _exit_code(results: Results, options: Options) -> int:
    if results.failures:
        return 2
    if options.exit_zero:
        return 0
    has_findings = any(finding.severity != "info" for finding in results.findings)
    counts_fixes = options.diff or options.exit_non_zero_on_fix
    return int(has_findings or bool(results.fixed and counts_fixes))


def _print(pieces: Iterable[str], stream: Any) -> None:  # noqa: ANN401  # stdout or stderr
    end = ""
    for piece in pieces:
        stream.write(piece)
        end = "\n" if piece else end
    stream.write(end)


def _print_lines(lines: Iterable[str], stream: Any) -> None:  # noqa: ANN401  # same
    _print("\n".join(lines), stream)
