"""Decides the role of a string that names a model, in all languages with a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from agentsflare_kimi.lint.evidence.callees import (
    ABOUT_MODEL,
    NAMES_OF_MODELS,
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
from agentsflare_kimi.lint.evidence.defaults import called_before, name_around_default
from agentsflare_kimi.lint.evidence.siblings import Siblings
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_api_key, is_base_url, is_model_key
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.roles import steps_from
from agentsflare_kimi.lint.sources.steps import Step
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agentsflare_kimi.lint.sources.documents import Position
    from agentsflare_kimi.lint.sources.regions import Region
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["Verdict", "judge"]

_FLAG: Final = lazy(r"--?[\w-]*model(?:[-_](?:name|id))?=?\Z|-m\Z", re.IGNORECASE)
_GETS: Final = lazy(r"^_*(?:get|resolve|pick|choose|select|default)_?(?=[A-Z_a-z])")
_FIRST: Final = 4
_PLAIN: Final = {
    "glued": "glued", "compared": "comparison", "key": "key", "subscript": "key", "type": "value",
}  # fmt: skip


class Verdict(NamedTuple):
    """The role of a string that names a model.

    Attributes:
        position: Its position, as in `Value`.
        key: The key that it is assigned to; empty if there is none.
        evidence: Keys of `EVIDENCE`.
        group: The bracket around it and its neighbours; -1 if there is none.
        call: The call or class that it is an argument of.
    """

    position: Position
    key: str = ""
    evidence: tuple[str, ...] = ()
    group: int = -1
    call: str = ""


class _Case:
    """A string, and the steps outwards from it, taken one by one."""

    def __init__(self, tree: Tree, region: Region) -> None:
        self.tree = tree
        self.region = region
        self.steps: Iterator[Step] = steps_from(tree, region.start)
        self.seen: list[Step] = []

    def next(self) -> Step | None:
        step = next(self.steps, None)
        if step:
            self.seen.append(step)
        return step


def judge(tree: Tree, region: Region, siblings: Siblings) -> Verdict:
    """Decide the role of a string.

    Args:
        tree: The text.
        region: One of its strings, which holds only a model's name.
        siblings: The surroundings of names in the text.

    Returns:
        Its position, its key, and the evidence.
    """
    case = _Case(tree, region)
    verdict = _first(case)
    if verdict.position in {"glued", "key", "code"}:
        return verdict
    return siblings.weigh(verdict, region.start, case.seen, case.steps)


def _first(case: _Case) -> Verdict:
    """Decide by the innermost step that gives a verdict."""
    wrapper = ""
    while step := case.next():
        kind = step.kind
        if kind == "compared" and step.callee:
            if compares(step.callee):
                return Verdict("comparison", evidence=("comparison",))
            return Verdict("value")
        if kind in _PLAIN:
            evidence = (
                ("comparison",) if kind == "compared" else ("listed",) if kind == "type" else ()
            )
            return Verdict(_PLAIN[kind], evidence=evidence)  # pyright: ignore[reportArgumentType]
        if kind == "item":
            return _item(case, step)
        found = _named(case, step) if step.name else None
        if found is None and kind == "argument" and not step.name:
            found = _positional(case, step, wrapper)
            if found is None:
                wrapper = wrapper or step.callee
                continue
        if found is None and kind == "returned":
            found = _returned(case, step)
        if found is None and kind in {"object", "block", "returned", "made"}:
            continue
        return found or Verdict("value", step.name, group=step.opener, call=step.callee)
    return Verdict("value")


def _named(case: _Case, step: Step) -> Verdict | None:  # noqa: PLR0911  # one case after the other
    """Judge a string that is assigned to a name."""
    name = step.name
    if is_model_key(name.lstrip("-")):
        return Verdict("request", name, group=step.opener, call=step.callee)
    squeezed = name.rpartition(".")[2].lower().replace("_", "").replace("-", "")
    if is_api_key(name) or is_base_url(name):
        return Verdict("value", name, group=step.opener, call=step.callee)
    if squeezed in NAMES_OF_MODELS and is_chat(step.callee):
        return Verdict("request", name, group=step.opener, call=step.callee)
    is_about = squeezed in ABOUT_MODEL or name.lower() in ABOUT_MODEL
    if is_about and step.kind == "attribute":
        return _attribute(case, step)
    if is_about and (about := name_around_default(case.tree, step)):
        return Verdict("request", about, group=step.opener, call=step.callee)
    if step.kind == "attribute":
        return Verdict("value", name, call=step.callee)
    return (
        None
        if step.kind in {"block", "made", "object"}
        else Verdict("value", name, group=step.opener, call=step.callee)
    )


def _attribute(case: _Case, step: Step) -> Verdict:
    """Judge `<input name="model" value="...">`, but not `<option value="...">`."""
    tree = case.tree
    tokens = tree.tokens(step.part)
    texts = [tree.source.text[t.start + 1 : t.end - 1] for t in tokens if t.text == STRING]
    is_option = "option" in step.callee.lower() or "item" in step.callee.lower()
    is_about = any(is_model_key(text) for text in texts) and not is_option
    return Verdict("request" if is_about else "value", step.name, call=step.callee)


def _positional(case: _Case, step: Step, wrapper: str) -> Verdict | None:  # noqa: C901, PLR0911, PLR0912  # one case after the other
    """Judge a positional argument; None if the call only wraps it."""
    callee = step.callee
    last = callee.rpartition(".")[2]
    if is_pattern(callee):
        return Verdict("comparison", evidence=("query",), call=callee)
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
    before = _string_before(case.tree, step)
    if falls_back(callee) or last == "using":
        before = next(filter(is_model_key, _strings_before(case.tree, step)), before)
    before = before or next(filter(_FLAG.match, called_before(case.tree, step)), "")
    if step.nth == 1 and before and last == "using":
        return Verdict("request", last, call=callee, group=step.opener)
    if before and (_FLAG.match(before) or is_model_key(before)) and not queries(callee):
        return Verdict("request", before, call=callee)
    if before and is_api_key(before):
        return Verdict("value", before, call=callee)
    is_first = step.nth == 0 and takes_model_first(callee)
    is_asked = is_first or asks(tuple(callee.split(".")), language=case.tree.language.name)
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
    }
    return None if is_option else Verdict("value", "", call=step.callee)


def _string_before(tree: Tree, step: Step) -> str:
    """Return the string argument before this one: `option("model", "...")`."""
    if not step.nth or step.opener < 0:
        return ""
    part = tree.parts_of(step.opener)[step.nth - 1]
    region = tree.source.region_at(part.start)
    is_string = region is not None and region.start == part.start and region.end == part.end
    return tree.source.text[region.inner_start : region.inner_end] if region and is_string else ""


def _strings_before(tree: Tree, step: Step) -> Iterator[str]:
    """Yield the strings among the first arguments: `StringVarP(&x, "model", "m", "...")`."""
    for index in range(1, min(step.nth, _FIRST) + 1):
        yield _string_before(tree, step._replace(nth=index))


def _item(case: _Case, step: Step) -> Verdict:
    """Judge a list item: the value of the flag before it, or one of several models."""
    before = _string_before(case.tree, step)
    if before and _FLAG.match(before):
        return Verdict("request", before, group=-1)
    is_braced = step.opener >= 0 and case.tree.source.text[step.opener] == "{"
    if step.nth == 1 and before and is_braced and is_model_key(before):
        # C++: `{{"model", "..."}, {"messages", m}}`.
        return Verdict("request", before, group=-1)
    outer = case.next()
    if outer and outer.kind == "compared" and (not outer.callee or compares(outer.callee)):
        return Verdict("comparison", evidence=("comparison",))
    if outer and outer.kind == "argument" and compares(outer.callee):
        return Verdict("comparison", evidence=("comparison",))
    name = outer.name if outer else ""
    is_one = step.opener >= 0 and len(case.tree.parts_of(step.opener)) == 1
    if is_one and name and is_model_key(name) and case.tree.source.text[step.opener] in "({":
        return Verdict("request", name)
    return Verdict("value", name, ("listed",))


def _got(function: str) -> str:
    """Return what a getter gets: `get_model_name`, `getModel`, `resolveModel`."""
    return _GETS.sub("", function)


def _returned(case: _Case, step: Step) -> Verdict | None:
    """Judge a returned string by the function's name."""
    tree = case.tree
    outer = case.next()
    if outer and outer.kind == "argument":
        return _positional(case, outer, "")
    if outer is None or outer.kind != "block":
        name = tree.scopes.scope_of(case.region.start)
    else:
        name = outer.name or outer.callee
    words = [word.partition("(")[0].rstrip(":") for word in name.split()]
    found = next((w for w in reversed(words) if is_word(w) and is_model_key(_got(w))), "")
    if not found or step.part.start < 0:
        return Verdict("value", words[-1] if words else "")
    return Verdict("request", found)
