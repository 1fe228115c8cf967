"""Turns the migration plan of a request into edits of the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast
from agentsflare_kimi.lint.edits.entries import (
    NOT_SDK_KEYWORDS,
    added_entry,
    entry_beside,
    entry_of,
    written,
)
from agentsflare_kimi.lint.edits.layout import insert_entry, merge_edits, remove_entries
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.requests.bodies import Body, Group, group_at
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_entries
from agentsflare_kimi.lint.requests.mentions import Mention
from agentsflare_kimi.lint.requests.spreads import branches
from agentsflare_kimi.lint.sources.documents import word_before
from agentsflare_kimi.lint.sources.regions import Entry
from agentsflare_kimi.models.catalog import find_model
from agentsflare_kimi.models.migration import plan_migration

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Policy", "body_edits", "known_request", "migration_fix", "rename_fix"]

# Stands for a number known only at run time; it equals no fixed value.
_UNKNOWN_NUMBER: Final = float("nan")
_SOME_CALLS: Final = ("",)
_NUMBERS: Final = frozenset(
    {"temperature", "top_p", "n", "presence_penalty", "frequency_penalty", "logprobs"}
)


class Policy:
    """The linter's migration policy: move every model, whatever the environment says."""

    on_retired = "migrate"
    on_deprecated = "migrate"
    on_unknown = "ignore"
    adapt_parameters = "always"
    on_forced_tool = "disable_thinking"
    extra_models: Sequence[str] = ()
    models_file: str | None = None

    def __init__(self, migrate_to: str | None = None) -> None:
        """Move to the catalog's successors, or to the model `migrate_to`."""
        self.migrate_to = migrate_to


def known_request(body: Body) -> dict[str, object]:
    """Build the request that *body* sends, with stand-ins for values known only at run time."""
    known: dict[str, object] = {}
    for key, value in body.values.items():
        if key == "thinking" and _is_choice_computed(value):
            continue
        if value is not COMPUTED:
            known[key] = _without_computed(value)
        elif key in _NUMBERS:
            known[key] = _UNKNOWN_NUMBER
    return known


def _is_choice_computed(thinking: object) -> bool:
    if isinstance(thinking, dict):
        return cast("dict[str, object]", thinking).get("type") is COMPUTED
    return thinking is COMPUTED


