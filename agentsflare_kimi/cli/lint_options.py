"""The options of `agentsflare-kimi lint`, in one table for parsing and for `--help`.

Parsed by hand, because importing `argparse` takes as long as linting a clean file.
"""

from __future__ import annotations

import os
import sys

from agentsflare_kimi.cli import UsageError

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BASELINE",
    "COLOURS",
    "TABLE",
    "Options",
    "help_text",
    "parse_options",
    "paths_of",
    "read_stdin",
    "settings_of",
]

BASELINE = "agentsflare-kimi-baseline.json"
"""The default baseline, if this file exists in the current directory."""

# Option, attribute, its value ("" for none, a final comma for a list), and purpose.
TABLE = (
    ("--fix", "fix", "", "apply the safe fixes"),
    ("--unsafe-fixes", "unsafe_fixes", "", "with --fix or --diff: also fixes that need a look"),
    ("--diff", "diff", "", "show what --fix would change, and name what it cannot; change nothing"),
    ("--show-fixes", "show_fixes", "", "with --fix: show what was changed"),
    ("--interactive", "interactive", "", "ask about each fix, safe or not (y, n, a, d, q, ?)"),
    ("--select", "select", "RULES,", "only these rules (codes or prefixes); also in comments"),
    ("--extend-select", "extend_select", "RULES,", "these rules too, also in comments"),
    ("--ignore", "ignore", "RULES,", "not these rules"),
    ("--per-file-ignores", "per_file_ignores", "FILES:RULE,", "not this rule in such files"),
    ("--exclude", "exclude", "PATTERNS,", "not these files (patterns as in .gitignore)"),
    ("--extend-exclude", "exclude", "PATTERNS,", "the same, in addition to those in the settings"),
    ("--force-exclude", "force_exclude", "", "apply exclusions to named files, too"),
    ("--no-respect-gitignore", "no_respect_gitignore", "", "read what git ignores, too"),
    ("--today", "today", "DATE", "judge as of this date: what breaks then?"),
    ("--migrate-to", "migrate_to", "MODEL", "move every older model there, living ones too"),
    ("--baseline", "baseline", "FILE", "known findings (agentsflare-kimi-baseline.json, if there)"),
    ("--write-baseline", "write_baseline", "", "count what is found now as known"),
    (
        "--output-format",
        "output_format",
        "FORMAT",
        "full, concise, grouped, pylint, json(-lines), rdjson, gitlab, sarif, junit, github, azure",
    ),
    ("--json", "json", "", "the same as --output-format json"),
    ("--statistics", "statistics", "", "count for each rule instead of findings"),
    ("--exit-zero", "exit_zero", "", "exit with 0 even if something was found"),
    ("--exit-non-zero-on-fix", "exit_non_zero_on_fix", "", "exit with 1 when something was fixed"),
    ("--files-from", "files_from", "FILE", "read paths from a file (- for stdin), by line or NUL"),
    ("--stdin-filename", "stdin_filename", "FILE", "name of the file on stdin (path -)"),
    ("--watch", "watch", "", "check again whenever a file changes"),
    ("--explain", "explain", "RULE", "explain a rule (ALL for every one)"),
    ("--show-files", "show_files", "", "list the files that would be read"),
    ("--show-settings", "show_settings", "", "show the settings in force"),
    ("--color", "color", "WHEN", "auto, always or never"),
    ("--quiet", "quiet", "", "nothing but findings"),
    ("--help", "help", "", "this text"),
)
_SHORT = {"-h": "--help", "-q": "--quiet", "-e": "--exit-zero"}
_ROWS = {row[0]: row for row in TABLE}
COLOURS = ("auto", "always", "never")


class Options:
    """The command-line options; each attribute is named after its option."""

    def __init__(self) -> None:
        """Set the defaults."""
        self.paths: list[str] = []
        self.fix = self.diff = self.show_fixes = self.interactive = False
        # None if not given.
        self.unsafe_fixes: bool | None = None
        self.select: list[str] = []
        self.extend_select: list[str] = []
        self.ignore: list[str] = []
        self.per_file_ignores: list[str] = []
        self.exclude: list[str] = []
        self.force_exclude = self.no_respect_gitignore = False
        self.today = self.migrate_to = self.baseline = self.files_from = self.stdin_filename = (
            self.explain
        ) = ""
        self.write_baseline = self.json = self.statistics = self.watch = self.quiet = False
        self.exit_zero = self.exit_non_zero_on_fix = False
        self.show_files = self.show_settings = self.help = False
        self.output_format = "full"
        self.color = "auto"


def parse_options(arguments: Sequence[str]) -> Options:
    """Parse the command line.

    Args:
        arguments: The arguments after `agentsflare-kimi lint`.

    Returns:
        The options.

    Raises:
        UsageError: An option is unknown, has a missing or invalid value, or contradicts
            another.
    """
    options = Options()
    pending = list(arguments)
    while pending:
        argument = pending.pop(0)
        if argument == "--":
            options.paths += pending
            break
        if argument == "-" or not argument.startswith("-"):
            options.paths.append(argument)
        else:
            _read(argument, pending, options)
    _check(options)
    return options


