"""What the linter looks for and where: the values, however they were given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from agentsflare_kimi.values import Value, replace

__all__ = ["LintConfig", "LintConfigError"]

_EVERY_RULE = "AFK"
_NONE_IGNORED: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class LintConfigError(ValueError):
    """A setting of the linter is wrong; the message names it, where it stands and the way out."""


class LintConfig(Value):
    """Which rules apply, to which files, and as of which day.

    Rules are named by code or prefix (`AFK`, `AFK1`, `AFK101`; `ALL` is `AFK`); the more
    specific of a selecting and an ignoring prefix wins, and ignoring wins a tie. File
    patterns are those of `.gitignore`.

    Attributes:
        select: Rules to apply; empty means all of them, but none to comments and prose.
            Rules that are named here or in `extend_select` apply to comments and prose too.
        extend_select: Rules to apply beside those of `select`.
        ignore: Rules not to apply.
        per_file_ignores: File pattern to rules not to apply in such files.
        exclude: File patterns that are not read.
        respect_gitignore: Whether what git ignores is left out.
        force_exclude: Whether `exclude` also holds for files that are named one by one.
        max_file_size: Bytes; larger files that hold a name are skipped, and said to be.
        today: The day on which models and suppressions are judged; None is the present day.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = _NONE_IGNORED
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    max_file_size: int = 5_000_000
    today: date | None = None

    def is_selected(self, code: str, *, in_prose: bool = False) -> bool:
        """Tell whether a rule applies.

        Args:
            code: The rule's code, such as `AFK001`.
            in_prose: Whether the place is a comment or prose, which only rules that are
                selected by name look at.

        Returns:
            Whether a finding of this rule at such a place is wanted.
        """
        chosen = max(_specificity(code, self.select), _specificity(code, self.extend_select))
        if chosen < 0 and not self.select and not in_prose:
            chosen = 0
        return chosen > _specificity(code, self.ignore)

    def for_file(self, filename: str) -> LintConfig:
        """Take the ignores that hold for one file into `ignore`.

        Args:
            filename: The file's path, relative to where the patterns are meant.

        Returns:
            The settings for this file, without any `per_file_ignores`.
        """
        if not self.per_file_ignores:
            return self
        from agentsflare_kimi.lint.ignores import matches_any  # noqa: PLC0415  # rarely needed

        ignored = [
            code
            for pattern, codes in self.per_file_ignores.items()
            if matches_any(filename, (pattern,))
            for code in codes
        ]
        return replace(self, ignore=(*self.ignore, *ignored), per_file_ignores=_NONE_IGNORED)


def _specificity(code: str, prefixes: tuple[str, ...]) -> int:
    """The length of the longest prefix that covers `code`, -1 if none does."""
    names = (_EVERY_RULE if prefix == "ALL" else prefix for prefix in prefixes)
    return max((len(name) for name in names if code.startswith(name)), default=-1)