def _without_computed(value: object) -> object:
    if isinstance(value, list):
        return [_without_computed(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value).items()
        # Computed tool calls still count as tool calls, with all consequences.
        return {
            key: _SOME_CALLS
            if item is COMPUTED and key == "tool_calls"
            else _without_computed(item)
            for key, item in entries
        }
    return "" if value is COMPUTED else value


def migration_fix(body: Body, mention: Mention, migrate_to: str | None = None) -> Fix | None:
    """Make a fix for the complete migration of a request.

    Args:
        body: The request.
        mention: The place that names its model.
        migrate_to: The model to move to; the catalog's successor by default.

    Returns:
        One fix, unsafe if the plan loses something; None if the plan needs a change that
        cannot be made here.
    """
    before = known_request(body)
    plan = plan_migration(before, settings=Policy(migrate_to))
    edits = body_edits(body, before, plan.request, mention)
    if edits is None:
        return None
    lost = [f"{c.parameter}: {c.reason}" for c in plan.changes if c.is_lossy]
    lost += _unknowns(body, mention)
    return Fix(
        edits=merge_edits(edits),
        is_safe=not lost,
        reason="; ".join(lost),
        description=", ".join(_told(body, before, plan.request)),
    )


def _told(body: Body, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """Describe the changes other than the name, in the source's own syntax."""
    for key, value in after.items():
        if key != "model" and (key not in before or before[key] != value):
            is_long = isinstance(value, list)
            yield f"with `{key}` completed" if is_long else f"with `{entry_of(body, key, value)}`"
    if gone := [key for key in before if key not in after]:
        yield f"without {', '.join(f'`{key}`' for key in gone)}"


def _unknowns(body: Body, mention: Mention) -> list[str]:
    """List what a fix must assume, because it is known only at run time."""
    unknown = [key for key, value in body.values.items() if value is COMPUTED]
    choices = [key for key in unknown if key in {"tool_choice", "reasoning_effort"}]
    reasons = [f"{key} is computed at run time" for key in choices]
    if "messages" not in body.values and not _is_client_of_thinker(body, mention):
        reasons.append("requests are made elsewhere and may ask for more")
    if "*" in body.values:
        reasons.append("callers may ask for more")
    elif body.more or body.main.opener < 0:
        reasons.append("the request is put together in several places")
    return reasons


def _is_client_of_thinker(body: Body, mention: Mention) -> bool:
    """Tell whether a class's requests need no more than the name: `ChatOpenAI(model="...")`."""
    old = find_model(mention.model)
    built = word_before(body.source.masked, body.main.opener)
    return old is not None and old.thinking == "always" and built[:1].isupper()


def rename_fix(mention: Mention, successor: str) -> Edit:
    """Replace a name and nothing else."""
    start, end = mention.name_span
    return Edit(start=start, end=end, replacement=successor)


def body_edits(
    body: Body, before: Mapping[str, object], after: Mapping[str, object], mention: Mention
) -> list[Edit] | None:
    """Make the edits that turn a request into another.

    Args:
        body: The request in the source.
        before: Its current fields.
        after: Its new fields.
        mention: The place that names its model.

    Returns:
        The edits; None if a change cannot be made here.
    """
    if not all(body.group_of(key).find(key) for key in {*before} - {*after}):
        return None
    edits = _removals(body, before, after)
    for key, value in after.items():
        if key == "model" and value != before["model"]:
            edits.append(rename_fix(mention, str(value)))
        elif key not in before and key in body.values:
            # The field is set already, to a value known only at run time.
            return None
        elif key not in before:
            edits += added_entry(body, key, value)
        elif value is not before[key] and value != before[key]:
            changed = _changed(body, key, before[key], value)
            if changed is None:
                return None
            edits += changed
    return edits


def _removals(body: Body, before: Mapping[str, object], after: Mapping[str, object]) -> list[Edit]:
    """Remove the fields that a request loses, and what then holds nothing."""
    gone = {*before} - {*after}
    groups = [body.main, *body.more]
    if body.extra and _is_emptied(body.extra, before, after):
        gone = {*gone, "extra_body"}
    elif body.extra:
        groups.append(body.extra)
    emptied = _emptied_spreads(body, gone)
    return [
        edit
        for group in groups
        if not any(entry.start <= group.opener < entry.end for entry in emptied)
        for edit in remove_entries(body.source, group, gone, emptied)
    ]


def _emptied_spreads(body: Body, gone: AbstractSet[str]) -> list[Entry]:
    """List what is spread into a request, on a condition, and would spread nothing any more."""
    source = body.source
    found: list[Entry] = []
    for group in (body.main, *body.more):
        for entry in group.entries if group.opener >= 0 else ():
            inner = [other for other in body.more if entry.start <= other.opener < entry.end]
            keys = {each.key for other in inner for each in other.entries}
            if entry.key == "*" and keys and keys <= gone:
                spread = branches(source, entry.value_start, entry.end) or ()
                found += [entry] if not any(branch.name for branch in spread) else []
    return found


def _is_emptied(extra: Group, before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Tell whether `extra_body` loses all its entries and gains none."""
    is_added = any(key in NOT_SDK_KEYWORDS and key not in before for key in after)
    return not is_added and not any(entry.key in after for entry in extra.entries)


def _changed(body: Body, key: str, before: object, value: object) -> list[Edit] | None:
    entry = body.group_of(key).find(key)
    if entry is None or body.values.get(key) is COMPUTED:
        return None
    if isinstance(before, list) and isinstance(value, list):
        items = cast("list[object]", before), cast("list[object]", value)
        return _grown_items(body, entry.value_start, *items)
    return [Edit(start=entry.value_start, end=entry.end, replacement=written(body, value))]


def _grown_items(
    body: Body, opener: int, before: Sequence[object], after: Sequence[object]
) -> list[Edit] | None:
    """Add entries to the items of a list; None if the items change in other ways."""
    entries = read_entries(body.source, opener) or ()
    if not len(entries) == len(before) == len(after):
        return None
    edits: list[Edit] = []
    for entry, old, new in zip(entries, before, after, strict=True):
        if old == new:
            continue
        group = group_at(body.source, entry.value_start)
        gained = _gained(old, new)
        if not (group and group.entries and gained):
            return None
        last = group.entries[-1]
        added = ", ".join(entry_beside(body, last, key, value) for key, value in gained.items())
        added = f"...{{ {added} }}" if body.form == "typed" else added
        edits.append(insert_entry(body.source, group, last, added))
    return edits


def _gained(old: object, new: object) -> Mapping[str, object] | None:
    """Return the entries that a mapping gained; None if it differs in other ways."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return None
    was, now = cast("dict[str, object]", old), cast("dict[str, object]", new)
    gained = {key: value for key, value in now.items() if key not in was}
    return gained if was | gained == now else None
