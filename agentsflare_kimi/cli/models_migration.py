"""Shows how a request for a retired model changes, parameter by parameter."""

from __future__ import annotations

from typing import Final

from agentsflare_kimi.cli.table import fold
from agentsflare_kimi.lint.edits.requests import Policy
from agentsflare_kimi.models.changes import Change
from agentsflare_kimi.models.migration import plan_migration
from agentsflare_kimi.models.model import KimiModel
from agentsflare_kimi.models.rules import ABSENT
from agentsflare_kimi.printable import printable

__all__ = ["changes_of", "migration_as_json", "render_migration"]

# A request that sets every parameter, so that every change shows.
_REQUEST: Final = {
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 1_000,
    "temperature": 0.3,
    "top_p": 0.9,
    "n": 2,
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
}


def changes_of(model: KimiModel) -> tuple[Change, ...]:
    """Plan the migration of a request to *model* with every parameter; empty if nothing changes."""
    if model.successor is None:
        return ()
    return plan_migration({"model": model.id, **_REQUEST}, settings=Policy()).changes


def render_migration(changes: tuple[Change, ...], width: int | None) -> str:
    """Describe the changes, with reasons.

    Args:
        changes: The changes from `changes_of`.
        width: The terminal's width; None for one line per change.

    Returns:
        The text, without a final line end.
    """
    if width is None:
        return "\n".join(f"{_what(change)}: {_why(change)}" for change in changes)
    return "\n".join(
        line
        for change in changes
        for line in (
            fold(_what(change), width, then="    "),
            fold(_why(change), width, first="    ", then="    "),
        )
    )


def migration_as_json(changes: tuple[Change, ...]) -> list[dict[str, object]]:
    """Return *changes* as JSON data; a removed parameter has no `after`."""
    return [
        {
            name: value
            for name, value in (
                ("parameter", change.parameter),
                ("before", change.before),
                ("after", change.after),
                ("is_lossy", change.is_lossy),
                ("reason", change.reason),
            )
            if value is not ABSENT
        }
        for change in changes
    ]


def _what(change: Change) -> str:
    before = "not set" if change.before is ABSENT else str(change.before)
    after = "left out" if change.after is ABSENT else str(change.after)
    loss = " (something is lost)" if change.is_lossy else ""
    return printable(f"{change.parameter}: {before} -> {after}{loss}")


def _why(change: Change) -> str:
    return printable(change.reason)
