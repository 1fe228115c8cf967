"""`agentsflare-kimi lint --fix` and `--diff`: fixes one file at a time."""

from __future__ import annotations

import os

from agentsflare_kimi.cli.lint_questions import questions
from agentsflare_kimi.cli.lint_terminal import say, wants_colour
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.diffs import show_diff
from agentsflare_kimi.lint.edits.fixed_file import fix_file
from agentsflare_kimi.lint.files.git import find_repository
from agentsflare_kimi.lint.files.regular_files import NotWrittenError
from agentsflare_kimi.lint.files.settings_files import settings_for

if TYPE_CHECKING:
    from agentsflare_kimi.cli.lint_options import Options
    from agentsflare_kimi.cli.lint_summary import Results
    from agentsflare_kimi.lint.edits.fixed_file import FixedFile
    from agentsflare_kimi.lint.files.run import Options as Settings
    from agentsflare_kimi.lint.findings import Finding

__all__ = ["mend"]


def mend(
    path: bytes,
    origin: str,
    findings: list[Finding],
    settings: Settings,
    options: Options,
    results: Results,
) -> None:
    """Fix the findings in a file, or compute the diff; collect the remaining findings.

    Args:
        path: The file.
        origin: The origin of the file.
        findings: The findings in it.
        settings: The complete settings, or overrides for those of the nearest settings file.
        options: The command-line options.
        results: Collects the results.
    """
    try:
        fixed = _fix(path, origin, findings, settings, options)
    except (NotWrittenError, OSError) as error:
        say(f"{os.fsdecode(path)}: not fixed: {getattr(error, 'strerror', None) or error}")
        results.findings += findings
        results.failures += 1
        return
    if fixed is None:
        results.findings += findings
        return
    results.findings += fixed.result.remaining
    results.fixed += fixed.result.fixed
    _tell(path, fixed, options, results)


def _fix(
    path: bytes, origin: str, findings: list[Finding], settings: Settings, options: Options
) -> FixedFile | None:
    if options.interactive and not questions().is_open:
        return None
    is_offered = options.unsafe_fixes or options.interactive
    if not any(f.fix and (f.fix.is_safe or is_offered) for f in findings):
        return None
    if origin == "untracked":
        # Git could not restore it. Source: facts/reliability.md section 5.
        say(f"{os.fsdecode(path)}: not fixed: not tracked by git; name it to fix it")
        return None
    if origin == "walked" and find_repository(os.path.dirname(path)):
        say(f"{os.fsdecode(path)}: not fixed: git did not tell if it is tracked; name it to fix it")
        return None
    config = settings_for(os.fsdecode(path), settings).config
    is_tracked = origin == "tracked"
    if options.interactive:
        is_coloured = wants_colour(options)
        choose = questions().for_file(os.fsdecode(path), is_coloured=is_coloured)
        return fix_file(path, config, unsafe=True, write=True, choose=choose, is_tracked=is_tracked)
    is_unsafe = bool(options.unsafe_fixes)
    return fix_file(path, config, unsafe=is_unsafe, write=not options.diff, is_tracked=is_tracked)


def _tell(path: bytes, fixed: FixedFile, options: Options, results: Results) -> None:
    name = os.fsdecode(path)
    if fixed.links > 1 and fixed.result.fixed and not options.diff:
        say(f"{name}: fixed; its other hard links keep the old text")
    if options.diff or options.show_fixes:
        colours = wants_colour(options)
        results.diffs += show_diff(name, fixed.before, fixed.result.text, is_coloured=colours)
