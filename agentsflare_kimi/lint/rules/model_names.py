"""Shared by the rules on model names: the severity of a place, and its fix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.edits.requests import Policy, migration_fix, rename_fix
from agentsflare_kimi.lint.evidence.table import NOTHING_SHOWS, reasons_against, speaks_for
from agentsflare_kimi.lint.findings import Fix, Severity, doubted
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.requests.mentions import Mention
from agentsflare_kimi.lint.rules.base import Problem, Reading
from agentsflare_kimi.lint.rules.wording import clipped, in_one_line, thinking_off
from agentsflare_kimi.lint.sources.documents import Document
from agentsflare_kimi.models.catalog import KimiModel, find_model
from agentsflare_kimi.models.migration import plan_migration

if TYPE_CHECKING:
    from typing import Final

__all__ = ["move_fix", "moving_problem", "place_note", "problem_at", "whole_names"]

_NOTES: Final = {
    "key": "a key, which something may look up",
    "comparison": "a comparison, which decides a branch",
    "record": "part of a recorded answer",
    "value": "not shown to be sent",
}


def whole_names(reading: Reading) -> Iterator[tuple[Mention, KimiModel]]:
    """List the places that name a model of the catalog in full, not by a short name."""
    for mention in reading.mentions:
        model = find_model(mention.model)
        if model and model.id == mention.model:
            yield mention, model


def problem_at(
    mention: Mention,
    message: str,
    severity: Severity,
    replacement: str | None,
    fix: Fix | None = None,
) -> Problem:
    """Make a problem about a name; *severity* is that in a request."""
    body = mention.value.body
    whole = body if body and body.is_complete else None
    return Problem(
        message=message,
        start=mention.start,
        end=mention.end,
        severity=_severity_at(mention, severity),
        fix=fix,
        model=mention.model,
        replacement=replacement,
        in_prose=mention.in_prose,
        request=(whole.main.opener, whole.main.closer) if whole else None,
        is_shared=whole is None or whole.is_bound or "messages" not in whole.values,
    )


def moving_problem(
    reading: Reading,
    mention: Mention,
    old: KimiModel,
    head: str,
    severity: Severity,
    *risks: str,
) -> Problem:
    """Make a problem about a name that should give way to its model's successor.

    Args:
        reading: The text.
        mention: The place that names the model.
        old: The model.
        head: What is wrong; what to use instead is added.
        severity: That in a request.
        *risks: What makes each fix unsafe.
    """
    new = reading.successor_of(old)
    fix = move_fix(reading, mention, old)
    message = in_one_line(head, *_instead_notes(reading, mention, old, new))
    return problem_at(mention, message, severity, new and new.id, fix and doubted(fix, risks))


def _severity_at(mention: Mention, severity: Severity) -> Severity:
    """Set the severity by place, since only a request fails when its model is gone."""
    if mention.in_prose:
        return "info"
    if "vendor" in mention.value.evidence and severity == "error":
        return "warning"
    if mention.is_request or severity == "info":
        return severity
    return "warning"


def place_note(mention: Mention) -> str:
    """Say why a place is reported but not fixed; empty for a request."""
    if mention.host:
        return f" (`{clipped(mention.host)}` marks another host's name)"
    if "vendor" in mention.value.evidence:
        return " (sent to another host, whose dates may differ)"
    note = _NOTES.get(mention.value.position)
    return f" ({note})" if note else ""


def _instead_notes(
    reading: Reading, mention: Mention, old: KimiModel, new: KimiModel | None
) -> Sequence[str]:
    """Say what to use instead, how the request must change, and why nothing is fixed here."""
    if new is None:
        return (place_note(mention),)
    how = _move_notes(reading, old, new) if mention.is_request else ()
    return f"; use `{new.id}`", *how, place_note(mention)


def _move_notes(reading: Reading, old: KimiModel, new: KimiModel) -> Sequence[str]:
    if old.thinking != "never":
        return ()
    language = reading.document.language
    if new.thinking == "switchable":
        return thinking_off(language)
    if not new.reasoning_efforts:
        return ()
    least = new.reasoning_efforts[0]
    sign = load(language).argument_sign
    return (f' with `reasoning_effort{sign}"{least}"`',)


def move_fix(reading: Reading, mention: Mention, old: KimiModel) -> Fix | None:
    """Make a fix that moves a request to its model's successor.

    Args:
        reading: The text.
        mention: The place that names the model.
        old: The model.

    Returns:
        The complete migration of a request that is written out here; or a rename, unsafe unless
        it is shown to suffice; None for keys, comparisons, records, other hosts' names, and
        models without a successor.
    """
    new = reading.successor_of(old)
    if new is None or mention.host:
        return None
    move = _Move(old, new, reading.migrate_to)
    if not mention.is_request:
        return _renamed_value(reading, mention, move)
    body = mention.value.body
    against = reasons_against(mention.value.evidence)
    left: Sequence[str] = ()
    if body and body.is_complete:
        fix = migration_fix(body, mention, move.migrate_to)
        if fix:
            is_shown = speaks_for(mention.value.evidence)
            return doubted(fix, against if against or is_shown else [NOTHING_SHOWS])
    elif moved := _moved_along(mention, move):
        return doubted(moved, against)
    else:
        moved, left = _moved_elsewhere(reading, mention, move)
        if moved:
            return doubted(moved, against)
    reasons = [*against, *left, *filter(None, [_rename_risk(mention, move)])]
    if move.old.thinking == "never" and new.thinking == "switchable":
        reasons += filter(None, [_limit_of(reading.document)])
    if not reasons and not speaks_for(mention.value.evidence):
        reasons = [NOTHING_SHOWS]
    rename = rename_fix(mention, new.id)
    return Fix(edits=(rename,), is_safe=not reasons, reason="; ".join(reasons))


def _limit_of(document: Document) -> str:
    """Say why a program's library cannot switch thinking off; empty if none is known."""
    limits = load(document.language).limits
    return next((limit.advice for limit in limits if re.search(limit.sign, document.text)), "")


