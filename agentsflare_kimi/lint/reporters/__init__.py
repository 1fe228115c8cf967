"""The output formats, in one table, with ruff's names."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint import module_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Final

    from agentsflare_kimi.lint.findings import Finding

__all__ = ["FORMATS", "TEXT_FORMATS", "Reported", "render", "separated"]

# Maps each format to its module and function.
FORMATS: Final[Mapping[str, tuple[str, str]]] = {
    "full": ("text", "full"),
    "concise": ("text", "concise"),
    "grouped": ("text", "grouped"),
    "pylint": ("text", "pylint"),
    "json": ("data", "json_list"),
    "json-lines": ("data", "json_lines"),
    "rdjson": ("data", "rdjson"),
    "gitlab": ("data", "gitlab"),
    "sarif": ("sarif", "sarif"),
    "junit": ("junit", "junit"),
    "github": ("annotations", "github"),
    "azure": ("annotations", "azure"),
}
TEXT_FORMATS: Final = frozenset({"full", "concise", "grouped", "pylint"})
"""Formats for people."""


def _no_source(filename: str) -> None:  # noqa: ARG001  # one of the signature's kind
    return None


class Reported(NamedTuple):
    """The input of a reporter.

    Attributes:
        findings: The findings in order.
        root: The repository's root, or the current directory: the base of paths that another
            program resolves.
        source_of: Returns a file's text, for excerpts and for columns in other units; None
            if it is not available.
        is_coloured: Whether to use terminal colours.
        unsafe: Whether unsafe fixes count as fixable.
    """

    findings: Sequence[Finding]
    root: str
    source_of: Callable[[str], str | None] = _no_source
    is_coloured: bool = False
    unsafe: bool = False


def render(name: str, reported: Reported) -> Iterator[str]:
    """Write findings in a format, piece by piece, so that no report is held in memory as a whole.

    Args:
        name: One of `FORMATS`.
        reported: The findings, and the data for excerpts.

    Yields:
        The pieces of the output, without a final line end; none if there is nothing to print.
    """
    module, function = FORMATS[name]
    return getattr(module_of(f"reporters.{module}"), function)(reported)


def separated(separator: str, pieces: Iterable[str]) -> Iterator[str]:
    """Yield *pieces* with a separator between them."""
    between = ""
    for piece in pieces:
        yield between + piece
        between = separator
