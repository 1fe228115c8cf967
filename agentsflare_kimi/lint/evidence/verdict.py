"""Decides the role of a string that names a model, in all languages with a tree."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import (
    ABOUT_MODEL,
    NAMES_OF_MODELS,
    compares,
    is_chat,
    words_of,
)
from agentsflare_kimi.lint.evidence.case import Case, Verdict
from agentsflare_kimi.lint.evidence.siblings import Siblings
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.keys import is_api_key, is_base_url, is_model_key
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.steps import Step
from agentsflare_kimi.lint.sources.targets import content_at, word_at
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from agentsflare_kimi.lint.sources.regions import Region
    from agentsflare_kimi.lint.sources.tree import Part, Tree

__all__ = ["Verdict", "judge"]

_GETS: Final = lazy(r"^_*(?:get|resolve|pick|choose|select|default)_?(?=[A-Z_a-z])")
_CHOOSES: Final = frozenset({"||", "??", "or", "?:", "//", "|"})
_FALLBACK: Final = 2
_CHOOSERS: Final = WORDS["choosers"].words
_PAIR: Final = 2
_OURS: Final = frozenset({"moonshot", "moonshotai", "kimi", "agentsflare"})
_DEFAULTS: Final = lazy(r"(?i)^_*(?:default|provider)_?models?$|^models?_?defaults?$")
_PLAIN: Final = {
    "glued": "glued", "compared": "comparison", "key": "key", "subscript": "key", "type": "value",
}  # fmt: skip


def judge(tree: Tree, region: Region, siblings: Siblings) -> Verdict:
    """Decide the role of a string.

    Args:
        tree: The text.
        region: One of its strings, which holds only a model's name.
        siblings: The surroundings of names in the text.

    Returns:
        Its position, its key, and the evidence.
    """
    case = Case(tree, region)
    verdict = _first(case)
    if verdict.position == "value" and not verdict.evidence:
        verdict = _instead(case, region) or verdict
    if verdict.position in {"glued", "key", "code"}:
        return verdict
    return siblings.weigh(verdict, region.start, case.seen, case.steps)


def _instead(case: Case, region: Region) -> Verdict | None:
    """Judge a fallback by what it stands in for: `settings.model || "..."`."""
    tokens = case.tree.tokens(case.tree.part_at(region.start))
    index = case.tree.index_of(tokens, region.start)
    if index < _FALLBACK or tokens[index - 1].text not in _CHOOSES:
        return None
    name = word_at(tokens, index - 2).rpartition(".")[2]
    return Verdict("request", name) if is_model_key(name) else None


def _first(case: Case) -> Verdict:
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
            found = _argument(case, step, wrapper)
            if found is None:
                wrapper = wrapper or step.callee
                continue
        if found is None and kind == "returned":
            found = _returned(case, step)
        if found is None and kind in {"object", "block", "returned", "made"}:
            continue
        return found or Verdict("value", step.name, group=step.opener, call=step.callee)
    return Verdict("value")


def _named(case: Case, step: Step) -> Verdict | None:  # noqa: PLR0911  # one case after the other
    """Judge a string that is assigned to a name."""
    name = step.name
    if is_model_key(name.lstrip("-")):
        # `<ModelPicker selectedModelId="...">` shows a model.
        is_shown = step.kind == "attribute" and not _CHOOSERS.isdisjoint(words_of(step.callee))
        position = "value" if is_shown else "request"
        return Verdict(position, name, group=step.opener, call=step.callee)
    squeezed = name.rpartition(".")[2].lower().replace("_", "").replace("-", "")
    if is_api_key(name) or is_base_url(name):
        return Verdict("value", name, group=step.opener, call=step.callee)
    if squeezed in NAMES_OF_MODELS and is_chat(step.callee):
        return Verdict("request", name, group=step.opener, call=step.callee)
    is_about = squeezed in ABOUT_MODEL or name.lower() in ABOUT_MODEL
    if is_about and step.kind == "attribute":
        return _attribute(case, step)
    if is_about and (about := _name_around(case, step)):
        return Verdict("request", about, group=step.opener, call=step.callee)
    if step.kind == "attribute":
        return Verdict("value", name, call=step.callee)
    if squeezed in _OURS and step.kind == "pair" and (name := _map_of_defaults(case)):
        return Verdict("request", name)
    return (
        None
        if step.kind in {"block", "made", "object"}
        else Verdict("value", name, group=step.opener, call=step.callee)
    )


# What follows is loaded when needed: most names are given to a key or an argument with a name.


def _argument(case: Case, step: Step, wrapper: str) -> Verdict | None:
    from agentsflare_kimi.lint.evidence.arguments import judge_argument  # noqa: PLC0415

    return judge_argument(case, step, wrapper)


def _name_around(case: Case, step: Step) -> str:
    from agentsflare_kimi.lint.evidence.defaults import name_around_default  # noqa: PLC0415

    return name_around_default(case.tree, step)


def _map_of_defaults(case: Case) -> str:
    """Return the name of a map from providers to their models: `DEFAULT_MODELS = {...}`."""
    while outer := case.next():
        if outer.kind in {"assigned", "pair", "made"} and _DEFAULTS.search(outer.name):
            return outer.name
        if outer.kind != "object":
            return ""
    return ""


def _attribute(case: Case, step: Step) -> Verdict:
    """Judge `<input name="model" value="...">`, but not `<option value="...">`."""
    tree = case.tree
    tokens = tree.tokens(step.part)
    texts = [tree.source.text[t.start + 1 : t.end - 1] for t in tokens if t.text == STRING]
    is_option = "option" in step.callee.lower() or "item" in step.callee.lower()
    is_about = any(is_model_key(text) for text in texts) and not is_option
    return Verdict("request" if is_about else "value", step.name, call=step.callee)


def _item(case: Case, step: Step) -> Verdict:
    """Judge a list item: the value of the flag before it, or one of several models."""
    from agentsflare_kimi.lint.evidence.arguments import FLAG, string_before  # noqa: PLC0415
    from agentsflare_kimi.lint.evidence.commands import is_about_models  # noqa: PLC0415

    before = string_before(case.tree, step)
    if before and FLAG.match(before):
        command = " ".join(content_at(case.tree, p.start) for p in _first_parts(case, step))
        is_about = is_about_models(f"list {command}")
        return Verdict("value" if is_about else "request", before, group=-1)
    opening = case.tree.source.text[step.opener] if step.opener >= 0 else ""
    # C++: `{{"model", "..."}, {"messages", m}}`; SQL: `VALUES ('llm_model', '...')`.
    is_braced = opening == "{" or (step.opener >= 0 and _is_row(case.tree, step.opener))
    if step.nth == 1 and before and is_model_key(before) and is_braced:
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


def _is_row(tree: Tree, opener: int) -> bool:
    """Tell whether brackets hold a row, or a key and its value: `dict([("model", "...")])`."""
    if tree.source.text[opener] == "(" and tree.language.has_rows:
        return True
    pair = tree.part_at(opener)
    if pair.start != opener or pair.opener < 0 or len(tree.parts_of(opener)) != _PAIR:
        return False
    pairs = tree.part_at(pair.opener)
    is_argument = pairs.start == pair.opener and pairs.opener >= 0
    return is_argument and tree.source.text[pairs.opener] == "("


def _first_parts(case: Case, step: Step) -> Sequence[Part]:
    """Return where a list's first words stand: a program and what it is to do."""
    return case.tree.parts_of(step.opener)[:2]


def _got(function: str) -> str:
    """Return what a getter gets: `get_model_name`, `getModel`, `resolveModel`."""
    return _GETS.sub("", function)


def _returned(case: Case, step: Step) -> Verdict | None:
    """Judge a returned string by the function's name."""
    tree = case.tree
    outer = case.next()
    if outer and outer.kind == "argument":
        return _argument(case, outer, "")
    if outer is None or outer.kind != "block":
        name = tree.scope_of(case.region.start)
    else:
        name = outer.name or outer.callee
    words = [word.partition("(")[0].rstrip(":") for word in name.split()]
    found = next((w for w in reversed(words) if is_word(w) and is_model_key(_got(w))), "")
    if not found or step.part.start < 0:
        return Verdict("value", words[-1] if words else "")
    return Verdict("request", found)