class _Move(NamedTuple):
    """The old and the new model, and the `migrate_to` setting."""

    old: KimiModel
    new: KimiModel
    migrate_to: str | None


def _renamed_value(reading: Reading, mention: Mention, move: _Move) -> Fix | None:
    """Offer an unsafe rename of a value that may be used in requests, with those in sight."""
    if mention.value.position != "value" or "successor-listed" in mention.value.evidence:
        return None
    moved, left = _moved_elsewhere(reading, mention, move)
    if moved:
        return doubted(moved, reasons_against(mention.value.evidence))
    reasons = [*(reasons_against(mention.value.evidence) or [NOTHING_SHOWS]), *left]
    rename = rename_fix(mention, move.new.id)
    return Fix(edits=(rename,), is_safe=False, reason="; ".join([*reasons, *_changes(move)]))


def _moved_elsewhere(
    reading: Reading, mention: Mention, move: _Move
) -> tuple[Fix | None, Sequence[str]]:
    """Move a name together with the requests that it reaches; and say what was not followed."""
    elsewhere = reading.asked_elsewhere
    if elsewhere is None or mention.value.position not in {"request", "value"}:
        return None, ()
    document = reading.document
    if load(document.language).is_shell and move.old.thinking == "never":
        from agentsflare_kimi.lint.rules.asked_in_bodies import moved_in_bodies  # noqa: PLC0415  # few files need it

        return moved_in_bodies(document, reading.embedded, mention, move.migrate_to), ()
    from agentsflare_kimi.lint.rules.asked_elsewhere import moved_elsewhere  # noqa: PLC0415  # same

    fix, left = moved_elsewhere(elsewhere, mention, move.migrate_to)
    # Who goes on thinking needs no more than the name, unless something is rejected.
    is_needed = move.old.thinking == "never" or (fix is not None and "without" in fix.description)
    return (fix, left) if is_needed else (None, ())


def _moved_along(mention: Mention, move: _Move) -> Fix | None:
    """Move a constant together with its requests; None unless all of them are written out here."""
    bodies = mention.value.uses
    fixes = [migration_fix(body, mention, move.migrate_to) for body in bodies if body.is_complete]
    whole = [fix for fix in fixes if fix]
    if not whole or len(whole) < len(bodies):
        return None
    reasons = [fix.reason for fix in whole if fix.reason]
    if move.old.thinking == "never":
        reasons.append(f"requests elsewhere may use {mention.value.key}, too")
    return Fix(
        edits=merge_edits(list({edit for fix in whole for edit in fix.edits})),
        is_safe=not reasons,
        reason="; ".join(dict.fromkeys(reasons)),
        description=", ".join(dict.fromkeys(fix.description for fix in whole)),
    )


def _rename_risk(mention: Mention, move: _Move) -> str:
    """Say why a rename alone may change the program's behaviour; empty if it cannot."""
    risks: list[str] = []
    if mention.value.settings:
        named = ", ".join(setting.name for setting in mention.value.settings)
        risks.append(f"{move.new.id} accepts only its own value for {named}")
    body = mention.value.body
    if body and body.is_complete:
        risks.append("the request needs more changes than can be written here")
    elif body and ("*" in body.values or body.form != "other"):
        risks.append("part of the request is written elsewhere")
    return "; ".join([*risks, *_changes(move)])


@lru_cache(maxsize=64)
def _changes(move: _Move) -> Sequence[str]:
    old, new = move.old, move.new
    plan = plan_migration({"model": old.id}, settings=Policy(move.migrate_to))
    lost = [change.reason for change in plan.changes if change.is_lossy]
    # A model without thinking would start to think, as the successor does by default.
    if old.thinking == "never" and new.thinking == "switchable":
        lost.append(f"{old.id} did not think, {new.id} does unless told otherwise")
    pinned = ", ".join(new.fixed_parameters(old.thinking != "never"))
    if old.thinking == "never" and pinned:
        lost.append(f"where the request is made, leave out {pinned}")
    return lost
