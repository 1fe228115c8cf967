"""Lints files and directories."""

from __future__ import annotations

import os

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Any, cast
from agentsflare_kimi.lint.files.packing import unpack
from agentsflare_kimi.lint.files.run import LintRun, distinct
from agentsflare_kimi.lint.findings import LintReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.findings import Finding

__all__ = ["lint_paths", "report_of"]


def lint_paths(
    paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
    config: LintConfig | None = None,
) -> LintReport:
    """Lint files and directories, as the command `agentsflare-kimi lint` does.

    In a directory, files that git tracks or would track are read, including hidden ones; without
    git, the files that a walk finds, respecting `.gitignore`. A named file is always read.

    Args:
        paths: Files and directories.
        config: The settings; by default those of each file's nearest settings file.

    Returns:
        The findings, and the files that were not read, with reasons.

    Raises:
        LintConfigError: A settings file cannot be read or is invalid.
    """
    several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    session = LintRun(config or {})
    session.read([os.fsencode(path) for path in several])
    return report_of(session)


def report_of(session: LintRun) -> LintReport:
    """Make a report of a session.

    Args:
        session: A session that has finished reading.

    Returns:
        Its findings, sorted by file name and place.
    """
    findings: list[Finding] = []
    skipped: list[tuple[str, str]] = []
    for _, (path, kind, value) in distinct(session.outcomes):
        if kind == "found":
            findings += unpack(cast("list[tuple[Any, ...]]", value))
        else:
            skipped.append((os.fsdecode(path), cast("str", value)))
    return LintReport(
        findings=tuple(sorted(findings, key=_place)),
        files_checked=session.checked,
        skipped=tuple(sorted(skipped)),
    )


def _place(finding: Finding) -> tuple[str, int, int, str]:
    return finding.filename, finding.line, finding.column, finding.code
