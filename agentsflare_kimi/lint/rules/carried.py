"""Finds the variables that carry a request to its call, and the parameters set on them.

`body = {"model": ...}` and `body["temperature"] = 0.3`, `create(model=..., **options)` and
`options = {"temperature": 0.3}`, `def ask(prompt, model="...", **more)` and
`ask(prompt, temperature=0.3)`: the name that both have in common is the carrier.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import Group, bracket_around, callee_of, group_at
from agentsflare_kimi.lint.requests.keys import is_model_key
from agentsflare_kimi.lint.requests.literals import COMPUTED, read_literal
from agentsflare_kimi.lint.requests.mentions import Mention
from agentsflare_kimi.lint.requests.settings import number_ahead
from agentsflare_kimi.lint.requests.spreads import is_merge
from agentsflare_kimi.lint.rules.chat_settings import is_beside, is_chat_setting
from agentsflare_kimi.lint.rules.named_models import assignment_in, function_around
from agentsflare_kimi.lint.sources.code import CodeDocument
from agentsflare_kimi.lint.sources.regions import Source
from agentsflare_kimi.lint.sources.targets import holds_parameters, target_of
from agentsflare_kimi.lint.sources.tree import Part, Token

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Carried", "Carriers", "has_model"]

_WORD: Final = lazy(r"(?<![\w.$])[A-Za-z_$][\w$]*")
_HEADS: Final = frozenset({"def", "function", "func", "fun", "fn"})
# What is spread into a request, or given to it as its further fields.
_SPREAD: Final = lazy(r"(?:\*\*|\.\.\.)\s*(?P<name>[A-Za-z_$][\w$]*)\s*(?=[,)}\]\[])")
_FURTHER: Final = frozenset({"extra_body", "model_kwargs"})
# `temperature: float = `, `"temperature": `, `Temperature { get; set; } = `.
_SIGN: Final = lazy(r"[\"'`]?\]?\s*(?::\s*[A-Za-z_]\w*\??\s*=|\{[^{}\n]*\}\s*=|=>|:=|:|=)(?!=)")
_CALLED: Final = lazy(r"\s*\(")
_GIVEN: Final = lazy(r"[\"']?(?:\.\w+\(\))?\s*,")
_MODEL: Final = lazy(r"\bmodel[\"']?\s*[=:]\s*(?P<name>[A-Za-z_$][\w$]*)")
_NAME: Final = lazy(r"[A-Za-z_$][\w$]*")
_MERGED: Final = lazy(r"\s*(?:\+|\.\s*merge!?\s*\()\s*(?P<name>[\w$]+)")
_GIVEN_NAME: Final = r"(?<![\w.$])(?:{names})\s*(?::[^=\n]*)?=\s*(?P<name>\w+)\s*(?=[,;)\n])"
_TAKES: Final = (
    r"(?:\b(?:def|function|func|fun|fn)\s+(?P<name>\w+)\s*"
    r"|\b(?:const|let|var)\s+(?P<arrow>\w+)\s*=\s*(?:async\s*)?)"
    r"\([^()]*(?<![\w$])(?:{names})(?![\w$])"
)
_LOOP: Final = r"\bfor\b[^\n:{{]*\b{item}\b[^\n:{{]*(?:\bin\b|\bof\b|\brange\b|:)\s*{name}\b"


class Carried(NamedTuple):
    """A parameter that is set on a carrier: its value and its place."""

    value: float
    start: int
    end: int


class Carriers:
    """The names in one program through which a model reaches its requests."""

    def __init__(self, document: CodeDocument, mentions: Sequence[Mention]) -> None:
        """Keep the arguments."""
        self._document = document
        self._mentions = mentions
        # Where each statement uses one of the names.
        self._named: dict[Part, Sequence[tuple[int, int]]] = {}

    @cached_property
    def _names(self) -> frozenset[str]:
        tree = self._document.tree
        statements = {tree.statement_at(mention.start): None for mention in self._mentions}
        given = {name for statement in statements for name in self._given(tree.tokens(statement))}
        bodies = (group for mention in self._mentions for group in self._groups(mention))
        groups = {group.opener: group for group in (*self._asking(given), *bodies)}
        spread = [name for group in groups.values() for name in self._spread(group)]
        openers = {tree.opener_around(mention.start) for mention in self._mentions} - {-1}
        spread += [name for opener in openers for name in self._merged(opener)]
        names = {*given, *spread, *self._defaults_of(spread), *self._passing(spread)}
        return frozenset({*names, *self._made_of(names | self._functions)})

    @cached_property
    def _functions(self) -> frozenset[str]:
        """The functions that ask the model, or return the request."""
        tree = self._document.tree
        return frozenset(
            function_around(tree, mention.start)
            for mention in self._mentions
            if not [*self._given(tree.tokens(tree.statement_at(mention.start)))]
        ) - {""}

    def _defaults_of(self, names: Sequence[str]) -> Iterator[str]:
        """Yield the names that *names* are given: `options = DEFAULTS`."""
        if names:
            given = "|".join(map(re.escape, names))
            for match in re.finditer(_GIVEN_NAME.format(names=given), self._document.source.masked):
                yield match["name"]

    def _made_of(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the variables that are made of one of *names*: `body = base.copy()`."""
        tree = self._document.tree
        for name in names:
            for place in self._document.bindings.places_of(name):
                statement = tree.statement_at(place)
                yield from self._given(tree.tokens(statement)) if statement.start < place else ()

    @cached_property
    def _own(self) -> frozenset[int]:
        tree = self._document.tree
        return frozenset(tree.statement_at(mention.start).start for mention in self._mentions)

    def _given(self, tokens: Sequence[Token]) -> Iterator[str]:
        """Yield the variable that a statement sets, or the function that has a default."""
        texts = [token.text for token in tokens]
        at = assignment_in(tokens)
        target = target_of(self._document.tree, tokens, at) if at else ""
        # `llm, err := ...`: the first of several results.
        target = texts[0] if texts[1:2] == [","] else target
        if target.lstrip("$").isidentifier():
            yield target
        elif texts[1:2] == ["."] and texts[3:4] == ["("]:
            # `body.put("model", "...")`, `builder.model("...")`
            yield texts[0]
        head = next((index for index, text in enumerate(texts) if text in _HEADS), None)
        if head is not None and not at:
            yield from texts[head + 1 : head + 2]

    def _asking(self, names: set[str]) -> Iterator[Group]:
        """List the brackets in which one of *names* is the model."""
        source = self._document.source
        for match in _MODEL.finditer(source.masked):
            if match["name"] in names:
                group = group_at(source, bracket_around(self._document.tree, match.start()))
                yield from (group,) if group else ()

    def _groups(self, mention: Mention) -> Iterator[Group]:
        """List the brackets that hold a mention, or the variable that it sets."""
        source = self._document.source
        if group := group_at(source, bracket_around(self._document.tree, mention.start)):
            yield group
        yield from (body.main for body in mention.value.uses)

    def _passing(self, names: Sequence[str]) -> Iterator[str]:
        """Yield the functions that take one of *names* and pass it on."""
        if names:
            given = "|".join(map(re.escape, names))
            for match in re.finditer(_TAKES.format(names=given), self._document.source.masked):
                yield match["name"] or match["arrow"]

    def _spread(self, group: Group) -> Iterator[str]:
        masked = self._document.source.masked
        for match in _SPREAD.finditer(masked, group.opener, group.closer + 1):
            yield match["name"]
        for entry in group.entries:
            written = masked[entry.value_start : entry.end].strip()
            if entry.key in _FURTHER and written.isidentifier():
                yield written

    def _merged(self, opener: int) -> Iterator[str]:
        """Yield the names that are merged with an object: `array_merge($defaults, [...])`."""
        masked, tree = self._document.source.masked, self._document.tree
        part = tree.part_at(opener)
        if part.opener >= 0 and is_merge(callee := callee_of(tree, part.opener)):
            yield callee.partition(".")[0]
            for other in tree.parts_of(part.opener):
                yield from _NAME.findall(masked, other.start, other.end)
        if merged := _MERGED.match(masked, tree.source.closers.get(opener, opener) + 1):
            yield merged["name"]

    @cached_property
    def _parts(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where a request gets more than literals: `**({"n": 2} if many else {})`."""
        source = self._document.source
        found = {
            (entry.start, entry.end)
            for mention in self._mentions
            for group in self._groups(mention)
            for entry in group.entries
            if (entry.key == "*" or entry.key in _FURTHER)
            # What can be read is part of the request, and judged with it.
            and read_literal(source, entry.value_start, entry.end) is COMPUTED
        }
        # The starts in order; and beside each the furthest end of those so far.
        starts, ends = zip(*sorted(found), strict=True) if found else ((), ())
        return starts, list(accumulate(ends, max))

    def are_asked_by(self, written: str) -> bool:
        """Tell whether the model of a request comes from one of these names.

        Args:
            written: The model in the source: `DEFAULTS["model"]`, or `name` in a loop over a list.
        """
        head = _WORD.match(written)
        if head is None:
            return False
        if head[0] in self._names and written != head[0]:
            return is_model_key(re.split(r"\W+", written.rstrip("])\"' "))[-1])
        masked = self._document.source.masked
        item = re.escape(written)
        return written == head[0] and any(
            re.search(_LOOP.format(item=item, name=re.escape(name)), masked) for name in self._names
        )

    def hold(self, match: re.Match[str]) -> Carried | None:
        """Read a parameter that is set on one of these names, or in a chat call without a model.

        Args:
            match: The parameter's name, in the text of the program.
        """
        number = self._number(match)
        if number is None:
            return None
        starts, ends = self._parts
        at = bisect_right(starts, match.start())
        is_part = at > 0 and match.start() < ends[at - 1]
        is_named = is_part or self._is_named_beside(match) or self._is_passed(match.start())
        tree, start = self._document.tree, match.start()
        is_apart = is_chat_setting(tree, start) or is_beside(tree, start, self._mentions)
        is_meant = is_named or is_apart
        return Carried(number, *match.span()) if is_meant else None

    def _number(self, match: re.Match[str]) -> float | None:
        text, masked = self._document.text, self._document.source.masked
        region = self._document.source.region_at(match.start())
        if region is not None and region.kind != "string":
            return None
        is_word = region is None or (region.inner_start, region.inner_end) == match.span()
        before = text[match.start() - 1 : match.start()]
        if not is_word or (region is None and before in {"-", "/"}):
            return None
        # `:temperature, 0.3` in Ruby and Elixir.
        signs = (_SIGN, _GIVEN) if region or before == ":" else (_SIGN, _CALLED)
        for sign in signs:
            if ahead := sign.match(text, match.end()):
                number = number_ahead(masked, ahead.end())
                return number[0] if number else None
        return None

    def _is_named_beside(self, match: re.Match[str]) -> bool:
        statement = self._document.tree.statement_at(match.start())
        is_head = self._document.tree.tokens(statement)[0].text in _HEADS
        if statement.start in self._own or is_head:
            # Here the carrier gets the model; what is further in or out is something else's.
            return False
        if statement not in self._named:
            masked = self._document.source.masked
            self._named[statement] = [
                word.span()
                for word in _WORD.finditer(masked, statement.start, statement.end)
                # `ask(name=MODEL)` may mean another model.
                if word[0] in self._names
                and not (is_model_key(word[0]) and masked[word.start() - 1] == "=")
            ]
        return self._named[statement] not in ([], [match.span()])

    def _is_passed(self, offset: int) -> bool:
        """Whether it is an argument of a function that asks the model."""
        tree = self._document.tree
        opener = bracket_around(tree, offset)
        if opener is None or callee_of(tree, opener).rpartition(".")[2] not in self._functions:
            return False
        return not holds_parameters(tree, opener)


def has_model(source: Source, group: Group | None) -> bool:
    """Tell whether a request names a model of its own."""
    return group is not None and any(
        is_model_key(entry.key)
        for entry in group.entries
        # `generate(llm, prompt)`: an argument, whatever it is called.
        if entry.value_start > entry.start or source.text[group.opener] == "{"
    )
