"""From a plan for a request to the edits that write it into the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from agentsflare_kimi.lint.edits.layout import insert_entry, merge_edits, remove_entries
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.sources.bodies import Body, group_at
from agentsflare_kimi.lint.sources.literals import COMPUTED, read_entries
from agentsflare_kimi.lint.sources.mentions import Mention
from agentsflare_kimi.lint.sources.regions import Entry
from agentsflare_kimi.models.migration import ABSENT, Change, plan_migration

__all__ = ["Policy", "body_edits", "known_request", "migration_fix", "rename_fix"]

# The client of the Python SDK knows these by name; all else goes through `extra_body`.
_NOT_SDK_KEYWORDS: Final = frozenset({"thinking"})
# Stands for a number that only the running program knows: equal to no pinned value.
_UNKNOWN_NUMBER: Final = float("nan")
_SOME_CALLS: Final = ("",)
_CONSTANTS: Final = {"True": "true", "False": "false", "None": "null"}
_NUMBERS: Final = frozenset(
    {"temperature", "top_p", "n", "presence_penalty", "frequency_penalty", "logprobs"}
)


class Policy:
    """What the linter asks of a plan: everything is moved, whatever the environment says."""

    on_retired = "migrate"
    on_deprecated = "migrate"
    on_unknown = "ignore"
    adapt_parameters = "always"
    on_forced_tool = "disable_thinking"
    extra_models: Sequence[str] = ()
    migrate_to: str | None = None
    models_file: str | None = None


def known_request(body: Body) -> dict[str, object]:
    """Build what the API gets from *body*, with stand-ins for what only runs will tell."""
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
        # Calls that are computed are calls: what follows from them must not be overlooked.
        return {
            key: _SOME_CALLS
            if item is COMPUTED and key == "tool_calls"
            else _without_computed(item)
            for key, item in entries
        }
    return "" if value is COMPUTED else value


def migration_fix(body: Body, mention: Mention) -> Fix | None:
    """Write the whole migration of a request that is in sight.

    Args:
        body: The request.
        mention: Its model.

    Returns:
        One group of edits, unsafe where the plan loses something; None where the plan
        changes what no edit here can reach.
    """
    before = known_request(body)
    plan = plan_migration(before, settings=Policy())
    edits = body_edits(body, before, plan.request, mention)
    if edits is None:
        return None
    lost = [f"{c.parameter}: {c.reason}" for c in plan.changes if c.is_lossy]
    lost += _unknowns(body)
    return Fix(
        edits=merge_edits(edits),
        is_safe=not lost,
        reason="; ".join(lost),
        description=", ".join(_told(c) for c in plan.changes if c.parameter != "model"),
    )


def _told(change: Change) -> str:
    if change.after is ABSENT:
        return f"`{change.parameter}` left out"
    return f"`{change.parameter}` set to {change.after!r}"


def _unknowns(body: Body) -> list[str]:
    """What a fix takes on trust, since only the running program knows it."""
    unknown = [key for key, value in body.values.items() if value is COMPUTED]
    choices = [key for key in unknown if key in {"tool_choice", "reasoning_effort"}]
    reasons = [f"{key} is computed at run time" for key in choices]
    if "messages" not in body.values:
        reasons.append("requests are made elsewhere and may ask for more")
    return reasons


def rename_fix(mention: Mention, successor: str) -> Edit:
    """Replace a name, and nothing around it."""
    start, end = mention.name_span
    return Edit(start=start, end=end, replacement=successor)


def body_edits(
    body: Body, before: Mapping[str, object], after: Mapping[str, object], mention: Mention
) -> list[Edit] | None:
    """Turn a request into another one.

    Args:
        body: Where it stands.
        before: What it is.
        after: What it is to be.
        mention: Its model.

    Returns:
        The edits, or None where a change is out of reach.
    """
    edits: list[Edit] = []
    gone = before.keys() - after.keys()
    if not all(body.group_of(key).find(key) for key in gone):
        return None
    for group in (body.main, body.extra):
        edits += remove_entries(body.source, group, gone) if group else []
    for key, value in after.items():
        if key == "model" and value != before["model"]:
            edits.append(rename_fix(mention, str(value)))
        elif key not in before and key in body.values:
            # It stands there already, with a value that only the running program knows.
            return None
        elif key not in before:
            edits.append(_added(body, key, value))
        elif value is not before[key] and value != before[key]:
            changed = _changed(body, key, before[key], value)
            if changed is None:
                return None
            edits += changed
    return edits


def _changed(body: Body, key: str, before: object, value: object) -> list[Edit] | None:
    entry = body.group_of(key).find(key)
    if entry is None or body.values.get(key) is COMPUTED:
        return None
    if isinstance(before, list) and isinstance(value, list):
        items = cast("list[object]", before), cast("list[object]", value)
        return _grown_items(body, entry.value_start, *items)
    written = _written(body, value)
    return [Edit(start=entry.value_start, end=entry.end, replacement=written)]


def _grown_items(
    body: Body, opener: int, before: Sequence[object], after: Sequence[object]
) -> list[Edit] | None:
    """Put entries into the items of a list that only gain some; None where more changes."""
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
        added = ", ".join(_entry(body, last, key, value) for key, value in gained.items())
        added = f"...{{ {added} }}" if body.form == "typed" else added
        edits.append(insert_entry(body.source, group, last, added))
    return edits


def _gained(old: object, new: object) -> Mapping[str, object] | None:
    """What a mapping has more than before, None where that is not all that differs."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return None
    was, now = cast("dict[str, object]", old), cast("dict[str, object]", new)
    gained = {key: value for key, value in now.items() if key not in was}
    return gained if was | gained == now else None


