"""Finds evidence beside a model's name: entries, calls on the same builder, outer brackets."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.beside import Beside, settled, squeeze
from agentsflare_kimi.lint.evidence.callees import (
    HIDDEN_TEMPERATURE,
    MOCKS,
    compares,
    describes_a_model,
    is_chat,
    keeps,
    queries,
    takes_down,
)
from agentsflare_kimi.lint.evidence.marked_tests import MarkedTests
from agentsflare_kimi.lint.sources.identifiers import find_names
from agentsflare_kimi.lint.sources.steps import Step
from agentsflare_kimi.lint.sources.targets import callee_at
from agentsflare_kimi.lint.sources.tree import is_word
from agentsflare_kimi.models.catalog import find_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentsflare_kimi.lint.evidence.verdict import Verdict
    from agentsflare_kimi.lint.sources.tree import Token, Tree

__all__ = ["Siblings"]

_TELLS: Final = 2
_HEAD: Final = 80
_NEAR: Final = 4
_HEADS: Final = frozenset({"def", "defp", "defmacro"})
_OF_AN_OBJECT: Final = frozenset({".", "?.", "->", "::", "&."})


class Siblings:
    """The surroundings of names in a text; each pair of brackets is read once."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._keys: dict[int, Beside] = {}
        self._models: dict[int, frozenset[str]] = {}
        self._calls: dict[tuple[int, int], Beside] = {}
        self._words: dict[tuple[int, int], bool] = {}
        self._mocks: dict[tuple[int, int], int] = {}
        self._tests = MarkedTests(tree)

    def weigh(self, verdict: Verdict, seen: Sequence[Step], steps: Iterator[Step]) -> Verdict:
        """Add the evidence around a string to its verdict.

        Args:
            verdict: The verdict from its own place.
            seen: The steps outwards taken so far.
            steps: The remaining steps.

        Returns:
            The verdict with all evidence, and the resulting position.
        """
        evidence = list(verdict.evidence)
        if verdict.position == "value":
            if any(step.kind == "item" and self._lists_successor(step.opener) for step in seen):
                evidence.append("successor-listed")
            return verdict._replace(evidence=tuple(evidence))
        if verdict.position == "request":
            beside = self._beside(verdict.group) if verdict.group >= 0 else self._chained(seen)
            found = beside.evidence_on(verdict.key)
            if verdict.call.rpartition(".")[2][:1].islower() and verdict.group >= 0:
                # Only a type describes a model by its price; a function may just take a price.
                found = [name for name in found if name != "catalogue"]
            evidence += found
            if self._asks(verdict, seen):
                evidence.append("chat-callee")
            if verdict.call.rpartition(".")[2] in HIDDEN_TEMPERATURE:
                evidence.append("hidden-default")
            evidence += self._outer(verdict, seen, steps)
            if self._tree.language.is_data and not {"chat-body", "credentials"} & set(evidence):
                evidence.append("setting")
        if seen and self._tests.hold(seen[0].part.start):
            evidence.append("test-code")
        position, found = settled(verdict.position, evidence)
        return verdict._replace(position=position, evidence=found)

    def _beside(self, opener: int) -> Beside:
        """Return the keys between two brackets."""
        if opener not in self._keys:
            self._keys[opener] = Beside(self._read_keys(opener) if opener >= 0 else ())
        return self._keys[opener]

    def _read_keys(self, opener: int) -> Iterator[str]:
        tree = self._tree
        if not tree.is_list(opener):
            for token in tree.words_of_block(opener):
                yield squeeze(token)
            return
        for part in tree.parts_of(opener):
            tokens = tree.tokens(part)
            place = next((i for i, t in enumerate(tokens[:6]) if t.text in {":", "=", "=>"}), 0)
            if place:
                token = tokens[place - 1]
                yield squeeze(tree.source.text[token.start : token.end])
            elif len(tokens) == 1 and is_word(tokens[0].text):
                yield squeeze(tokens[0].text)

    def _chained(self, seen: Sequence[Step]) -> Beside:
        """Find the other calls on the same builder: `.apiKey(...)`, `.created(...)`."""
        tree = self._tree
        opener = seen[-1].opener if seen else -1
        if opener < 0 or seen[-1].kind != "argument" or "." not in seen[-1].callee:
            return self._beside(-1)
        part = tree.part_at(opener)
        key = part.start, part.end
        if key not in self._calls:
            tokens = tree.tokens(part)
            self._calls[key] = Beside(
                squeeze(token.text)
                for token, following in pairwise(tokens)
                if following.text == "(" and is_word(token.text)
            )
        return self._calls[key]

    def _asks(self, verdict: Verdict, seen: Sequence[Step]) -> bool:
        if is_chat(verdict.call):
            return True
        # A builder chain begins with the type or client.
        part = seen[-1].part if seen else None
        if part is None:
            return False
        outer = self._tree.part_at(part.opener) if part.opener >= 0 else part
        return any(self._speaks_of_chat(p.start, p.end) for p in (part, outer))

    def _speaks_of_chat(self, start: int, end: int) -> bool:
        key = start, end
        if key not in self._words:
            tree = self._tree
            tokens = tree.tokens(tree.part_at(start))
            self._words[key] = any(
                token.text == "(" and is_chat(callee_at(tokens, index))
                for index, token in enumerate(tokens)
            ) or any(_names_client(t.text) for t in tokens)
        return self._words[key]

    def _outer(
        self, verdict: Verdict, seen: Sequence[Step], steps: Iterator[Step]
    ) -> Iterator[str]:
        """Find evidence in outer brackets: a query, a catalogue, a list of models."""
        is_inside, is_asked, before = True, False, None
        for step in [*seen, *steps]:
            # A call inside the key's own value only wraps it: `model=ModelId("...")`.
            if self._is_compared(step):
                yield "comparison"
            is_inside = is_inside and step.name != verdict.key
            yield from _of_callee(step, is_inside=is_inside)
            is_asked = is_asked or (step.kind in {"argument", "made"} and is_chat(step.callee))
            # `let query = ChatQuery(...)` is a request, whatever the variable's name.
            is_named = step.name and step.name != verdict.key
            if is_named and not is_asked and queries(step.name, is_key=True):
                yield "query"
            if is_named and not is_asked and keeps(step.name):
                yield "logged"
            if step.kind == "argument" and self._is_mocked(step.opener):
                yield "query"
            if step.kind == "argument" and _is_head(step) and self._is_pattern(before, seen):
                yield "comparison"
            before = step
            if step.kind == "object" and self._beside(step.opener).is_recording:
                yield "logged"
            if step.kind == "item" and self._has_other_models(step.opener):
                yield "catalogue"
            if step.kind == "block":
                yield from _of_head(step.callee)
                return

    def _is_mocked(self, opener: int) -> bool:
        """Tell whether a chain begins with a mock of expected calls: `nock(url).post(...)`."""
        if opener < 0:
            return False
        tree = self._tree
        part = tree.part_at(opener)
        key = part.start, part.end
        if key not in self._mocks:
            tokens = tree.tokens(part)
            found = (t.start for i, t in enumerate(tokens) if _begins_mock(tokens, i))
            self._mocks[key] = next(found, len(tree.source.text))
        return self._mocks[key] < opener

    def _is_compared(self, step: Step) -> bool:
        """Tell whether a whole object is compared, or is a pattern."""
        return step.kind in {"object", "argument"} and self._is_matched(step.opener)

    def _is_matched(self, opener: int) -> bool:
        """Tell whether an object is a pattern: `case {...}:`, `in {...}`, `%{...} = body`."""
        source = self._tree.source
        if opener not in source.closers:
            return False
        if source.masked[max(0, opener - _NEAR) : opener].rstrip(" %").endswith(("==", "!=")):
            return True
        end = source.closers[opener] + 1
        is_map = source.masked[max(0, opener - 1) : opener + 1] == "%{"
        if is_map and source.masked[end : end + _NEAR].lstrip(" )").startswith(("->", "= ")):
            return True
        start = self._tree.statement_at(opener).start
        head = source.masked[start:opener] if opener - start < _HEAD else ""
        return head.startswith(("case ", "in ")) and ":" not in head and "=>" not in head

    def _is_pattern(self, parameter: Step | None, seen: Sequence[Step]) -> bool:
        """Tell whether a parameter is a pattern rather than a name: `def f(%{model: "..."})`."""
        if parameter is None or parameter.kind != "parameter" or parameter.name or not seen:
            return False
        before = self._tree.source.text[parameter.part.start : seen[0].part.start]
        return "=" not in before and "\\\\" not in before

    def _has_other_models(self, opener: int) -> bool:
        """Tell whether a list names other models of the catalog."""
        return len(self.models_in(opener)) >= _TELLS

    def _lists_successor(self, opener: int) -> bool:
        """Tell whether a list holds both a model and its successor."""
        models = [find_model(name) for name in self.models_in(opener)]
        return any(model and model.successor in self.models_in(opener) for model in models)

    def models_in(self, opener: int) -> frozenset[str]:
        """List the models named between two brackets."""
        if opener not in self._models:
            source = self._tree.source
            end = source.closers.get(opener, opener)
            names = {name.text.rpartition("/")[2] for name in find_names(source.text, opener, end)}
            self._models[opener] = frozenset(name for name in names if find_model(name))
        return self._models[opener]


