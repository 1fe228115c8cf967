"""Finds what a name is for other than asking: counting tokens, a test's table, a look-up."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import (
    is_chat,
    is_taken_down,
    measures,
    words_of,
)
from agentsflare_kimi.lint.evidence.calling import encodes
from agentsflare_kimi.lint.evidence.chains import chain_before
from agentsflare_kimi.lint.evidence.looked_up import LookedUp
from agentsflare_kimi.lint.evidence.rewriting import Rewriting
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.evidence.case import Verdict
    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Token, Tree

__all__ = ["Purposes"]

_MEASURING: Final = WORDS["measuring"].words
_TOKENS: Final = WORDS["tokens"].words
_EXPECTING: Final = WORDS["expecting"].words
_ROWS: Final = WORDS["rows"].words
_DOUBLES: Final = WORDS["doubles"].words
_REGISTERING: Final = WORDS["registering"].words
# Requests about models rather than to one.
_ABOUT_MODELS: Final = frozenset({"ModelRetrieveParams", "ModelDeleteParams", "ModelListParams"})
# What returns a description of a model: `model = get_model("...")`.
_GETS: Final = frozenset({"get_model", "getModel", "GetModel"})
# A class that is made with a string: `Chat("..."`.
_MADE: Final = r"(?:new\s+)?[A-Z][\w.:]*\(\s*(?:\w+\s*[=:]\s*)?[\"'`]"
_SEVERAL: Final = 2
_SIGNS: Final = frozenset({"=", ":="})
_COPIES: Final = frozenset({"toBuilder()", "to_builder()", "newBuilder()"})


class Purposes:
    """What the names of a text are for."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._looked_up = LookedUp(tree)
        self._rewriting = Rewriting(tree)
        self._registering: dict[str, bool] = {}
        self._signs: dict[tuple[int, int], int] = {}

    def evidence_on(
        self, verdict: Verdict, seen: Sequence[Step], outwards: Sequence[Step]
    ) -> Iterator[str]:
        """Find evidence that a name is not asked.

        Args:
            verdict: The verdict from the name's own place.
            seen: The steps that led to it.
            outwards: All steps outwards.

        Yields:
            Keys of `EVIDENCE`.
        """
        if not seen:
            return
        target = self._target_of(seen[-1])
        is_price = _holds_a_price(target) and not _asks(outwards)
        if self._is_measured(verdict, seen[0], outwards) or is_price:
            yield "measured"
        if self._is_expected(verdict, target, outwards):
            yield "expected"
        if self._rewriting.holds(seen[0]):
            yield "rewritten"
        built = [name for step in _handed_on(seen[-1], outwards) for name in self._built(step)]
        if verdict.key.lower().startswith("gen_ai.") or any(map(_is_kept, built)):
            yield "logged"
        at = int(seen[0].callee.rpartition(".")[2] in _GETS)
        given = next((step for step in outwards[at : at + 1] if step.kind == "assigned"), None)
        is_inner = len(outwards) > at + 1 and outwards[at + 1].kind != "block"
        is_looked_up = (
            given is not None
            and not is_inner
            and self._looked_up.holds(given.name, given.part.start)
        )
        if is_looked_up or not _ABOUT_MODELS.isdisjoint(built):
            yield "looked-up"
        if any(self._is_registered(step) for step in outwards):
            yield "registered"
        if self._is_labelled(outwards):
            yield "catalogue"

    def _is_measured(self, verdict: Verdict, first: Step, steps: Sequence[Step]) -> bool:
        if not _TOKENS.isdisjoint(words_of(verdict.key)):
            return True
        if any(step.kind == "parameter" and measures(step.callee) for step in steps):
            return True
        # `const countTokens = (text, model = "...") => ...`
        is_in_list = first.opener >= 0 and self._tree.source.text[first.opener] == "("
        is_parameter = first.kind == "assigned" and is_in_list
        return is_parameter and any(
            step.kind == "assigned" and measures(step.name) for step in steps[1:]
        )

    def _is_expected(self, verdict: Verdict, target: str, steps: Sequence[Step]) -> bool:
        call = words_of(verdict.call)
        firsts = [word for name in verdict.key.split(".") for word in words_of(name)[:1]]
        if not _DOUBLES.isdisjoint((*firsts, *call[:1])) or call[-1:] == ("double",):
            return True
        if not _EXPECTING.isdisjoint(words_of(target)[:1]) and not _asks(steps):
            return True
        return any(
            step.kind in {"argument", "made"} and (_holds_rows(step.callee) or _is_double(step))
            for step in steps
        )

    def _target_of(self, step: Step) -> str:
        """Return the variable that a statement assigns to, or the key of an entry."""
        tree = self._tree
        part = tree.part_at(step.opener) if step.opener >= 0 else step.part
        tokens = tree.tokens(part)
        key = part.start, part.end
        if key not in self._signs:
            self._signs[key] = _sign_in(tokens)
        place = self._signs[key]
        if step.opener >= 0 and place > tree.index_of(tokens, step.opener):
            return ""
        name = tokens[place - 1].text if place else ""
        return name if is_word(name) else ""

    def _built(self, step: Step) -> Sequence[str]:
        """List the names that a chain begins with: `ChatResponseMetadata.builder().modelName(`."""
        if step.kind != "argument" or step.opener < 0 or "." not in step.callee:
            return ()
        tokens = self._tree.tokens(self._tree.part_at(step.opener))
        names = chain_before(tokens, self._tree.index_of(tokens, step.opener))[:-1]
        # `ChatResponseMetadata changed = first.toBuilder()...`: the declared type is what is built.
        declared = [tokens[0].text] if _COPIES.intersection(names) else []
        return [*declared, *(name.removesuffix("()") for name in names)]

    def _is_registered(self, step: Step) -> bool:
        """Tell whether a call registers a model, as several in the text do."""
        last = step.callee.rpartition(".")[2]
        if step.kind != "argument" or last.lower() not in _REGISTERING:
            return False
        if last not in self._registering:
            registered = rf"\b{re.escape(last)}\s*\(\s*{_MADE}"
            count = len(re.findall(registered, self._tree.source.text))
            self._registering[last] = count >= _SEVERAL
        return self._registering[last]

    def _is_labelled(self, outwards: Sequence[Step]) -> bool:
        """Tell whether models are listed with labels: `[Model("...", "..."), ...]`."""
        if len(outwards) == 1 or outwards[1].kind != "item":
            return False
        first, *_ = outwards
        if first.kind != "argument" or first.name or first.callee.lower() != "model":
            return False
        parts = self._tree.parts_of(first.opener)
        return len(parts) > 1 and all(self._tree.source.region_from(p.start) for p in parts)


