"""Finds JSON bodies whose model is a variable of the script around them, and moves them along.

`MODEL=${MODEL:-kimi-k2-turbo-preview}` and, in a body for curl, `{"model": "$MODEL", ...}`; or
`jq -n --arg model "$MODEL" '{model: $model, ...}'`.
"""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.edits.requests import (
    Policy,
    body_edits,
    known_request,
    rename_fix,
)
from agentsflare_kimi.lint.evidence.commands import command_at
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.documents import line_around
from agentsflare_kimi.models.migration import plan_migration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.requests.bodies import Body
    from agentsflare_kimi.lint.requests.mentions import Mention
    from agentsflare_kimi.lint.sources.documents import Document, Embedded

__all__ = ["moved_in_bodies", "names_set"]

# The reader of the script leaves a sign where a variable stands.
_MODEL: Final = lazy(r"\"model\"\s*:\s*\"(?P<sign>\$)\"")
# jq takes the model as an argument: `--arg model "$MODEL"`, and `{model: $model}`.
_JQ_MODEL: Final = lazy(r"(?<!\w)[\"']?model[\"']?\s*:\s*(?P<sign>\$(?P<name>\w+))")
_JQ: Final = lazy(r"(?:\A|[\s|;&(])jq\s")
_ARGUMENT: Final = r"--arg\s+{name}\s+(?P<value>\S+)"
_ASSIGNED: Final = lazy(r"(?:^|[\s;&|(])(?P<name>[A-Za-z_]\w*)=[\"']?(?:\$\{\w+:?[-=])?\Z")
_VARIABLE: Final = lazy(r"['\"]*\$\{?(?P<name>\w+)")
_RISK: Final = "the model may be another one while the script runs"


def moved_in_bodies(
    document: Document, embedded: Sequence[Embedded], mention: Mention, migrate_to: str | None
) -> Fix | None:
    """Move a name together with the bodies that get it through a variable.

    Args:
        document: The script.
        embedded: The texts in it.
        mention: The place that names the model.
        migrate_to: The model to move to; the catalog's successor by default.

    Returns:
        One unsafe fix; None if no body can be moved.
    """
    edits: list[Edit] = []
    reasons: list[str] = [_RISK]
    new = ""
    for text, body in _bodies(document, embedded, mention):
        before = known_request(body)
        plan = plan_migration(before, settings=Policy(migrate_to))
        new = str(plan.request["model"])
        after = {**plan.request, "model": mention.model}
        made = body_edits(body, before, after, mention)
        if made is None:
            continue
        edits += [_in_script(edit, text) for edit in made]
        reasons += [f"{c.parameter}: {c.reason}" for c in plan.changes if c.is_lossy]
    if not edits:
        return None
    edits.append(rename_fix(mention, new))
    return Fix(edits=merge_edits(edits), is_safe=False, reason="; ".join(dict.fromkeys(reasons)))


def _bodies(
    document: Document, embedded: Sequence[Embedded], mention: Mention
) -> Iterator[tuple[Embedded, Body]]:
    for text in embedded:
        if load(text.language).parsed_as != "json":
            continue
        for match in _JQ_MODEL.finditer(text.text):
            if _is_argument(document, text, match["name"], mention):
                json = CodeDocument(text.text, "json")
                body = json.body_at(match.span("sign"), mention.model)
                if body and body.is_complete:
                    yield text, body
        for match in _MODEL.finditer(text.text):
            start, end = match.span("sign")
            if _is_meant(document, text, start, mention):
                body = CodeDocument(text.text, "json").body_at((start - 1, end + 1), mention.model)
                if body and body.is_complete:
                    yield text, body


def _is_meant(document: Document, text: Embedded, sign: int, mention: Mention) -> bool:
    """Tell whether a sign stands for the variable that a mention sets, or holds the mention."""
    start, end = text.offsets[sign], text.offsets[sign + 1]
    return _is_set_by(document, start, end, mention)


def _is_set_by(document: Document, start: int, end: int, mention: Mention) -> bool:
    """Tell whether a word is the variable that a mention sets, or holds the mention itself."""
    variable = _VARIABLE.match(document.text, start, end)
    is_named = variable is not None and variable["name"] in names_set(document, mention)
    return is_named or start <= mention.start < end


def names_set(document: Document, mention: Mention) -> Sequence[str]:
    """List the variables that a mention sets: two in `MODEL="${KIMI_MODEL:-name}"`."""
    start = line_around(document.text, mention.start)[0]
    assigned = _ASSIGNED.search(document.text, start, mention.start)
    return [mention.value.key, *([assigned["name"]] if assigned else [])]


def _is_argument(document: Document, text: Embedded, name: str, mention: Mention) -> bool:
    """Tell whether jq gets the mention, or the variable that it sets, as an argument."""
    if not isinstance(document, CodeDocument):
        return False
    start, end = command_at(document.source.masked, text.offsets[0] - 1)
    command = document.text[start:end]
    given = re.search(_ARGUMENT.format(name=re.escape(name)), command)
    if given is None or not _JQ.search(command):
        return False
    first, last = (start + offset for offset in given.span("value"))
    return _is_set_by(document, first, last, mention)


def _in_script(edit: Edit, text: Embedded) -> Edit:
    start, end = text.offsets[edit.start], text.offsets[edit.end]
    return Edit(start=start, end=end, replacement=text.escape(edit.replacement))