def help_text() -> str:
    """Return the help on the options."""
    rows = "\n".join(f"  {_left(row):<28} {row[3]}" for row in TABLE)
    return (
        "usage: agentsflare-kimi lint [OPTIONS] [PATH ...]\n\n"
        "Find retired, deprecated and misspelt Kimi model names, and request code that the new\n"
        "models reject, and fix what can be fixed. Without a path: the current directory.\n\n"
        f"options:\n{rows}\n\n"
        "`--no-` before an option without a value takes it back (--no-fix, --respect-gitignore);\n"
        "--no-unsafe-fixes also keeps quiet about them. Short: -h, -q, -e for --exit-zero.\n\n"
        "exit codes: 0 nothing found or everything fixed, 1 findings (information alone does not\n"
        "count), 2 wrong use, or a file that could not be read or written"
    )


def _left(row: tuple[str, str, str, str]) -> str:
    return f"{row[0]} {row[2].removesuffix(',')}".rstrip()


def _read(argument: str, pending: list[str], options: Options) -> None:
    name, has_value, value = argument.partition("=")
    name = _SHORT.get(name, name)
    row = _ROWS.get(name) or _ROWS.get(_opposite(name))
    if row is None or (row[2] and row[0] != name):
        raise UsageError(f"unknown option {name!r}{_suggestion(name)}; see --help")
    _, attribute, takes, _ = row
    if not takes:
        if has_value:
            raise UsageError(f"{name} takes no value")
        setattr(options, attribute, row[0] == name)
        return
    if not has_value:
        if not pending:
            raise UsageError(f"{name} needs a value: {takes.removesuffix(',')}")
        value = pending.pop(0)
    if not value.strip(", "):
        # An unset variable in a script gives this; ignoring it would lint with other settings.
        raise UsageError(f"{name} needs a value, not {value!r}")
    if takes.endswith(","):
        getattr(options, attribute).extend(
            part.strip() for part in value.split(",") if part.strip()
        )
    else:
        setattr(options, attribute, value)


def _opposite(name: str) -> str:
    rest = name.removeprefix("--")
    return "--" + rest.removeprefix("no-") if rest.startswith("no-") else "--no-" + rest


def _check(options: Options) -> None:
    """Reject impossible combinations before anything is read or changed."""
    if options.color not in COLOURS:
        raise UsageError(f"--color takes auto, always or never, not {options.color!r}")
    if options.write_baseline and options.diff:
        raise UsageError("--write-baseline counts what is there; it cannot be used with --diff")
    if options.interactive and (options.fix or options.diff or options.watch):
        raise UsageError(
            "--interactive asks about each fix; it cannot be used with --fix or --diff"
        )
    if options.watch and options.files_from == "-":
        raise UsageError("--watch reads the list repeatedly; stdin can be read only once")
    if "-" not in options.paths and not options.stdin_filename:
        return
    if options.files_from or any(path != "-" for path in options.paths):
        raise UsageError("stdin (-, --stdin-filename) is linted alone: name no other files")
    if options.write_baseline or options.watch or options.interactive:
        raise UsageError("--write-baseline, --watch and --interactive need files, not stdin")


def _suggestion(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only after an error

    close = get_close_matches(name, _ROWS, n=1)
    return f", did you mean {close[0]}?" if close else ""


def paths_of(options: Options) -> list[bytes]:
    """List the paths named on the command line or in a file.

    Args:
        options: The command-line options.

    Returns:
        The paths; the current directory if none is named.
    """
    paths = [os.fsencode(path) for path in options.paths]
    if not options.files_from:
        return paths or [b"."]
    if options.files_from == "-":
        content = read_stdin()
    else:
        with open(options.files_from, "rb") as source:
            content = source.read()
    separator = b"\0" if b"\0" in content else b"\n"
    return paths + [path.removesuffix(b"\r") for path in content.split(separator) if path.strip()]


def read_stdin() -> bytes:
    """Read stdin to the end.

    Raises:
        UsageError: Stdin is closed.
    """
    if sys.stdin is None:
        raise UsageError("stdin is closed")
    return sys.stdin.buffer.read()


def settings_of(options: Options) -> dict[str, object]:
    """Return the settings from the command line, which override those of settings files.

    Args:
        options: The command-line options.

    Returns:
        Names and values of `LintConfig` fields.
    """
    lists = ("select", "extend_select", "ignore", "exclude")
    settings: dict[str, object] = {
        name: tuple(getattr(options, name)) for name in lists if getattr(options, name)
    }
    if options.force_exclude:
        settings["force_exclude"] = True
    if options.no_respect_gitignore:
        settings["respect_gitignore"] = False
    is_checked = options.today or options.per_file_ignores or options.migrate_to
    if is_checked or settings.keys() & {"select", "extend_select", "ignore"}:
        from agentsflare_kimi.cli.lint_settings import checked  # noqa: PLC0415  # rarely given

        settings = checked(settings, options)
    return settings
