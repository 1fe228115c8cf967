"""Finds evidence in the brackets around a model's name: queries, mocks, logs, comparisons."""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.callees import (
    MOCKS,
    compares,
    describes_a_model,
    is_chat,
    keeps,
    queries,
    takes_down,
    words_of,
)
from agentsflare_kimi.lint.evidence.calling import encodes, hands_on
from agentsflare_kimi.lint.evidence.chains import chain_before, operand_around
from agentsflare_kimi.lint.evidence.words import WORDS
from agentsflare_kimi.lint.sources.targets import DOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from agentsflare_kimi.lint.evidence.case import Verdict
    from agentsflare_kimi.lint.sources.steps import Step
    from agentsflare_kimi.lint.sources.tree import Token, Tree

__all__ = ["Around"]

_HEADS: Final = frozenset({"def", "defp", "defmacro"})
# What begins the definition of a function, which may have any name.
_DEFINES: Final = frozenset(
    {"async", "public", "private", "protected", "static", "func", "function", "fun", "fn"}
)
_RECORDERS: Final = WORDS["recorders"].words
_ASSERTS: Final = ("assert_", "refute_")
_EQUALS: Final = frozenset({"==", "!=", "===", "!==", "=~"})


class Around:
    """The brackets around the names of a text."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*."""
        self._tree = tree
        self._mocks: dict[tuple[int, int], int] = {}

    def evidence_on(
        self, verdict: Verdict, seen: Sequence[Step], outwards: Sequence[Step]
    ) -> Iterator[str]:
        """Find the evidence in outer brackets.

        Args:
            verdict: The verdict from the name's own place.
            seen: The steps that led to it.
            outwards: All steps outwards.

        Yields:
            Keys of `EVIDENCE`.
        """
        is_inside, is_asked, before = True, False, None
        if verdict.group >= 0 and self._is_matched(verdict.group):
            yield "comparison"
        for step in outwards:
            # A call inside the key's own value only wraps it: `model=ModelId("...")`.
            is_inside = is_inside and step.name != verdict.key
            yield from _of_callee(step, is_inside=is_inside)
            is_asked = is_asked or (step.kind in {"argument", "made"} and is_chat(step.callee))
            # `let query = ChatQuery(...)` is a request, whatever the variable's name.
            if step.name and step.name != verdict.key and not is_asked:
                yield from _of_name(step.name)
            if step.kind in {"object", "argument", "item"} and self._is_matched(step.opener):
                yield "comparison"
            if step.kind == "argument":
                yield from self._of_call(step, before, seen)
            before = step
            if step.kind == "block":
                yield from _of_head(step.callee)
                return

    def _of_call(self, step: Step, before: Step | None, seen: Sequence[Step]) -> Iterator[str]:
        if self._is_mocked(step.opener):
            yield "query"
        if self._is_recorder(step.opener):
            yield "logged"
        if _is_head(step) and self._is_pattern(before, seen):
            yield "comparison"

    def _is_recorder(self, opener: int) -> bool:
        """Tell whether a chain begins with a logger or the like: `wandb.config.update(...)`."""
        if opener < 0:
            return False
        tokens = self._tree.tokens(self._tree.part_at(opener))
        names = chain_before(tokens, self._tree.index_of(tokens, opener))
        return any(not _RECORDERS.isdisjoint(words_of(name)) for name in names)

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

    def _is_matched(self, opener: int) -> bool:
        """Tell whether an object is compared or a pattern: `case {...}:`, `%{...} = body`."""
        tree = self._tree
        if opener not in tree.source.closers:
            return False
        tokens = tree.tokens(tree.part_at(opener))
        index = tree.index_of(tokens, opener)
        names = chain_before(tokens, index) if tree.source.text[opener] == "(" else ()
        if names and not (hands_on(names) or encodes(names)):
            # What a call returns is compared, not what it is given.
            return False
        operand = operand_around(tokens, index)
        after = tokens[operand.last + 1].text if operand.last + 1 < len(tokens) else ""
        first = operand.first
        if first and tokens[first - 1].text == "%":
            first -= 1
        before = tokens[first - 1].text if first else ""
        if _EQUALS & {before, after} or before.startswith(_ASSERTS):
            return True
        if tree.language.has_match_operator and (
            after in {"->", "<-"} or (after == "=" and not first)
        ):
            return True
        return before in {"case", "in"} and first == 1

    def _is_pattern(self, parameter: Step | None, seen: Sequence[Step]) -> bool:
        """Tell whether a parameter is a pattern rather than a name: `def f(%{model: "..."})`."""
        if parameter is None or parameter.kind != "parameter" or parameter.name or not seen:
            return False
        before = self._tree.source.text[parameter.part.start : seen[0].part.start]
        return "=" not in before and "\\\\" not in before


def _of_callee(step: Step, *, is_inside: bool) -> Iterator[str]:
    """Yield the evidence from the call or type around a step."""
    if step.kind not in {"argument", "made"}:
        return
    # `replace(settings, model=...)` makes a copy with another model.
    is_copied = bool(step.name) and step.callee.rpartition(".")[2] == "replace"
    if queries(step.callee) or (compares(step.callee) and not is_copied):
        yield "query"
    if takes_down(step.callee):
        yield "logged"
    if describes_a_model(step.callee) and not is_inside:
        yield "catalogue"
    if step.kind == "argument" and is_chat(step.callee):
        yield "chat-callee"


def _of_name(name: str) -> Iterator[str]:
    """Yield the evidence from a key or variable around a name."""
    if queries(name, is_key=True):
        yield "query"
    if keeps(name):
        yield "logged"


def _begins_mock(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a token is the `nock` of `nock(url).post(...)`."""
    before = tokens[index - 1].text if index else ""
    ahead = [token.text for token in tokens[index + 1 : index + 3]]
    is_called = ahead[:1] == ["("] and ahead[-1] in DOTS
    return is_called and tokens[index].text.lower() in MOCKS and before not in DOTS


def _is_head(step: Step) -> bool:
    return step.callee.partition(".")[0] in _HEADS


def _of_head(head: str) -> Iterator[str]:
    """Yield the evidence from the words before a block."""
    words = head.split()
    # Kotlin's `when` holds results as well as conditions, which are judged on their own.
    if words[-1:] != ["when"] and _DEFINES.isdisjoint(words) and queries(".".join(words)):
        yield "query"
    if any(word.lower() in {"enum", "strenum", "enumeration"} for word in words):
        yield "listed"
