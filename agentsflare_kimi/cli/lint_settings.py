"""Checks the settings from the command line before anything is read."""

from __future__ import annotations

from datetime import date

from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.config import check, check_codes

if TYPE_CHECKING:
    from agentsflare_kimi.cli.lint_options import Options

__all__ = ["checked"]


def checked(settings: dict[str, object], options: Options) -> dict[str, object]:
    """Check the settings from the command line.

    Args:
        settings: Names and values that need only a check.
        options: The command-line options.

    Returns:
        The settings, with the day, the model to move to, and the per-file ignores added.

    Raises:
        UsageError: A rule's code, the day, or the model to move to is invalid.
    """
    for name in settings.keys() & {"select", "extend_select", "ignore"}:
        _check_codes(f"--{name.replace('_', '-')}", list(settings[name]))  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownArgumentType]  # these are tuples of strings
    if options.per_file_ignores:
        settings = {**settings, "per_file_ignores": _per_file(options.per_file_ignores)}
    if options.today:
        settings = {**settings, "today": _day(options.today)}
    if options.migrate_to:
        settings = {**settings, "migrate_to": _target(options.migrate_to)}
    return settings


def _per_file(pairs: list[str]) -> dict[str, tuple[str, ...]]:
    ignores: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        pattern, colon, code = pair.rpartition(":")
        if not (pattern and colon):
            raise UsageError(f"--per-file-ignores takes FILES:RULE such as *.md:AFK1, not {pair!r}")
        _check_codes("--per-file-ignores", [code])
        ignores[pattern] = (*ignores.get(pattern, ()), code)
    return ignores


def _day(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"--today takes a date such as 2026-12-31, not {day!r}") from None


def _target(name: str) -> object:
    try:
        return check("migrate_to", name)
    except ValueError as error:
        raise UsageError(f"--migrate-to: {error}") from None


def _check_codes(option: str, codes: list[str]) -> None:
    try:
        check_codes(codes)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
