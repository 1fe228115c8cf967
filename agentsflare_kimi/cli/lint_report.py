"""What `agentsflare-kimi lint` says and mends once something was found."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.lint_summary import Results, statistics, summary
from agentsflare_kimi.lint.baseline import FILENAME, apply_baseline, baseline_of, read_baseline
from agentsflare_kimi.lint.configuration import settings_for
from agentsflare_kimi.lint.decoding import decode
from agentsflare_kimi.lint.diffs import show_diff
from agentsflare_kimi.lint.fixing import fix_file
from agentsflare_kimi.lint.git import find_repository
from agentsflare_kimi.lint.packing import unpack
from agentsflare_kimi.lint.reporters import FORMATS, TEXT_FORMATS, Reported, render
from agentsflare_kimi.lint.reporters.places import one_line
from agentsflare_kimi.lint.writing import NotWrittenError, read_regular_file, replace_content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agentsflare_kimi.lint.findings import Finding
    from agentsflare_kimi.lint.fixing import FixedFile
    from agentsflare_kimi.lint.options import Options
    from agentsflare_kimi.lint.session import Options as Settings
    from agentsflare_kimi.lint.session import Session

__all__ = ["conclude", "finish", "format_of", "say", "wants_colour"]


def finish(session: Session, options: Options, paths: list[bytes]) -> int:
    """Fix what is to be fixed, and say what is left.

    Args:
        session: What was read.
        options: The command line.
        paths: What it names.

    Returns:
        The exit code.
    """
    format_of(options)
    results = Results()
    for note in session.notes:
        say(f"note: {note}")
    for origin, (path, kind, value) in session.outcomes:
        if kind == "found":
            findings = unpack(cast("list[tuple[Any, ...]]", value))
            _take_file(path, origin, findings, session.options, options, results)
        else:
            say(f"{kind}: {os.fsdecode(path)}: {value}")
            results.failures += kind == "failed"
    results.findings.sort(key=lambda f: (f.filename, f.line, f.column, f.code))
    if options.write_baseline:
        return _write_baseline(results, options, paths)
    _take_baseline(results, options, paths)
    return conclude(results, options, _source_of)


def conclude(results: Results, options: Options, source_of: Callable[[str], str | None]) -> int:
    """Print findings or diffs, and a summary.

    Args:
        results: What came of the run.
        options: The command line.
        source_of: File name to text.

    Returns:
        The exit code.
    """
    if options.diff:
        _print_lines(results.diffs, sys.stdout)
        # What would be left is no part of the diff, which may be piped into a patch.
        _print(_rendered("concise", results, options, source_of), sys.stderr)
    elif options.statistics:
        _print(statistics(results.findings, format_of(options)), sys.stdout)
    else:
        is_text = format_of(options) in TEXT_FORMATS
        if options.show_fixes:
            _print_lines(results.diffs, sys.stdout if is_text else sys.stderr)
        _print(_rendered(format_of(options), results, options, source_of), sys.stdout)
    if not options.quiet:
        _print_lines(summary(results, options), sys.stderr)
    return _exit_code(results, options)


def format_of(options: Options) -> str:
    """Tell the format to report in.

    Raises:
        UsageError: There is no such format.
    """
    name = "json" if options.json else options.output_format
    if name not in FORMATS:
        raise UsageError(f"unknown output format {name!r}; there are: {', '.join(FORMATS)}")
    return name


def wants_colour(options: Options) -> bool:
    """Tell whether to use colours on stdout: asked for, or a terminal that takes them."""
    if options.color not in {"auto", "always", "never"}:
        raise UsageError(f"--color takes auto, always or never, not {options.color!r}")
    if options.color != "auto":
        return options.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal


def say(line: str) -> None:
    """Print a line for people on stderr, whatever is in it."""
    print(one_line(line), file=sys.stderr)


def _take_file(
    path: bytes,
    origin: str,
    findings: list[Finding],
    settings: Settings,
    options: Options,
    results: Results,
) -> None:
    fixable = any(f.fix and (f.fix.is_safe or options.unsafe_fixes) for f in findings)
    if not (fixable and (options.fix or options.diff)):
        results.findings += findings
        return
    if origin == "untracked":
        say(
            f"{os.fsdecode(path)}: not fixed: git does not track it; name it to fix it all the same"
        )
        results.findings += findings
        return
    config = settings_for(os.fsdecode(path), settings).config
    try:
        write = not options.diff
        fixed = fix_file(path, config, unsafe=options.unsafe_fixes, write=write)
    except (NotWrittenError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        say(f"{os.fsdecode(path)}: not fixed: {reason}")
        results.findings += findings
        results.failures += 1
        return
    _keep_fixes(fixed, path, options, results)


def _keep_fixes(fixed: FixedFile, path: bytes, options: Options, results: Results) -> None:
    results.findings += fixed.result.remaining
    results.fixed += fixed.result.fixed
    if fixed.links > 1 and not options.diff:
        say(f"{os.fsdecode(path)}: fixed; its other hard links keep the old text")
    if options.diff or options.show_fixes:
        name = os.fsdecode(path)
        coloured = wants_colour(options)
        results.diffs += show_diff(name, fixed.before, fixed.result.text, is_coloured=coloured)


def _rendered(
    name: str, results: Results, options: Options, source_of: Callable[[str], str | None]
) -> str:
    reported = Reported(
        findings=tuple(results.findings),
        root=_root(),
        source_of=source_of,
        is_coloured=wants_colour(options) and name in TEXT_FORMATS and not options.diff,
        unsafe=options.unsafe_fixes,
    )
    return render(name, reported)


def _root() -> str:
    here = os.fsencode(os.getcwd())
    return os.fsdecode(find_repository(here) or here)


@lru_cache(maxsize=16)
def _source_of(filename: str) -> str | None:
    try:
        content, _ = read_regular_file(os.path.realpath(os.fsencode(filename)))
    except (OSError, NotWrittenError):
        return None
    source = decode(content, filename)
    return source.text if source else None


def _baseline_path(options: Options) -> str:
    return options.baseline or FILENAME


def _take_baseline(results: Results, options: Options, paths: list[bytes]) -> None:
    path = _baseline_path(options)
    if not (options.baseline or os.path.exists(path)):
        return
    checked = [os.fsdecode(p) for p in paths]
    directory = os.path.dirname(os.path.abspath(path))
    known = read_baseline(path)
    # A file that was left out by its name is not one in which nothing was found.
    results.findings, prunable = apply_baseline(results.findings, known, directory, checked)
    for line in prunable:
        say(f"baseline: {line}; prune it with --write-baseline")


def _write_baseline(results: Results, options: Options, paths: list[bytes]) -> int:
    path = _baseline_path(options)
    directory = os.path.dirname(os.path.abspath(path))
    known = read_baseline(path) if os.path.exists(path) else dict[tuple[str, str], int]()
    checked = [os.fsdecode(p) for p in paths]
    content = baseline_of(results.findings, directory, known, checked).encode()
    _, prunable = apply_baseline(results.findings, known, directory, checked)
    if os.path.exists(path):
        before, _ = read_regular_file(os.path.realpath(os.fsencode(path)))
        replace_content(os.fsencode(path), before, content)
    else:
        with open(path, "xb") as file:
            file.write(content)
    for line in prunable:
        say(f"baseline: pruned: {line}")
    say(f"{path}: {len(results.findings)} findings are known from now on")
    return 2 if results.failures else 0


def _exit_code(results: Results, options: Options) -> int:
    if results.failures:
        return 2
    if options.exit_zero:
        return 0
    has_findings = any(finding.severity != "info" for finding in results.findings)
    counts_fixes = options.diff or options.exit_non_zero_on_fix
    return int(has_findings or bool(results.fixed and counts_fixes))


def _print(text: str, stream: Any) -> None:  # noqa: ANN401  # stdout or stderr
    if text:
        print(text, file=stream)


def _print_lines(lines: Iterable[str], stream: Any) -> None:  # noqa: ANN401  # same
    _print("\n".join(lines), stream)
