"""Finds requests whose model is named in another place, and moves them together with that name.

`MODEL = os.getenv("MODEL", "kimi-k2-turbo-preview")` at the top, `create(model=MODEL, ...)` further
down: a new name at the top asks for `thinking` and for fewer parameters further down. Such a fix is
never safe, since the model may be another one while the program runs.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.edits.layout import merge_edits
from agentsflare_kimi.lint.edits.requests import Policy, known_request, migration_fix
from agentsflare_kimi.lint.findings import Edit, Fix
from agentsflare_kimi.lint.line_starts import line_starts
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import (
    Body,
    bracket_around,
    callee_of,
    group_at,
)
from agentsflare_kimi.lint.requests.linked_names import LinkedNames
from agentsflare_kimi.models.catalog import find_model
from agentsflare_kimi.models.migration import plan_migration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.evidence.hosts import Hosts
    from agentsflare_kimi.lint.requests.mentions import Mention
    from agentsflare_kimi.lint.sources.code import CodeDocument
    from agentsflare_kimi.lint.sources.tree import Part

__all__ = ["Asked", "AskedElsewhere", "moved_elsewhere"]

_MODEL: Final = lazy(r"(?<![\w$])(?:model|model_name|modelName|Model)(?![\w$])")
_SIGNS: Final = frozenset({"=", ":", "=>"})
# Signs that a program also calls somebody else.
_MOST: Final = 60
_KEY_AND_SIGN: Final = 2


class Asked(NamedTuple):
    """A request whose model is not written in it as a plain string.

    Attributes:
        start: Where the expression for its model begins.
        end: Where that ends.
        body: The request; None if it cannot be read as a whole.
    """

    start: int
    end: int
    body: Body | None


class AskedElsewhere:
    """The requests of one program whose models are named elsewhere, and where."""

    def __init__(self, document: CodeDocument, mentions: Sequence[Mention], hosts: Hosts) -> None:
        """Keep the arguments; nothing is read before it is needed."""
        self._document = document
        self._mentions = mentions
        self._hosts = hosts
        self._names = LinkedNames(document.tree)

    def of(self, mention: Mention) -> Sequence[Asked]:
        """List the requests that a mention of a model may reach."""
        return [asked for asked, reaching in self._all if mention in reaching]

    def models_of(self, asked: Asked) -> frozenset[str]:
        """List the models that may reach a request."""
        reaching = (mentions for other, mentions in self._all if other is asked)
        return frozenset(mention.model for mentions in reaching for mention in mentions)

    def models_at(self, start: int) -> frozenset[str]:
        """List the models of the request whose model's expression begins at *start*."""
        reaching = (mentions for asked, mentions in self._all if asked.start == start)
        return frozenset(mention.model for mentions in reaching for mention in mentions)

    def line_of(self, asked: Asked) -> int:
        """Return the line of a request."""
        return bisect_right(line_starts(self._document.text), asked.start)

    @cached_property
    def _all(self) -> Sequence[tuple[Asked, Sequence[Mention]]]:
        text = self._document.text
        if self._hosts.may_call_others(text) or self._document.tree.language.is_data:
            return ()
        found = list(self._asked())
        named = [m for m in self._mentions if _may_be_asked(m)] if found else []
        origins = [self._names.origin_of(mention.start) for mention in named]
        return [
            (
                asked,
                [
                    mention
                    for mention, origin in zip(named, origins, strict=True)
                    if asked.start <= mention.start < asked.end
                    or self._names.is_linked(origin, asked.start, asked.end)
                ],
            )
            for asked in found
        ]

    def _asked(self) -> Iterator[Asked]:
        tree = self._document.tree
        masked = tree.source.masked
        count = 0
        for match in _MODEL.finditer(self._document.text):
            region = tree.source.region_at(match.start())
            is_key = region is None or (region.inner_start, region.inner_end) == match.span()
            is_quoted = region is not None and region.kind == "string"
            if not is_key or (region is not None and not is_quoted):
                continue
            span = self._value_of(region.start if region else match.start())
            if span is None or _is_string(self._document, *span):
                continue
            count += 1
            if count > _MOST:
                return
            # Ruby's `model:` has its own name for its value, which is written nowhere.
            is_short = tree.language.omits_values and masked[span[1] - 1] == ":"
            body = self._document.body_at((span[1], span[1]) if is_short else span, "")
            if body is not None or self._is_request(span[0]):
                is_known = body and body.is_complete and not self._may_be_else(*span)
                yield Asked(*span, body if is_known else None)

    def _may_be_else(self, start: int, end: int) -> bool:
        """Tell whether an expression may be another string: `x ? "another" : "kimi-..."`."""
        source = self._document.source
        return any(
            region.kind == "string"
            and source.enclosing(region.start) == source.enclosing(start)
            and find_model(source.text[region.inner_start : region.inner_end]) is None
            for region in source.regions_between(start, end - 1)
        )

    def _value_of(self, start: int) -> tuple[int, int] | None:
        """Find the value of the entry, argument or builder's call that begins at *start*."""
        tree = self._document.tree
        masked = tree.source.masked
        after = masked.find("(", start)
        if masked[start - 1 : start] == "." and after in tree.source.closers:
            if masked[start:after].strip().lower() not in {"model", "setmodel"}:
                return None
            inside = tree.parts_of(after)
            return (inside[0].start, inside[0].end) if len(inside) == 1 else None
        part = tree.part_at(start)
        is_entry = part.start == start and part.opener >= 0 and tree.is_list(part.opener)
        return self._value_in(part) if is_entry else None

    def _value_in(self, part: Part) -> tuple[int, int] | None:
        """Find the value in an entry; the entry itself where one word is key and value."""
        tree = self._document.tree
        tokens = tree.tokens(part)
        is_omitted = len(tokens) == _KEY_AND_SIGN and tree.language.omits_values
        if len(tokens) == 1 or is_omitted:
            is_short = tree.source.masked[part.opener] == "{" or len(tokens) > 1
            return (part.start, part.end) if is_short else None
        if tokens[1].text not in _SIGNS:
            return None
        return next(((token.start, part.end) for token in tokens[2:]), None)

    def _is_request(self, offset: int) -> bool:
        tree = self._document.tree
        opener = bracket_around(tree, offset)
        group = group_at(tree.source, opener)
        if group is None or opener is None:
            return False
        keys = {entry.key.lower() for entry in group.entries}
        return "messages" in keys or "completions" in callee_of(tree, opener).lower()


