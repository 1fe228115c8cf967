"""Finds evidence beside a model's name: entries, calls on the same builder, outer brackets."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby, pairwise

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.around import Around
from agentsflare_kimi.lint.evidence.beside import Beside, settled, squeeze
from agentsflare_kimi.lint.evidence.callees import (
    HIDDEN_TEMPERATURE,
    is_chat,
)
from agentsflare_kimi.lint.evidence.marked_tests import MarkedTests, is_test_data
from agentsflare_kimi.lint.evidence.purposes import Purposes
from agentsflare_kimi.lint.evidence.table import shown, speaks_for
from agentsflare_kimi.lint.requests.identifiers import find_names
from agentsflare_kimi.lint.sources.steps import Step
from agentsflare_kimi.lint.sources.targets import callee_at
from agentsflare_kimi.lint.sources.tree import is_word
from agentsflare_kimi.lint.sources.types import sign_of
from agentsflare_kimi.models.catalog import find_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.evidence.case import Verdict
    from agentsflare_kimi.lint.evidence.sending import Sending
    from agentsflare_kimi.lint.evidence.tables import Tables
    from agentsflare_kimi.lint.sources.tree import Tree

__all__ = ["Siblings"]

_TELLS: Final = 2


class Siblings:
    """The surroundings of names in a text; each pair of brackets is read once."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._keys: dict[int, Beside] = {}
        self._models: dict[int, frozenset[str]] = {}
        self._calls: dict[tuple[int, int], Beside] = {}
        self._words: dict[tuple[int, int], bool] = {}
        self._around = Around(tree)
        self._purposes = Purposes(tree)
        self._tests = MarkedTests(tree)

    def weigh(
        self, verdict: Verdict, start: int, seen: Sequence[Step], steps: Iterator[Step]
    ) -> Verdict:
        """Add the evidence around a string to its verdict.

        Args:
            verdict: The verdict from its own place.
            start: Where the string begins.
            seen: The steps outwards taken so far.
            steps: The remaining steps.

        Returns:
            The verdict with all evidence, and the resulting position.
        """
        evidence, outwards = list(verdict.evidence), seen
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
            outwards = [*seen, *steps]
            if any(step.callee.rpartition(".")[2] in HIDDEN_TEMPERATURE for step in outwards):
                evidence.append("hidden-default")
            evidence += self._around.evidence_on(verdict, seen, outwards)
            evidence += self._purposes.evidence_on(verdict, seen, outwards)
            evidence += self._of_neighbours(outwards, verdict.group)
            if self._tree.language.is_data:
                evidence = self._in_settings(verdict, start, outwards, evidence)
            elif speaks_for(tuple(evidence)):
                evidence = shown(evidence, is_shown=self.sending.shows(start))
        evidence += self._of_test(outwards, evidence)
        position, found = settled(verdict.position, evidence)
        return verdict._replace(position=position, evidence=found)

    def _of_test(self, outwards: Sequence[Step], evidence: list[str]) -> Iterator[str]:
        """Find evidence that a name is in a test, which may only hold it."""
        if outwards and self._tests.hold(outwards[0].part.start):
            yield "test-code"
            if not speaks_for(tuple(evidence)) and is_test_data(outwards):
                yield "expected"

    def _in_settings(
        self, verdict: Verdict, start: int, outwards: Sequence[Step], evidence: list[str]
    ) -> list[str]:
        """Add whether a setting, or a request in a file, names the model to ask."""
        from agentsflare_kimi.lint.evidence.configured import Surroundings, names_the_model  # noqa: PLC0415  # data only

        names = [name for step in outwards for name in (step.name, *_heads(step)) if name]
        around = [name for name, _ in groupby(names)]
        key, *around = around or [verdict.key]
        beside = self._beside(verdict.group).keys if verdict.group >= 0 else frozenset[str]()
        is_listed = any(step.kind == "item" for step in outwards)
        if self._tree.language.has_tables:
            table = self._tables.table_at(start)
            around += table.name.replace('"', "").split(".")[::-1] if table.name else []
            is_listed = is_listed or table.is_listed
            if verdict.group < 0:
                beside = frozenset(map(squeeze, self._tables.keys_of(table)))
        openers = [step.opener for step in outwards if step.opener not in {verdict.group, -1}]
        outer = self._beside(openers[0]).keys if openers else frozenset[str]()
        is_shown = names_the_model(Surroundings(key, around, beside, is_listed, outer))
        if is_shown and not {"chat-body", "credentials"} & {*evidence}:
            return [*evidence, "setting"]
        return shown(evidence, is_shown=is_shown)

    @cached_property
    def _tables(self) -> Tables:
        from agentsflare_kimi.lint.evidence.tables import Tables  # noqa: PLC0415  # TOML only

        return Tables(self._tree.source.masked)

    @cached_property
    def sending(self) -> Sending:
        """The requests that are shown to be sent."""
        from agentsflare_kimi.lint.evidence.sending import Sending  # noqa: PLC0415  # not for data

        return Sending(self._tree)

    def _beside(self, opener: int) -> Beside:
        """Return the keys between two brackets."""
        if opener not in self._keys:
            self._keys[opener] = Beside(self._read_keys(opener) if opener >= 0 else ())
        return self._keys[opener]

    def _read_keys(self, opener: int) -> Iterator[str]:
        tree = self._tree
        if not tree.is_list(opener):
            closer = tree.source.closers.get(opener, len(tree.source.text))
            for name, _, _ in tree.settings_in(opener + 1, closer, opener):
                yield squeeze(name)
            return
        for part in tree.parts_of(opener):
            tokens = tree.tokens(part)
            place = sign_of(tree, part)
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

    def _of_neighbours(self, outwards: Sequence[Step], group: int) -> Iterator[str]:
        """Find evidence beside the name's outer brackets: a recorded answer, other models."""
        for step in outwards:
            if step.kind == "object" and self._beside(step.opener).is_recording:
                yield "logged"
            is_entry = step.kind in {"pair", "object", "made"} and step.opener >= 0
            if is_entry and self._beside(step.opener).is_expecting:
                yield "expected"
            is_tuned = group >= 0 and self._beside(group).is_tuned
            if step.kind == "item" and not is_tuned and self._has_other_models(step.opener):
                yield "catalogue"
            if step.kind == "block":
                return

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


def _heads(step: Step) -> list[str]:
    """List the words before a block: `variable "model" { ... }`."""
    return step.callee.split()[::-1] if step.kind == "block" else []


def _names_client(word: str) -> bool:
    """Tell whether a word names a chat client's class; `LLM` alone may be any type."""
    is_class = is_word(word) and word[:1].isupper() and not word.isupper() and word != "Llm"
    return is_class and is_chat(word)
