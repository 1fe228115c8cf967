"""The linter's settings, from whatever source, with validation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple, cast
from agentsflare_kimi.frozen_mapping import FrozenMapping

__all__ = ["LintConfig", "LintConfigError", "check", "check_codes"]

_EVERY_RULE = "AFK"
_DIGITS = 3
_NONE_IGNORED: Mapping[str, tuple[str, ...]] = FrozenMapping()


class LintConfigError(ValueError):
    """A linter setting is invalid; the message names it, where it is set, and how to fix it."""


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
    """Selects the rules to apply, the files to lint, and the day to judge by.

    Rules are named by code or prefix (`AFK`, `AFK1`, `AFK101`; `ALL` is `AFK`). Between
    selecting and ignoring, the more specific prefix wins; ignoring wins a tie. File patterns
    follow `.gitignore`.

    Attributes:
        select: Rules to apply; empty means all rules, but not in comments and prose. Rules
            named here or in `extend_select` also apply in comments and prose.
        extend_select: Rules to apply in addition to `select`.
        ignore: Rules not to apply.
        per_file_ignores: Maps file patterns to rules not to apply in matching files.
        exclude: Patterns of files not to read.
        respect_gitignore: Whether to leave out what git ignores.
        force_exclude: Whether `exclude` also applies to files that are named explicitly.
        max_file_size: In bytes; larger files that contain a name are reported as skipped.
        today: The day by which to judge models and suppressions; None is the present day.
        migrate_to: The model to move every older one to, including living ones; None leaves
            living models alone and moves the others to the catalog's successors.

    Raises:
        LintConfigError: A value has the wrong type, or names no rule.
    """

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers see the arguments of `_LintOptions`

        @wraps(_LintOptions.__new__)
        def __new__(cls, *values: object, **named: object) -> LintConfig:  # noqa: PYI034  # `Self` is in `typing`
            """Check every value, and copy mutable ones."""
            return cls._make(_LintOptions(*values, **named))

        @classmethod
        def _make(cls, iterable: Iterable[object]) -> LintConfig:
            # The constructor, `_replace` and unpickling all pass through here.
            return super()._make(map(_checked, cls._fields, iterable))

    def is_selected(self, code: str, *, in_prose: bool = False) -> bool:
        """Tell whether a rule applies.

        Args:
            code: The rule's code, such as `AFK001`.
            in_prose: Whether the place is a comment or prose, where only rules that are
                selected by name apply.

        Returns:
            Whether to report findings of this rule there.
        """
        chosen = max(_specificity(code, self.select), _specificity(code, self.extend_select))
        if chosen < 0 and not self.select and not in_prose:
            chosen = 0
        return chosen > _specificity(code, self.ignore)

    def for_file(self, filename: str) -> LintConfig:
        """Apply `per_file_ignores` for one file, by adding its rules to `ignore`.

        Args:
            filename: The file's path, relative to the directory of the patterns.

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
    """Return the length of the longest prefix of `code`, -1 if there is none."""
    names = (_EVERY_RULE if prefix == "ALL" else prefix for prefix in prefixes)
    return max((len(name) for name in names if code.startswith(name)), default=-1)


def check(name: str, value: object) -> object:
    """Check one setting.

    Args:
        name: A field of `LintConfig`.
        value: Its value, as given.

    Returns:
        The value, as `LintConfig` stores it.

    Raises:
        TypeError: It has the wrong type.
        ValueError: It has the right type but is invalid.
    """
    return _CHECKS[name](value)


def check_codes(value: object) -> tuple[str, ...]:
    """Check a list of rule codes or prefixes.

    Args:
        value: The value, as given.

    Returns:
        The codes.

    Raises:
        TypeError: It is not a list of strings.
        ValueError: An entry is neither a code nor a prefix of one.
    """
    codes = _strings(value)
    if not codes:
        return codes
    from agentsflare_kimi.lint.rules import CODES  # noqa: PLC0415  # few settings name rules

    for code in codes:
        if not _is_prefix(code):
            raise ValueError(
                f"{code!r} is neither a rule nor a prefix of one (such as AFK, AFK1, AFK101)"
            )
        if code != "ALL" and not any(known.startswith(code) for known in CODES):
            # It would select nothing, which would look like a clean result.
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