def _may_be_asked(mention: Mention) -> bool:
    """Tell whether a mention may be the model of a request other than the one around it."""
    is_open = mention.value.position in {"request", "value"} and not mention.host
    body = mention.value.body
    return is_open and (body is None or not _is_request(body))


def _is_request(body: Body) -> bool:
    if body.form != "other":
        return True
    entry = body.main.find("model")
    # `function ask({ messages, model = "..." })`: a default, not an entry.
    sign = body.source.masked[entry.start : entry.value_start] if entry else ""
    is_entry = body.source.text[body.main.opener] == "{" and "=" not in sign
    return is_entry and "messages" in body.values


def _is_string(document: CodeDocument, start: int, end: int) -> bool:
    region = document.source.region_from(start)
    return region is not None and region.end == end


def moved_elsewhere(
    elsewhere: AskedElsewhere, mention: Mention, migrate_to: str | None
) -> tuple[Fix | None, Sequence[str]]:
    """Move a name together with the requests that it reaches.

    Args:
        elsewhere: The requests.
        mention: The place that names the model.
        migrate_to: The model to move to; the catalog's successor by default.

    Returns:
        One unsafe fix, or None if no request can be moved; and which were not followed, and why.
    """
    edits: dict[Edit, None] = {}
    reasons: list[str] = []
    told: list[str] = []
    left: list[str] = []
    for asked in elsewhere.of(mention):
        line = elsewhere.line_of(asked)
        fix = None
        if asked.body is None:
            left.append(f"the request at line {line} is not in sight as a whole")
        elif other := _differing(asked.body, mention, elsewhere.models_of(asked), migrate_to):
            left.append(f"the request at line {line} may ask for {other}, too")
        else:
            body = _with_model(asked.body, mention.model)
            fix = migration_fix(body, mention, migrate_to)
            if fix is None:
                left.append(f"the request at line {line} needs changes that cannot be made here")
        if fix:
            edits |= dict.fromkeys(fix.edits)
            reasons += [f"the model at line {line} may be another one while the program runs"]
            reasons += [fix.reason] if fix.reason else []
            told.append(fix.description)
    if not edits:
        return None, left
    return Fix(
        edits=merge_edits([*edits]),
        is_safe=False,
        reason="; ".join(dict.fromkeys([*left, *reasons])),
        description=", ".join(filter(None, dict.fromkeys(told))),
    ), left


def _with_model(body: Body, model: str) -> Body:
    return body._replace(values={**body.values, "model": model})


def _differing(body: Body, mention: Mention, models: frozenset[str], migrate_to: str | None) -> str:
    """Name a model that reaches the same request and needs other changes; empty for none."""
    own = _planned(body, mention.model, migrate_to)
    for model in sorted(models - {mention.model}):
        if find_model(model) is None or _planned(body, model, migrate_to) != own:
            return model
    return ""


def _planned(body: Body, model: str, migrate_to: str | None) -> object:
    before = known_request(_with_model(body, model))
    after = plan_migration(before, settings=Policy(migrate_to)).request
    return {key: repr(value) for key, value in after.items()}
