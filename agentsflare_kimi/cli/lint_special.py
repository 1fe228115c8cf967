"""What `agentsflare-kimi lint` is asked for less often: stdin, watching, and questions."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from typing import TYPE_CHECKING

from agentsflare_kimi.cli import UsageError, lint, tell
from agentsflare_kimi.cli.lint_report import conclude, format_of
from agentsflare_kimi.cli.lint_summary import Results
from agentsflare_kimi.lint.config import LintConfig, LintConfigError, check_codes
from agentsflare_kimi.lint.configuration import settings_for
from agentsflare_kimi.lint.decoding import decode
from agentsflare_kimi.lint.diffs import show_diff
from agentsflare_kimi.lint.explaining import as_data, explain, find_rules
from agentsflare_kimi.lint.judging import settings_if_read
from agentsflare_kimi.lint.reporters import TEXT_FORMATS
from agentsflare_kimi.lint.reporters.places import one_line
from agentsflare_kimi.lint.session import Session
from agentsflare_kimi.lint.texts import fix_text, lint_text
from agentsflare_kimi.models.values import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentsflare_kimi.lint.options import Options

    _State = dict[bytes, tuple[int, int]]

__all__ = ["checked", "run"]

_LEAST_PAUSE = 0.5
# Looking takes time too: at most a tenth of it goes into looking.
_PAUSE_FACTOR = 10


def run(options: Options) -> int:
    """Do what was asked for.

    Args:
        options: The command line.

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
        return _watch(options)
    return _lint_stdin(options)


def checked(settings: dict[str, object], options: Options) -> dict[str, object]:
    """Check the settings that the command line gives.

    Args:
        settings: Names and values that need no more than a check.
        options: The command line.

    Returns:
        The same, with the day and the rules that are ignored in some files.

    Raises:
        UsageError: A code is no rule's, or the day is none.
    """
    for name in settings.keys() & {"select", "extend_select", "ignore"}:
        _check_codes(f"--{name.replace('_', '-')}", list(settings[name]))  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownArgumentType]  # these are tuples of strings
    if options.per_file_ignores:
        settings = {**settings, "per_file_ignores": _per_file(options.per_file_ignores)}
    if options.today:
        settings = {**settings, "today": _day(options.today)}
    return settings


def _per_file(pairs: list[str]) -> dict[str, tuple[str, ...]]:
    ignores: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        pattern, colon, code = pair.rpartition(":")
        if not (pattern and colon):
            raise UsageError(f"--per-file-ignores takes FILES:RULE such as *.md:AFK1, not {pair!r}")
        _check_codes("--per-file-ignores", [code])
        ignores[pattern] = (*ignores.get(pattern, ()), code)
    return ignores


def _day(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"--today takes a day such as 2026-12-31, not {day!r}") from None


def _check_codes(option: str, codes: list[str]) -> None:
    try:
        check_codes(codes)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


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
    for path in lint.paths_of(options):
        name = os.fsdecode(path)
        probe = os.path.join(name, "*") if os.path.isdir(path) else name
        settings = settings_for(probe, lint.settings_of(options))
        print(f"# {one_line(name)}: {one_line(settings.source or 'no settings file')}")
        for field in fields_of(LintConfig):
            print(f"{field.replace('_', '-')} = {_shown(getattr(settings.config, field))}")
    return 0


def _shown(value: object) -> str:
    if isinstance(value, date) or value is None:
        return str(value or "the present day")
    return json.dumps(value)


def _show_files(options: Options) -> int:
    session = Session(lint.settings_of(options))
    for path in sorted(_files_to_read(session, lint.paths_of(options))):
        print(one_line(os.fsdecode(path)))
    for _, (path, _, reason) in session.outcomes:
        print(f"failed: {one_line(os.fsdecode(path))}: {reason}", file=sys.stderr)
    return 2 if session.outcomes else 0


def _files_to_read(session: Session, paths: list[bytes]) -> Iterator[bytes]:
    for is_named, root, path in _listed(session, paths):
        if is_named:
            settings = settings_for(os.fsdecode(path), session.options)
            is_read = not (settings.is_excluded and settings.config.force_exclude)
        else:
            is_file = os.path.isfile(path) and not os.path.islink(path)
            is_read = is_file and settings_if_read(root, path, session.options) is not None
        if is_read:
            yield path


def _listed(session: Session, paths: list[bytes]) -> Iterator[tuple[bool, bytes, bytes]]:
    """Whether a path was named, the directory that was listed, and the path."""
    for origin, root, files in session.list(paths):
        for path in files:
            if origin == "named" or not os.path.isdir(path) or os.path.islink(path.rstrip(b"/")):
                yield origin == "named", root, path
            elif session.enters(root, path):
                yield from _listed(session, [path.rstrip(b"/")])


def _watch(options: Options) -> int:
    before = None
    told = ""
    while True:
        began = time.monotonic()
        try:
            before = _check_again(options, before)
            told = ""
        except LintConfigError as error:
            # Later on it may be a settings file that is being written.
            if before is None:
                raise
            if str(error) != told:
                told = str(error)
                tell(error)
        time.sleep(max(_LEAST_PAUSE, _PAUSE_FACTOR * (time.monotonic() - began)))


def _check_again(options: Options, before: _State | None) -> _State:
    now = _state(options)
    if now == before:
        return now
    lint.check(options, lint.paths_of(options))
    sys.stdout.flush()
    print("Watching; stop with Ctrl-C.", file=sys.stderr, flush=True)
    # What was fixed has changed, and needs no second look.
    return _state(options) if options.fix else now


def _state(options: Options) -> _State:
    state: _State = {}
    for _, _, path in _listed(Session(lint.settings_of(options)), lint.paths_of(options)):
        try:
            status = os.lstat(path)
        except OSError:
            # Gone meanwhile: not to be in the state is to have changed.
            continue
        state[path] = status.st_mtime_ns, status.st_size
    return state


def _lint_stdin(options: Options) -> int:
    filename = options.stdin_filename or "-"
    settings = settings_for(filename, lint.settings_of(options))
    content = lint.read_stdin()
    source = decode(content, filename)
    if source is None:
        raise UsageError(f"{filename}: what came on stdin is not text")
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
    # The fixed text has stdout for itself, as a formatter's.
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
