"""`agentsflare-kimi lint --interactive`: asks about each fix, as `git add -p` does."""

from __future__ import annotations

import sys
from functools import cache

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.diffs import show_diff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from agentsflare_kimi.lint.findings import Finding

__all__ = ["Questions", "questions"]

_HELP: Final = """\
y  apply this fix
n  leave this place as it is
a  apply this fix and all further ones in this file
d  leave this place and all further ones in this file
q  leave this place and everything after it; what was accepted is kept
?  show this help"""


class Questions:
    """Asks on the terminal, and remembers answers that cover the rest.

    Attributes:
        is_open: Whether to go on asking; False after `q` or the end of the input.
    """

    def __init__(self) -> None:
        """Check that a user can be asked.

        Raises:
            UsageError: There is no terminal to ask on.
        """
        if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError("--interactive asks on a terminal; use --fix or --diff in scripts")
        self.is_open = True

    def for_file(
        self, filename: str, *, is_coloured: bool = False
    ) -> Callable[[Finding, str, str], bool]:
        """Return the function that decides on a file's fixes.

        Args:
            filename: The file's name, as shown.
            is_coloured: Whether to use terminal colours.

        Returns:
            A function of a finding and the text before and after its fix.
        """
        for_rest: bool | None = None

        def choose(finding: Finding, before: str, after: str) -> bool:
            nonlocal for_rest
            if not self.is_open:
                return False
            if for_rest is not None:
                return for_rest
            _show(finding, filename, show_diff(filename, before, after, is_coloured=is_coloured))
            answer = _answer()
            if answer in {"a", "d"}:
                for_rest = answer == "a"
            self.is_open = answer != "q"
            return answer in {"y", "a"}

        return choose


@cache
def questions() -> Questions:
    """Return the questions of this run."""
    return Questions()


def _show(finding: Finding, filename: str, diff: Sequence[str]) -> None:
    fix = finding.fix
    print(f"\n{filename}:{finding.line}:{finding.column}: {finding.code} {finding.message}")
    if fix and not fix.is_safe:
        print(f"Needs a look: {fix.reason}")
    print("\n".join(diff[2:]))


def _answer() -> str:
    while True:
        try:
            answer = input("Apply this fix [y,n,a,d,q,?]? ").strip().lower()
        except (EOFError, KeyboardInterrupt):
            print()
            return "q"
        if answer in {"y", "n", "a", "d", "q"}:
            return answer
        print(_HELP)
