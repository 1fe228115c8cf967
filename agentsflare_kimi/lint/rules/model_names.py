"""What the rules on model names have in common: how bad a place is, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.edits.requests import Policy, migration_fix, rename_fix
from agentsflare_kimi.lint.evidence.table import NOTHING_SHOWS, reasons_against, speaks_for
from agentsflare_kimi.lint.findings import Fix, Severity, doubted
from agentsflare_kimi.lint.rules.base import Problem, Reading
from agentsflare_kimi.lint.sources.mentions import Mention
from agentsflare_kimi.models.catalog import KimiModel, find_model, get_model
from agentsflare_kimi.models.migration import plan_migration

__all__ = ["advice", "fix_note", "mend", "place_note", "problem_at", "whole_names"]

_NOTES: Final = {
    "key": "a key: changing it may break what looks it up",
    "comparison": "a comparison: changing it changes which branch is taken",
    "record": "part of a recorded answer",
    "value": "not the model of a request as far as this file shows",
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
    """Speak of a name; *severity* is that of a request."""
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
        is_shared=whole is None or whole.is_bound,
    )


def _severity_at(mention: Mention, severity: Severity) -> Severity:
    """Weigh a finding by its place: only a request fails when its model is gone."""
    if mention.in_prose:
        return "info"
    if "vendor" in mention.value.evidence and severity == "error":
        return "warning"
    if mention.is_request or severity == "info":
        return severity
    return "warning"


def place_note(mention: Mention) -> str:
    """Say why a place is reported and not changed; empty for a request."""
    if mention.host:
        return f" (`{mention.host}` marks another host's name: its dates may differ)"
    if "vendor" in mention.value.evidence:
        return " (the request goes to another host: its dates may differ)"
    note = _NOTES.get(mention.value.position)
    return f" ({note})" if note else ""


def fix_note(fix: Fix | None) -> str:
    """Say what a fix changes beside the name; empty where it is a rename, or there is none."""
    return f", with {fix.description}" if fix and fix.description else ""


def mend(mention: Mention, old: KimiModel) -> Fix | None:
    """Move a request to the successor of its model, as far as the request is in sight.

    Args:
        mention: Where the model is named.
        old: The model.

    Returns:
        A fix: the whole migration of a request in sight; a rename, which is unsafe where nothing
        shows that it is all there is to change; None for keys, comparisons, records, other hosts'
        names, and where there is no successor.
    """
    if not old.successor or mention.host:
        return None
    if not mention.is_request:
        return _renamed_value(mention, old)
    body = mention.value.body
    against = reasons_against(mention.value.evidence)
    if body and body.is_complete:
        fix = migration_fix(body, mention)
        if fix:
            return doubted(fix, against)
    elif moved := _moved_along(mention, old):
        return doubted(moved, against)
    reasons = [*against, *filter(None, [_rename_risk(mention, old)])]
    if not reasons and not speaks_for(mention.value.evidence):
        reasons = [NOTHING_SHOWS]
    rename = rename_fix(mention, old.successor)
    return Fix(edits=(rename,), is_safe=not reasons, reason="; ".join(reasons))


def _renamed_value(mention: Mention, old: KimiModel) -> Fix | None:
    """Offer a rename of what is a value and may be meant to be one."""
    if mention.value.position != "value" or "successor-listed" in mention.value.evidence:
        return None
    reasons = reasons_against(mention.value.evidence) or [NOTHING_SHOWS]
    rename = rename_fix(mention, str(old.successor))
    return Fix(edits=(rename,), is_safe=False, reason="; ".join([*reasons, *_changes(old)]))


def _moved_along(mention: Mention, old: KimiModel) -> Fix | None:
    """Move the requests whose model is a constant along with it; None unless all are in sight."""
    fixes = [migration_fix(body, mention) for body in mention.value.uses if body.is_complete]
    whole = [fix for fix in fixes if fix]
    if not whole or len(whole) < len(mention.value.uses):
        return None
    reasons = [fix.reason for fix in whole if fix.reason]
    if old.thinking == "never":
        reasons.append(f"requests out of sight may use {mention.value.key}, too")
    return Fix(
        edits=merge_edits(list({edit for fix in whole for edit in fix.edits})),
        is_safe=not reasons,
        reason="; ".join(dict.fromkeys(reasons)),
        description=", ".join(dict.fromkeys(fix.description for fix in whole)),
    )


def _rename_risk(mention: Mention, old: KimiModel) -> str:
    """Why a bare rename may change what the program does; empty where it does not."""
    risks: list[str] = []
    if mention.value.settings:
        named = ", ".join(setting.name for setting in mention.value.settings)
        risks.append(f"{old.successor} rejects other values than its own for {named}")
    body = mention.value.body
    if body and body.is_complete:
        risks.append("the request needs more changes than can be written here")
    elif body and ("*" in body.values or body.form != "other"):
        risks.append("part of the request is not in sight")
    return "; ".join([*risks, *_changes(old)])


def _changes(old: KimiModel) -> list[str]:
    plan = plan_migration({"model": old.id}, settings=Policy())
    lost = [change.reason for change in plan.changes if change.is_lossy]
    # A model that always thought goes on thinking: the successor does so by default.
    if old.thinking == "never":
        lost.append(f"{old.id} did not think, {old.successor} does unless told otherwise")
    return lost


def advice(mention: Mention, old: KimiModel, fix: Fix | None) -> str:
    """Say what to add where, when only the name can be changed and that is not enough."""
    body = mention.value.body
    is_whole = body is not None and body.is_complete
    if fix is None or fix.is_safe or fix.description or is_whole or not old.successor:
        return ""
    pinned = ", ".join(get_model(old.successor).fixed_parameters(old.thinking != "never"))
    thinking = 'add "thinking": {"type": "disabled"} and ' if old.thinking == "never" else ""
    return f" (where the request is made, {thinking}leave out {pinned})"
