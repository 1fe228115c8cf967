"""Finds what a name is for other than asking: counting tokens, a test's table, a look-up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.callees import (
    compares,
    is_chat,
    is_taken_down,
    queries,
    words_of,
)
from agentsflare_kimi.lint.evidence.chains import chain_before
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.roles import steps_from
from agentsflare_kimi.lint.sources.tree import is_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentsflare_kimi.lint.evidence.case import Verdict
    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Token, Tree

__all__ = ["Purposes"]

_COUNTING: Final = WORDS["counting"].words
_MEASURING: Final = WORDS["measuring"].words
_TOKENS: Final = WORDS["tokens"].words
_ACTING: Final = WORDS["acting"].words
_EXPECTING: Final = WORDS["expecting"].words
_ROWS: Final = WORDS["rows"].words
_DOUBLES: Final = WORDS["doubles"].words
_REGISTERING: Final = WORDS["registering"].words
_RESOLVING: Final = WORDS["resolving"].words
# Requests about models rather than to one.
_ABOUT_MODELS: Final = lazy(r"Model(?:Retrieve|Delete|List)Params$")
# A class that is made with a string: `Chat("..."`.
_MADE: Final = r"(?:new\s+)?[A-Z][\w.:]*\(\s*(?:\w+\s*[=:]\s*)?[\"'`]"
_SEVERAL: Final = 2
_SIGNS: Final = frozenset({"=", ":="})


class Purposes:
    """What the names of a text are for."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._looked_up: dict[str, bool] = {}
        self._registering: dict[str, bool] = {}
        self._defined: dict[str, bool] = {}
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
        built = self._built(seen[-1])
        if verdict.key.lower().startswith("gen_ai.") or any(map(is_taken_down, built)):
            yield "logged"
        is_inner = len(outwards) > 1 and outwards[1].kind != "block"
        is_variable = seen[0].kind == "assigned" and not is_inner
        is_looked_up = is_variable and self._is_looked_up(seen[0].name)
        if is_looked_up or any(map(_ABOUT_MODELS.match, built)):
            yield "looked-up"
        if any(self._is_registered(step) for step in outwards):
            yield "registered"
        if self._is_labelled(outwards):
            yield "catalogue"

    def _is_measured(self, verdict: Verdict, first: Step, steps: Sequence[Step]) -> bool:
        if not _TOKENS.isdisjoint(words_of(verdict.key)):
            return True
        if any(step.kind == "parameter" and _measures(step.callee) for step in steps):
            return True
        # `const countTokens = (text, model = "...") => ...`
        is_in_list = first.opener >= 0 and self._tree.source.text[first.opener] == "("
        is_parameter = first.kind == "assigned" and is_in_list
        return is_parameter and any(
            step.kind == "assigned" and _measures(step.name) for step in steps[1:]
        )

    def _is_expected(self, verdict: Verdict, target: str, steps: Sequence[Step]) -> bool:
        own = verdict.key.rpartition(".")[2]
        call = words_of(verdict.call)
        if not _DOUBLES.isdisjoint((*words_of(own)[:1], *call[:1])) or call[-1:] == ("double",):
            return True
        if not _EXPECTING.isdisjoint(words_of(target)[:1]) and not _asks(steps):
            return True
        return any(step.kind == "argument" and _holds_rows(step.callee) for step in steps)

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
        names = chain_before(tokens, self._tree.index_of(tokens, step.opener))
        return [name.removesuffix("()") for name in names[:-1]]

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

    def _is_looked_up(self, name: str) -> bool:
        """Tell whether a variable is used, but only to compare or to look something up."""
        if not is_word(name):
            return False
        if name not in self._looked_up:
            from agentsflare_kimi.lint.requests.bindings import bindings_of  # noqa: PLC0415  # few need it

            places = bindings_of(self._tree).places_of(name)
            uses = [place for place in places if not self._is_target(place)]
            # What is used before it is assigned comes from elsewhere: a parameter.
            is_own = bool(uses) and places[0] != uses[0]
            self._looked_up[name] = is_own and all(map(self._looks_up, uses))
        return self._looked_up[name]

    def _is_target(self, place: int) -> bool:
        tree = self._tree
        tokens = tree.tokens(tree.part_at(place))
        index = tree.index_of(tokens, place)
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        opener = tree.opener_around(place)
        is_statement = opener < 0 or not tree.is_list(opener)
        return following in _SIGNS or (following == ":" and is_statement)

    def _looks_up(self, place: int) -> bool:
        """Tell whether a variable is an index, a comparison's operand, or the item searched for."""
        step = next(steps_from(self._tree, place), None)
        if step is None:
            return False
        if step.kind == "subscript":
            return True
        if step.kind == "compared":
            return not step.callee or compares(step.callee)
        if step.kind != "argument" or not step.callee:
            return False
        *before, last = step.callee.split(".")
        if before[-1:] and before[-1].lower() == "models" and last.lower() in _RESOLVING:
            return True
        is_known = queries(step.callee) or compares(step.callee) or _measures(last)
        return is_known and not self._is_defined(last)

    def _is_defined(self, function: str) -> bool:
        """Tell whether the text itself defines a function, which may do anything."""
        if function not in self._defined:
            pattern = rf"\b(?:def|defp|function|func|fun|fn)\s+{re.escape(function)}\b"
            self._defined[function] = bool(re.search(pattern, self._tree.source.masked))
        return self._defined[function]


def _sign_in(tokens: Sequence[Token]) -> int:
    """Return the index of the first sign of assignment; 0 for none."""
    return next((at for at, token in enumerate(tokens) if token.text in _SIGNS), 0)


def _measures(function: str) -> bool:
    """Tell whether a function counts tokens or looks up prices: `count_tokens`, `token_cost`."""
    words = {*words_of(function)}
    if words & _ACTING:
        return False
    is_counting = bool(words & {"token", "tokens"} and words & _COUNTING)
    return is_counting or not _MEASURING.isdisjoint(words)


def _holds_a_price(variable: str) -> bool:
    """Tell whether a variable holds a price or an encoder: `cost = Cost.new(model: "...")`."""
    return not _MEASURING.isdisjoint(words_of(variable)[-1:])


def _holds_rows(callee: str) -> bool:
    """Tell whether a call holds the rows of a table of tests: `@pytest.mark.parametrize(...)`."""
    parts = callee.lower().split(".")
    return not _ROWS.isdisjoint((parts[-1], ".".join(parts[-2:])))


def _asks(steps: Sequence[Step]) -> bool:
    """Tell whether a method asks a model for what is assigned: `expected = chat.create(...)`."""
    return any(is_chat(step.callee) and step.callee[:1].islower() for step in steps)
