"""What the linter looks for and where: the values, however they were given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from agentsflare_kimi.frozen_mapping import FrozenMapping

__all__ = ["LintConfig", "LintConfigError", "check", "check_codes"]

_EVERY_RULE = "AFK"
_DIGITS = 3
_NONE_IGNORED: Mapping[str, tuple[str, ...]] = FrozenMapping()


class LintConfigError(ValueError):
    """A setting of the linter is wrong; the message names it, where it stands and the way out."""


class _LintOptions(NamedTuple):
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = _NONE_IGNORED
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    max_file_size: int = 5_000_000
    today: date | None = None
    migrate_to: str | None = None


class LintConfig(_LintOptions):
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
        migrate_to: The model to move every older one to, living ones too; None leaves living
            models alone and moves the others to the successors that the catalog names.

    Raises:
        LintConfigError: A value is of the wrong kind, or names no rule.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # for type checkers it takes what `_LintOptions` takes

        @wraps(_LintOptions.__new__)
        def __new__(cls, *values: object, **named: object) -> Self:
            """Check every value, and copy what could be changed from outside."""
            return cls._make(_LintOptions(*values, **named))

        @classmethod
        def _make(cls, iterable: Iterable[object]) -> Self:
            # Every way to make one passes here: the constructor, `_replace` and unpickling.
            return super()._make(map(_checked, cls._fields, iterable))

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
        from agentsflare_kimi.lint.files.ignores import matches_any  # noqa: PLC0415  # rarely needed

        ignored = [
            code
            for pattern, codes in self.per_file_ignores.items()
            if matches_any(filename, (pattern,))
            for code in codes
        ]
        return self._replace(ignore=(*self.ignore, *ignored), per_file_ignores=_NONE_IGNORED)


def _checked(name: str, value: object) -> object:
    try:
        return check(name, value)
    except (TypeError, ValueError) as error:
        raise LintConfigError(f"{name}: {error}") from error


def _specificity(code: str, prefixes: tuple[str, ...]) -> int:
    """The length of the longest prefix that covers `code`, -1 if none does."""
    names = (_EVERY_RULE if prefix == "ALL" else prefix for prefix in prefixes)
    return max((len(name) for name in names if code.startswith(name)), default=-1)


def check(name: str, value: object) -> object:
    """Check one setting.

    Args:
        name: A field of `LintConfig`.
        value: What was given for it.

    Returns:
        The value as `LintConfig` keeps it.

    Raises:
        TypeError: It is of the wrong kind.
        ValueError: It is of the right kind and wrong all the same.
    """
    return _CHECKS[name](value)


def check_codes(value: object) -> tuple[str, ...]:
    """Check a list of rule codes or prefixes.

    Args:
        value: What was given.

    Returns:
        The codes.

    Raises:
        TypeError: It is not a list of strings.
        ValueError: One is neither a code nor a prefix of one.
    """
    codes = _strings(value)
    if not codes:
        return codes
    from agentsflare_kimi.lint.rules import CODES  # noqa: PLC0415  # few settings name rules

    for code in codes:
        if not _is_prefix(code):
            raise ValueError(
                f"{code!r} is no rule and no prefix of one (such as AFK, AFK1, AFK101)"
            )
        if code != "ALL" and not any(known.startswith(code) for known in CODES):
            # It would select nothing, which looks like nothing found.
            raise ValueError(f"there is no rule {code!r}; `lint --explain ALL` shows them")
    return codes


def _is_prefix(code: str) -> bool:
    digits = code.removeprefix("AFK")
    is_numbered = digits != code and len(digits) <= _DIGITS and (digits or "0").isdecimal()
    return is_numbered or code == "ALL"


def _strings(value: object) -> tuple[str, ...]:
    items = cast("list[object]", value) if isinstance(value, list | tuple) else [None]
    if not all(isinstance(item, str) for item in items):
        raise TypeError(f"must be a list of strings, not {value!r}")
    return tuple(cast("list[str]", items))


def _per_file(value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise TypeError(f"must be a table of file pattern to rules, not {value!r}")
    table = cast("Mapping[str, object]", value)
    return FrozenMapping({pattern: check_codes(codes) for pattern, codes in table.items()})


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be a number of bytes above 0, not {value!r}")
    return value


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date | None):
        raise TypeError(f"must be a datetime.date, not {value!r}")
    return value


def _target(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"must be the name of a model, not {value!r}")
    from agentsflare_kimi.models.successors import find_target  # noqa: PLC0415  # rarely given

    return find_target(value).id


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "select": check_codes,
    "extend_select": check_codes,
    "ignore": check_codes,
    "per_file_ignores": _per_file,
    "exclude": _strings,
    "respect_gitignore": _boolean,
    "force_exclude": _boolean,
    "max_file_size": _size,
    "today": _day,
    "migrate_to": _target,
}
