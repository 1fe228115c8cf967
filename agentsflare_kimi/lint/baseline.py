"""The baseline: counts of known findings per file and rule, which are not reported.

Counts survive moved lines. If there are more findings than counted, all are reported, because
the new one cannot be told apart; if there are fewer, that is reported, so that the file shrinks.
Source of the format: facts/lint.md section 6.2, after ESLint's bulk suppressions.
"""

from __future__ import annotations

import json
import os
from collections import Counter

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.config import LintConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from agentsflare_kimi.lint.findings import Finding

__all__ = ["apply_baseline", "baseline_of", "read_baseline"]

_VERSION = 1


def _any_rule(_: str) -> bool:
    return True


def baseline_of(
    findings: Iterable[Finding],
    directory: str,
    known: Mapping[tuple[str, str], int],
    checked: Collection[str],
    was_run: Callable[[str], bool] = _any_rule,
) -> str:
    """Count findings per file and rule.

    Args:
        findings: The findings.
        directory: The baseline's directory; file names are relative to it.
        known: The previous counts; kept for files and rules that were not checked.
        checked: The files and directories that were linted.
        was_run: Tells whether the rule with a code was run, as of the present day.

    Returns:
        The baseline file's content; equal findings give equal content.
    """
    kept = Counter(
        {
            (name, code): n
            for (name, code), n in known.items()
            if not (was_run(code) and _was_checked(name, directory, checked))
        }
    )
    counts = kept | _count(findings, directory)
    files: dict[str, dict[str, int]] = {}
    for (name, code), count in sorted(counts.items()):
        files.setdefault(name, {})[code] = count
    return json.dumps({"version": _VERSION, "files": files}, indent=2) + "\n"


def read_baseline(path: str) -> Mapping[tuple[str, str], int]:
    """Read a baseline.

    Args:
        path: The file.

    Returns:
        Counts by file name and rule.

    Raises:
        LintConfigError: It cannot be read or is not a baseline.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        files = cast("dict[str, dict[str, int]]", document["files"])
        if document["version"] != _VERSION:
            raise ValueError(f"version {document['version']!r} is not {_VERSION}")
        return {
            (name, code): int(count)
            for name, counts in files.items()
            for code, count in counts.items()
        }
    except (
        *(OSError, ValueError, KeyError, TypeError, AttributeError),
        *(OverflowError, RecursionError),
    ) as error:
        raise LintConfigError(
            f"{path} is not a baseline: {error}; write one with --write-baseline"
        ) from error


def apply_baseline(
    findings: Iterable[Finding],
    known: Mapping[tuple[str, str], int],
    directory: str,
    checked: Collection[str],
    was_run: Callable[[str], bool] = _any_rule,
) -> tuple[list[Finding], list[str]]:
    """Remove the findings that the baseline covers.

    Args:
        findings: The findings.
        known: Counts by file name and rule, from `read_baseline`.
        directory: The baseline's directory.
        checked: The files and directories that were linted.
        was_run: Tells whether the rule with a code was run, as of the present day.

    Returns:
        The remaining findings, and the entries that can be pruned.
    """
    findings = list(findings)
    counts = _count(findings, directory)
    kept = [f for f in findings if counts[_key(f, directory)] > known.get(_key(f, directory), 0)]
    prunable = [
        f"{name}: {code}: {counts[name, code]} left of {count}"
        for (name, code), count in sorted(known.items())
        if counts[name, code] < count and was_run(code) and _was_checked(name, directory, checked)
    ]
    return kept, prunable


def _count(findings: Iterable[Finding], directory: str) -> Counter[tuple[str, str]]:
    return Counter(_key(finding, directory) for finding in findings)


def _key(finding: Finding, directory: str) -> tuple[str, str]:
    name = os.path.relpath(os.path.abspath(finding.filename), directory)
    return name.replace(os.sep, "/"), finding.code


def _was_checked(name: str, directory: str, checked: Collection[str]) -> bool:
    path = os.path.join(directory, name)
    roots = [os.path.abspath(root) for root in checked]
    return any(path == root or path.startswith(os.path.join(root, "")) for root in roots)
