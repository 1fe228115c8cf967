"""Lints and fixes a text that the caller holds."""

from __future__ import annotations

import os
from functools import partial

from agentsflare_kimi.lint.check import find
from agentsflare_kimi.lint.config import LintConfig
from agentsflare_kimi.lint.findings import Finding, FixResult

__all__ = ["fix_text", "lint_text"]


def lint_text(
    text: str,
    filename: str | os.PathLike[str],
    config: LintConfig | None = None,
    *,
    is_tracked: bool = False,
) -> list[Finding]:
    """Find what is wrong in a text.

    Args:
        text: The text.
        filename: Its name, which tells the language; nothing is read from there.
        config: Which rules to apply; all of them, but not to comments and prose, if not given.
        is_tracked: Whether git tracks the file, so that a key in an `.env` file is everybody's.

    Returns:
        The findings in the order of the text.
    """
    filename = os.fspath(filename)
    config = (config or LintConfig()).for_file(filename)
    findings = [
        judged.finding
        for judged in find(
            text, filename, today=config.today, migrate_to=config.migrate_to, is_tracked=is_tracked
        )
        if config.is_selected(judged.finding.code, in_prose=judged.in_prose)
    ]
    if "agentsflare:" not in text:
        return findings
    from agentsflare_kimi.lint.suppressions import apply_suppressions  # noqa: PLC0415  # few have any

    return apply_suppressions(text, filename, findings, config)


def fix_text(
    text: str,
    filename: str | os.PathLike[str],
    config: LintConfig | None = None,
    *,
    unsafe: bool = False,
) -> FixResult:
    """Fix what can be fixed in a text.

    Args:
        text: The text.
        filename: Its name, which tells the language; nothing is read or written there.
        config: Which rules to apply.
        unsafe: Whether to apply fixes that may change what the program does, too.

    Returns:
        The text after the fixes, what was mended, and what is left.
    """
    from agentsflare_kimi.lint.edits.applying import apply_fixes  # noqa: PLC0415  # linting needs none
    from agentsflare_kimi.lint.languages import language_of  # noqa: PLC0415  # same

    filename = os.fspath(filename)
    lint = partial(lint_text, filename=filename, config=config)
    return apply_fixes(text, lint, language_of(filename, text), unsafe=unsafe)
