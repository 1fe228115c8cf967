"""Lints and fixes a text in memory."""

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
    """Find the problems in a text.

    Args:
        text: The text.
        filename: Its name, which tells the language; the file is not opened.
        config: The settings; by default all rules apply, but not in comments and prose.
        is_tracked: Whether git tracks the file, which would publish a key in an `.env` file.

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
    """Fix the findings in a text that can be fixed.

    Args:
        text: The text.
        filename: Its name, which tells the language; the file is not opened.
        config: The settings.
        unsafe: Whether to also apply fixes that may change the program's behaviour.

    Returns:
        The fixed text, the fixed findings, and the remaining ones.
    """
    from agentsflare_kimi.lint.edits.applying import apply_fixes  # noqa: PLC0415  # linting needs none
    from agentsflare_kimi.lint.languages import language_of  # noqa: PLC0415  # same

    filename = os.fspath(filename)
    lint = partial(lint_text, filename=filename, config=config)
    return apply_fixes(text, lint, language_of(filename, text), unsafe=unsafe)
