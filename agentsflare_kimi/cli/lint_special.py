"""Less common modes of `agentsflare-kimi lint`: stdin, watching, and information."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date

from agentsflare_kimi.cli import UsageError, tell
from agentsflare_kimi.cli.lint_options import paths_of, read_stdin, settings_of
from agentsflare_kimi.cli.lint_report import conclude
from agentsflare_kimi.cli.lint_summary import Results
from agentsflare_kimi.cli.lint_terminal import format_of
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.config import LintConfig, LintConfigError
from agentsflare_kimi.lint.edits.diffs import show_diff
from agentsflare_kimi.lint.files.decoding import decode
from agentsflare_kimi.lint.files.judging import settings_if_read
from agentsflare_kimi.lint.files.run import LintRun
from agentsflare_kimi.lint.files.settings_files import settings_for
from agentsflare_kimi.lint.reporters import TEXT_FORMATS
from agentsflare_kimi.lint.reporters.places import one_line
from agentsflare_kimi.lint.rules.explaining import as_data, explain, find_rules
from agentsflare_kimi.lint.texts import fix_text, lint_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agentsflare_kimi.cli.lint_options import Options

    Check = Callable[[Options, list[bytes]], int]
    _State = dict[bytes, tuple[int, int]]

__all__ = ["run"]

# The meaning of a setting that is not given.
_OPEN = {"today": "the present day", "migrate_to": "the catalog's successors"}
_LEAST_PAUSE = 0.5
# Checking for changes takes at most a tenth of the time.
_PAUSE_FACTOR = 10


def run(options: Options, check: Check) -> int:
    """Run the requested mode.

    Args:
        options: The command-line options.
        check: Reads files and directories, and reports the findings.

    Returns:
        The exit code.
    """
    if options.explain:
        return _explain(options)
    if options.show_settings:
        return _show_settings(options)
    if options.show_files:
        return _show_files(options)
    if options.watch:
        return _watch(options, check)
    return _lint_stdin(options)


def _explain(options: Options) -> int:
    rules = find_rules(options.explain)
    if not rules:
        raise UsageError(f"there is no rule {options.explain!r}; --explain ALL shows them")
    if format_of(options) in TEXT_FORMATS:
        print("\n\n".join(explain(rule) for rule in rules))
    else:
        print(json.dumps([as_data(rule) for rule in rules], indent=2))
    return 0


def _show_settings(options: Options) -> int:
    for path in paths_of(options):
        name = os.fsdecode(path)
        probe = os.path.join(name, "*") if os.path.isdir(path) else name
        settings = settings_for(probe, settings_of(options))
        print(f"# {one_line(name)}: {one_line(settings.source or 'no settings file')}")
        for field in LintConfig._fields:
            print(f"{field.replace('_', '-')} = {_shown(field, getattr(settings.config, field))}")
    return 0


def _shown(field: str, value: object) -> str:
    if isinstance(value, date):
        return str(value)
    if value is None:
        return _OPEN[field]
    return json.dumps(value)


def _show_files(options: Options) -> int:
    session = LintRun(settings_of(options))
    for path in sorted(_files_to_read(session, paths_of(options))):
        print(one_line(os.fsdecode(path)))
    for _, (path, _, reason) in session.outcomes:
        print(f"failed: {one_line(os.fsdecode(path))}: {reason}", file=sys.stderr)
    return 2 if session.outcomes else 0


def _files_to_read(session: LintRun, paths: list[bytes]) -> Iterator[bytes]:
    for is_named, root, path in _listed(session, paths):
        if is_named:
            settings = settings_for(os.fsdecode(path), session.options)
            is_read = not (settings.is_excluded and settings.config.force_exclude)
        else:
            is_file = os.path.isfile(path) and not os.path.islink(path)
            is_read = is_file and settings_if_read(root, path, session.options) is not None
        if is_read:
            yield path


def _listed(session: LintRun, paths: list[bytes]) -> Iterator[tuple[bool, bytes, bytes]]:
    """Yield, for each path, whether it was named, the directory that was listed, and the path."""
    for origin, root, files in session.list(paths):
        for path in files:
            if origin == "named" or not os.path.isdir(path) or os.path.islink(path.rstrip(b"/")):
                yield origin == "named", root, path
            elif session.enters(root, path):
                yield from _listed(session, [path.rstrip(b"/")])


def _watch(options: Options, check: Check) -> int:
    before = None
    told = ""
    while True:
        began = time.monotonic()
        try:
            before = _check_again(options, check, before)
            told = ""
        except LintConfigError as error:
            # Later, a settings file may just be in the middle of being written.
            if before is None:
                raise
            if str(error) != told:
                told = str(error)
                tell(error)
        time.sleep(max(_LEAST_PAUSE, _PAUSE_FACTOR * (time.monotonic() - began)))


def _check_again(options: Options, check: Check, before: _State | None) -> _State:
    now = _state(options)
    if now == before:
        return now
    check(options, paths_of(options))
    sys.stdout.flush()
    print("Watching; stop with Ctrl-C.", file=sys.stderr, flush=True)
    # Files changed by the fixes need no second run.
    return _state(options) if options.fix else now


def _state(options: Options) -> _State:
    state: _State = {}
    for _, _, path in _listed(LintRun(settings_of(options)), paths_of(options)):
        try:
            status = os.lstat(path)
        except OSError:
            # Deleted in the meantime; its absence from the state counts as a change.
            continue
        state[path] = status.st_mtime_ns, status.st_size
    return state


def _lint_stdin(options: Options) -> int:
    filename = options.stdin_filename or "-"
    settings = settings_for(filename, settings_of(options))
    content = read_stdin()
    source = decode(content, filename)
    if source is None:
        raise UsageError(f"{filename}: stdin is not text")
    results = Results()
    text = source.text
    if settings.is_excluded and settings.config.force_exclude:
        _echo(content, options)
        return 0
    if options.fix or options.diff:
        fixed = fix_text(text, filename, settings.config, unsafe=bool(options.unsafe_fixes))
        results.findings, results.fixed = list(fixed.remaining), list(fixed.fixed)
        results.diffs = show_diff(filename, text, fixed.text)
        text = fixed.text
        _echo(source.encode(text), options)
    else:
        results.findings = lint_text(text, filename, settings.config)
    # Only the fixed text goes to stdout, as with a formatter.
    stdout = sys.stdout
    try:
        if options.fix and not options.diff:
            sys.stdout = sys.stderr
        return conclude(results, options, lambda _: text)
    finally:
        sys.stdout = stdout


def _echo(content: bytes, options: Options) -> None:
    if options.fix and not options.diff:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