def _sign_in(tokens: Sequence[Token]) -> int:
    """Return the index of the first sign of assignment; 0 for none."""
    return next((at for at, token in enumerate(tokens) if token.text in _SIGNS), 0)


def _holds_a_price(variable: str) -> bool:
    """Tell whether a variable holds a price or an encoder: `cost = Cost.new(model: "...")`."""
    return not _MEASURING.isdisjoint(words_of(variable)[-1:])


def _handed_on(last: Step, outwards: Sequence[Step]) -> Iterator[Step]:
    """Yield the call around a name, and those around it as far as calls only wrap it."""
    at = next((at for at, step in enumerate(outwards) if step is last), len(outwards))
    for step in outwards[at:]:
        yield step
        if step.kind != "argument" or not encodes(tuple(step.callee.split("."))):
            return


def _is_kept(name: str) -> bool:
    """Tell whether a class takes down what was asked: an answer's metadata, a span."""
    return is_taken_down(name) or (name[:1].isupper() and name.endswith("Span"))


def _holds_rows(callee: str) -> bool:
    """Tell whether a call holds the rows of a table of tests: `@pytest.mark.parametrize(...)`."""
    parts = callee.lower().split(".")
    return not _ROWS.isdisjoint((parts[-1], ".".join(parts[-2:])))


def _is_double(step: Step) -> bool:
    """Tell whether a double is made: `new OpenAIMockClient(...)`, `mockConfig{...}`."""
    parts = step.callee.split(".")
    classes = [part for part in parts if step.kind == "made" or part[:1].isupper()]
    return any(not _DOUBLES.isdisjoint(words_of(part)) for part in classes)


def _asks(steps: Sequence[Step]) -> bool:
    """Tell whether a method asks a model for what is assigned: `expected = chat.create(...)`."""
    return any(is_chat(step.callee) and step.callee[:1].islower() for step in steps)
