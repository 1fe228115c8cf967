"""Workflow commands that make GitHub and Azure show findings beside the code.

No source line is printed, and all text from files is escaped as the systems' own tools do, so
that no file can issue commands of its own. Source: facts/reliability.md section 2c, T25;
https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.masking import mask_keys
from agentsflare_kimi.lint.reporters import separated
from agentsflare_kimi.lint.reporters.places import relative_name
from agentsflare_kimi.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final

    from agentsflare_kimi.lint.reporters import Reported

__all__ = ["azure", "github"]

_GITHUB_LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}
_GITHUB_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_GITHUB_PROPERTY: Final = {**_GITHUB_DATA, ":": "%3A", ",": "%2C"}
_AZURE_DATA: Final = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_AZURE_PROPERTY: Final = {**_AZURE_DATA, ";": "%3B", "]": "%5D"}


def github(reported: Reported) -> Iterator[str]:
    """Write a workflow command for each finding."""
    lines = (
        f"::{_GITHUB_LEVELS[f.severity]} title=agentsflare-kimi ({f.code}),"
        f"file={_escape(relative_name(f.filename, reported.root), _GITHUB_PROPERTY)},"
        f"line={f.line},endLine={f.end_line},col={f.column},endColumn={f.end_column}"
        f"::{f.code} {_escape(f.message, _GITHUB_DATA)}"
        for f in reported.findings
    )
    return separated("\n", lines)


def azure(reported: Reported) -> Iterator[str]:
    """Write a logging command for each finding."""
    lines = (
        f"##vso[task.logissue type={'error' if f.severity == 'error' else 'warning'};"
        f"sourcepath={_escape(relative_name(f.filename, reported.root), _AZURE_PROPERTY)};"
        f"linenumber={f.line};columnnumber={f.column};code={f.code};]"
        f"{_escape(f.message, _AZURE_DATA)}"
        for f in reported.findings
    )
    return separated("\n", lines)


def _escape(text: str, escapes: Mapping[str, str]) -> str:
    # A carriage return has its own escape here, so printable() must not replace it first.
    shown = "\r".join(printable(part) for part in mask_keys(text).split("\r"))
    return shown.translate(str.maketrans(dict(escapes)))