def _added(body: Body, key: str, value: object) -> Edit:
    anchor = body.main.find("model")
    if body.form == "object":
        return insert_entry(body.source, body.main, anchor, _entry(body, anchor, key, value))
    if body.form == "typed":
        # TypeScript refuses a field that the SDK's type lacks, except in what is spread.
        entry = f"...{{ {_entry(body, anchor, key, value)} }}"
        return insert_entry(body.source, body.main, anchor, entry)
    if key not in _NOT_SDK_KEYWORDS:
        return insert_entry(body.source, body.main, anchor, f"{key}={_written(body, value)}")
    if body.extra:
        return insert_entry(body.source, body.extra, None, _quoted_entry(body, key, value))
    entry = f"extra_body={{{_quoted_entry(body, key, value)}}}"
    return insert_entry(body.source, body.main, anchor, entry)


def _entry(body: Body, neighbour: Entry | None, key: str, value: object) -> str:
    if neighbour and not neighbour.is_quoted:
        return f"{key}: {_written(body, value)}"
    return _quoted_entry(body, key, value)


def _quoted_entry(body: Body, key: str, value: object) -> str:
    quote = _quote(body)
    return f"{quote}{key}{quote}: {_written(body, value)}"


def _quote(body: Body) -> str:
    model = body.main.find("model")
    sign = body.source.text[model.end - 1] if model else '"'
    return sign if sign in "\"'" else '"'


def _written(body: Body, value: object) -> str:
    """Write a value as a literal of the body's language, in its quotes."""
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value).items()
        pairs = (_pair(body, key, item) for key, item in entries)
        spaced = "{{ {} }}" if _is_script(body) else "{{{}}}"
        return spaced.format(", ".join(pairs))
    if isinstance(value, str):
        # Plans put in nothing but plain words, so there is nothing to escape.
        return f"{_quote(body)}{value}{_quote(body)}"
    return repr(value) if body.language == "python" else _CONSTANTS.get(repr(value), repr(value))


def _pair(body: Body, key: str, value: object) -> str:
    model = body.main.find("model")
    quote = "" if _is_script(body) and model and not model.is_quoted else _quote(body)
    return f"{quote}{key}{quote}: {_written(body, value)}"


def _is_script(body: Body) -> bool:
    return body.language in {"javascript", "typescript", "tsx"}
