"""Finds what a `default`, an `id` or a `value` belongs to, from its surroundings."""

from __future__ import annotations

import re
from itertools import pairwise

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.evidence.callees import falls_back
from agentsflare_kimi.lint.evidence.chains import operand_around
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.sources.roles import steps_from
from agentsflare_kimi.lint.sources.steps import Step
from agentsflare_kimi.lint.sources.targets import content_at, head_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.evidence.tables import Tables
    from agentsflare_kimi.lint.sources.tree import Part, Tree

__all__ = [
    "CHOOSING",
    "SEVERAL",
    "Named",
    "called_before",
    "name_around_default",
    "named_among",
    "symbols_in",
]

_KEY_SIGN_VALUE: Final = 3
# Entries whose value says what another entry is about.
_SPEAKING: Final = frozenset(
    {
        "name",
        "names",
        "key",
        "id",
        "dest",
        "env",
        "variable",
        "long",
        "flag",
        "label",
        "title",
        "provide",
    }
)
CHOOSING: Final = frozenset({"default", "defaultmodel", "fallback", "primary", "main"})
"""Entries that choose one of several models, so that what is around them may name several."""
SEVERAL: Final = frozenset({"models", "llms"})
"""Names of what holds several models."""
# `String model;`, `val model: String`, `String model()`, after an annotation.
_DECLARED: Final = lazy(r"\s*+([^;={()\n]*+)")


class Named(NamedTuple):
    """A name for a model among arguments: the string, and the number of arguments before it."""

    text: str
    nth: int


def name_around_default(tree: Tree, step: Step) -> str:  # noqa: PLR0911  # one case after the other
    """Return the name that a `default` or the like belongs to: `option("model", {default: `."""
    about = [*_speakers(tree, step), *called_before(tree, step)]
    if name := next((n for n in about if is_model_key(n.lstrip("-:"))), ""):
        return name
    if step.opener < 0:
        return ""
    for outer in steps_from(tree, step.opener):
        if outer.kind in {"compared", "glued", "key", "item", "type"}:
            return ""
        name = next(
            (n for n in (outer.name, *_speakers(tree, outer)) if is_model_key(n.lstrip("-:"))), ""
        )
        if name:
            return name
        if outer.name.lower() in SEVERAL and step.name.lower() in CHOOSING:
            return outer.name
        is_option = outer.kind == "argument" and not outer.nth and falls_back(outer.callee)
        if outer.name or (outer.kind == "argument" and not is_option):
            return ""
    return ""


def called_before(tree: Tree, step: Step) -> list[str]:
    """List what the calls before a default were given: `option("--model").default(`."""
    if step.kind != "argument" or step.opener < 0:
        return []
    tokens = tree.tokens(tree.part_at(step.opener))
    index = tree.index_of(tokens, step.opener)
    first = operand_around(tokens, index).first
    parts = [p for t in tokens[first:index] if t.text == "(" for p in tree.parts_of(t.start)]
    return [content_at(tree, part.start) for part in parts if tree.source.region_from(part.start)]


def _speakers(tree: Tree, step: Step) -> list[str]:
    """List names that a default may belong to: strings beside it, the head of its block."""
    names = step.callee.replace(".", " ").split() if step.kind == "block" else []
    if step.opener < 0 and not (tree.language.without_brackets or tree.language.has_tables):
        return names
    if step.opener >= 0 and not tree.is_list(step.opener):
        names += head_of(tree, step.opener)
        names += _named_in_block(tree, step.opener)
    if step.opener < 0 and tree.language.has_tables:
        names.append(_tables_of(tree).table_at(step.part.start).name.rpartition(".")[2])
    if step.opener >= 0 and tree.is_list(step.opener):
        if step.kind == "argument":
            names += filter(None, [named_among(tree, step.opener).text])
        if step.kind in {"pair", "object", "assigned", "argument", "made"}:
            names += _named_by_entries(tree, step.opener)
    if tree.language.without_brackets and step.part.opener < 0:
        # `option :model, default: "..."`
        names += symbols_in(tree, step.part)
    names += _field_after(tree, step.opener, is_annotation=step.callee.startswith("@"))
    return names


def symbols_in(tree: Tree, part: Part) -> list[str]:
    """List the symbols of a command: `model` in `option :model, default: "..."`."""
    pairs = pairwise(tree.tokens(part))
    return [word.text for sign, word in pairs if sign.text == ":" and sign.end == word.start]


@kept_with_first
def named_among(tree: Tree, opener: int) -> Named:
    """Find the first string among the arguments of a call that is a name for a model.

    Args:
        tree: The program.
        opener: The bracket of the call.

    Returns:
        The string and its argument's place; without text if there is none.
    """
    for part in tree.parts_of(opener):
        tree.source.visits += 1
        region = tree.source.region_from(part.start)
        if region and region.end == part.end:
            text = tree.source.text[region.inner_start : region.inner_end]
            if is_model_key(text.lstrip("-:")):
                return Named(text, part.nth)
    return Named("", -1)


@kept_with_first
def _named_by_entries(tree: Tree, opener: int) -> Sequence[str]:
    """Return the first value that names a model among entries that say what others are about."""
    for part in tree.parts_of(opener):
        tree.source.visits += 1
        if _plain_key(tree, part).lower() not in _SPEAKING:
            continue
        value = tree.source.region_at(part.end - 1)
        text = tree.source.text[value.inner_start : value.inner_end] if value else ""
        if is_model_key(text.lstrip("-:")):
            return (text,)
    return ()


@kept_with_first
def _named_in_block(tree: Tree, opener: int) -> Sequence[str]:
    """Return the first setting in a block that says what the others are about, if it is a model."""
    end = tree.source.closers.get(opener, opener)
    for name, _, start in tree.settings_in(opener + 1, end, opener):
        region = tree.source.region_from(start) if name.lower() in _SPEAKING else None
        if region and is_model_key(tree.source.text[region.inner_start : region.inner_end]):
            return (tree.source.text[region.inner_start : region.inner_end],)
    return ()


@kept_with_first
def _tables_of(tree: Tree) -> Tables:
    from agentsflare_kimi.lint.evidence.tables import Tables  # noqa: PLC0415  # TOML only

    return Tables(tree.source.masked)


def _plain_key(tree: Tree, part: Part) -> str:
    tokens = tree.tokens(part)
    if len(tokens) < _KEY_SIGN_VALUE or tokens[1].text not in {":", "=", "=>"}:
        return ""
    return tree.source.text[tokens[0].start : tokens[0].end].strip("\"'`")


def _field_after(tree: Tree, opener: int, *, is_annotation: bool) -> list[str]:
    """Return the field of an annotation: `#[arg(default_value = "...")] model: String`."""
    if is_annotation:
        declared = _DECLARED.match(tree.source.masked, tree.source.closers[opener] + 1)
        return declared[1].partition(":")[0].split()[-1:] if declared else []
    outer = tree.opener_around(opener)
    if outer < 0 or tree.source.text[outer] != "[":
        return []
    after = tree.source.closers[outer] + 1
    line = tree.source.masked[after : after + 1]
    end = tree.source.masked.find("\n", after + len(line) + 1)
    words = tree.source.masked[after : end if end >= 0 else len(tree.source.masked)]
    field = re.match(r"[\s#\[\]\w(),.]*?\b(?:pub(?:\([^)]*\))?\s+)?(\w+)\s*:", words)
    return [field[1]] if field else []