def _names_client(word: str) -> bool:
    """Tell whether a word names a chat client's class; `LLM` alone may be any type."""
    is_class = is_word(word) and word[:1].isupper() and not word.isupper() and word != "Llm"
    return is_class and is_chat(word)


def _of_callee(step: Step, *, is_inside: bool) -> Iterator[str]:
    """Yield the evidence from the call or type around a step."""
    if step.kind not in {"argument", "made"}:
        return
    if queries(step.callee) or compares(step.callee):
        yield "query"
    if takes_down(step.callee):
        yield "logged"
    if describes_a_model(step.callee) and not is_inside:
        yield "catalogue"
    if step.kind == "argument" and is_chat(step.callee):
        yield "chat-callee"


def _begins_mock(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a token is the `nock` of `nock(url).post(...)`."""
    before = tokens[index - 1].text if index else ""
    ahead = [token.text for token in tokens[index + 1 : index + 3]]
    is_called = ahead[:1] == ["("] and ahead[-1] in _OF_AN_OBJECT
    return is_called and tokens[index].text.lower() in MOCKS and before not in _OF_AN_OBJECT


def _is_head(step: Step) -> bool:
    return step.callee.partition(".")[0] in _HEADS


def _of_head(head: str) -> Iterator[str]:
    """Yield the evidence from the words before a block."""
    words = head.split()
    # Kotlin's `when` holds results as well as conditions, which are judged on their own.
    if words[-1:] != ["when"] and queries(".".join(words)):
        yield "query"
    if any(word.lower() in {"enum", "strenum", "enumeration"} for word in words):
        yield "listed"
