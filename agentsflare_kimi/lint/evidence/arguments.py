"""Decides the role of a string that is a positional argument."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import (
    compares,
    describes_a_model,
    falls_back,
    is_chat,
    is_pattern,
    queries,
    takes_down,
    takes_model_first,
)
from agentsflare_kimi.lint.evidence.calling import asks
from agentsflare_kimi.lint.evidence.case import Case, Verdict
from agentsflare_kimi.lint.evidence.defaults import Named, called_before, named_among, symbols_in
from agentsflare_kimi.lint.kept import kept_with_first
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import MODEL_FLAG, is_api_key, is_base_url, is_model_key

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["FLAG", "judge_argument", "string_before"]

# The name of a field after its attributes: `public string Model { get; }`.
_DECLARED: Final = lazy(r"[\s\w.<>?]*?\b(\w+)\s*(?:[={;,)]|=>)")
FLAG: Final = lazy(rf"{MODEL_FLAG}=?\Z|-m\Z", re.IGNORECASE)
"""An option that names a model."""


def judge_argument(case: Case, step: Step, wrapper: str) -> Verdict | None:  # noqa: C901, PLR0911, PLR0912  # one case after the other
    """Judge a positional argument; None if the call only wraps it."""
    callee = step.callee
    last = callee.rpartition(".")[2]
    if is_pattern(callee):
        return Verdict("code")
    if compares(callee):
        return Verdict("comparison", evidence=("comparison",), call=callee)
    if takes_down(callee) and not is_chat(callee):
        return Verdict("record", evidence=("logged",), call=callee)
    if describes_a_model(callee):
        outer = case.next()
        if outer and is_model_key(outer.name) and not describes_a_model(outer.callee):
            return Verdict("request", outer.name, call=outer.callee, group=outer.opener)
        return Verdict("value", last, ("catalogue",), call=callee)
    if is_model_key(last.lstrip("$@")) and not queries(callee):
        return Verdict("request", last, call=callee, group=-1)
    before = string_before(case.tree, step)
    if falls_back(callee) or last == "using":
        before = _named_before(case.tree, step) or before
        before = before or _declared_after(case.tree, step)
        before = before or next(filter(is_model_key, called_before(case.tree, step)), "")
    before = before or next(filter(FLAG.match, called_before(case.tree, step)), "")
    if step.nth == 1 and last == "using" and (before or "." in callee):
        return Verdict("request", last, call=callee, group=step.opener)
    if before and (FLAG.match(before) or is_model_key(before)) and not queries(callee):
        return Verdict("request", before, call=callee)
    if before and is_api_key(before):
        return Verdict("value", before, call=callee)
    is_first = step.nth == 0 and takes_model_first(callee)
    is_asked = is_first or asks(
        tuple(callee.split(".")), has_capitals=case.tree.language.has_capital_methods
    )
    if is_asked and not wrapper and not queries(callee):
        return Verdict("request", last, call=callee, group=step.opener)
    if queries(callee):
        return Verdict("comparison", evidence=("query",), call=callee)
    if is_api_key(last) or is_base_url(last):
        return Verdict("value", last, call=callee)
    if falls_back(callee):
        return (
            None
            if step.nth or "default" in last.lower() or "or" in last.lower()
            else _looked_up(step)
        )
    if is_api_key(last):
        return Verdict("value", last, call=callee)
    return None if step.nth == 0 else Verdict("value", "", call=callee)


def _looked_up(step: Step) -> Verdict | None:
    """Judge an argument of a look-up: the key to find, or a default."""
    last = step.callee.rpartition(".")[2].lower()
    is_option = last in {
        "option",
        "argument",
        "field",
        "parameter",
        "setting",
        "prop",
        "some",
        "try",
        "optional",
        "string",
    }
    return None if is_option else Verdict("value", "", call=step.callee)


def string_before(tree: Tree, step: Step) -> str:
    """Return the string argument before this one: `option("model", "...")`."""
    if not step.nth or step.opener < 0:
        return ""
    part = tree.parts_of(step.opener)[step.nth - 1]
    region = tree.source.region_at(part.start)
    is_string = region is not None and region.start == part.start and region.end == part.end
    return tree.source.text[region.inner_start : region.inner_end] if region and is_string else ""


def _named_before(tree: Tree, step: Step) -> str:
    """Return what names a model among the arguments before: `StringVarP(&x, "model", "m", ...)`."""
    if step.opener < 0:
        return next(filter(is_model_key, symbols_in(tree, step.part)), "")
    for named in (named_among(tree, step.opener), _symbol_among(tree, step.opener)):
        if named.text and named.nth < step.nth:
            return named.text
    return ""


def _declared_after(tree: Tree, step: Step) -> str:
    """Return the field that an attribute is about: `[DefaultValue("...")] public string Model`."""
    outer = tree.part_at(step.opener).opener if step.opener >= 0 else -1
    if step.callee.startswith("@"):
        outer = step.opener
    elif outer < 0 or tree.source.text[outer] != "[":
        return ""
    declared = _DECLARED.match(tree.source.masked, tree.source.closers[outer] + 1)
    return declared[1] if declared else ""


@kept_with_first
def _symbol_among(tree: Tree, opener: int) -> Named:
    """Find the first symbol or variable among arguments that names a model.

    For example `get_env(:app, :model, "...")`, `maps:get(model, Options, "...")`.
    """
    for part in tree.parts_of(opener):
        tree.source.visits += 1
        sign, *words = tree.tokens(part)
        symbol = "".join(word.text for word in words) if sign.text == ":" else sign.text
        if is_model_key(symbol) and (sign.text == ":" or not words):
            return Named(symbol, part.nth)
    return Named("", -1)
