"""Follows a model's name through the assignments, arguments and results of a program.

Scopes are ignored: `args.model`, `self.model` and a parameter `model` are one name. That finds more
than it should, so no fix that depends on it is safe.

Here, a value is given to a name if it is assigned to it, passed as it or returned by it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.requests.bodies import callee_of
from agentsflare_kimi.lint.sources.targets import content_at
from agentsflare_kimi.lint.sources.tree import BINDS, Part, Token, Tree, is_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

__all__ = ["LinkedNames", "Origin", "plain"]

_WORD: Final = lazy(r"[A-Za-z_$][\w$]*")
_GIVEN: Final = lazy(
    r"(?<![\w$])(?P<target>[A-Za-z_$][\w$]*+)(?:\x01*+[\"'`]?\]?|\(\))"
    # A type between the name and the sign.
    r"(?>(?:\s*+:\s*+[\w.\[\]|?<> ]++(?==))?)\s*+(?::=|=>|\?\?=|\|\|=|\?=|=|:)(?![=:])\s*+"
    r"(?P<value>[^\n,;]++)"
)
_DEFINITION: Final = lazy(
    r"\b(?:def|function|func|fun|fn)\s+(?:\([^()\n]*\)\s*)?(?P<name>[A-Za-z_$][\w$]*)\s*(?=\()"
    r"|\b(?:const|let|var)\s+(?P<arrow>[A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?=\([^()\n]*\)\s*=>)"
)
_LOOP: Final = lazy(
    r"\bfor(?:each)?\b[ (]*(?:const |let |var )?(?P<target>[\w$]+)[\w$, ]*(?:\bin\b|\bof\b|:)"
    r"(?P<value>[^\n:{]+)"
)
_FUNCTION: Final = lazy(r"\b(?:def|function|func|fun|fn)\s+(?:\([^()]*\)\s*)?([A-Za-z_$][\w$]*)")
# `--model`, `-m, --model <name>`, `model`.
_OPTION: Final = lazy(r"(?:-.*--|-{0,2})([A-Za-z][\w-]*)")
_RETURNS: Final = frozenset({"return", "=>", "yield"})
_OWN: Final = frozenset({"self", "cls"})
_MODIFIERS: Final = frozenset({"const", "let", "var", "final", "val", "export", "static"})
_CALLED: Final = lazy(r"(?<![\w$])(?P<name>[\w$]+)\s*(?=\()")


def plain(name: str) -> str:
    """Make names comparable: `model_name`, `modelName` and `MODEL-NAME` are equal."""
    return re.sub(r"[\W_]", "", name).lower()


class Origin(NamedTuple):
    """The names that a string is given to.

    Attributes:
        names: Variables, parameters, attributes, options and functions, made comparable.
        keys: Keys of the entries around it, if the object that holds them has a name.
    """

    names: frozenset[str]
    keys: frozenset[str] = frozenset()


class LinkedNames:
    """The names of one program, and the names that each is given to."""

    def __init__(self, tree: Tree) -> None:
        """Keep *tree*; it is read on first use."""
        self._tree = tree
        self._known: dict[frozenset[str], frozenset[str]] = {}

    def origin_of(self, offset: int) -> Origin:
        """Find what the string at *offset* is given to."""
        names: set[str] = set()
        keys: set[str] = set()
        for part, at in self._around(offset):
            tokens = self._tree.tokens(part)
            index = self._tree.index_of(tokens, at)
            if part.opener >= 0 and self._tree.is_list(part.opener):
                is_entry = self._tree.source.text[part.opener] == "{"
                (keys if is_entry else names).update(self._in_list(part, tokens, index))
            else:
                names.update(self._in_statement(tokens, index, at))
        given = frozenset(plain(name) for name in names) - {""}
        entries = frozenset(plain(key) for key in keys) - {""}
        # A key alone is a name, too: `{"model": "..."}` is handed over as a whole.
        return Origin(given, entries) if given else Origin(entries)

    def is_linked(self, origin: Origin, start: int, end: int) -> bool:
        """Tell whether the expression from *start* to *end* may hold the string of *origin*."""
        words, strings = self._words(start, end)
        if origin.keys and strings:
            return bool(origin.keys & strings)
        return bool(self._reached(origin.names | origin.keys) & (words | strings))

    def _around(self, offset: int) -> Iterator[tuple[Part, int]]:
        """List the parts around a place, from the innermost to the whole statement."""
        part = self._tree.part_at(offset)
        yield part, offset
        while part.opener >= 0 and self._tree.is_list(part.opener):
            if self._is_definition(part.opener):
                return
            opener = part.opener
            part = self._tree.part_at(opener)
            yield part, opener

    def _in_list(self, part: Part, tokens: Sequence[Token], index: int) -> Iterator[str]:
        """Name what an argument, a default, an entry or an option is given to."""
        sign = next((i for i in range(index - 1, 0, -1) if tokens[i].text in BINDS), 0)
        key = self._name_of(tokens[sign - 1]) if sign else ""
        # `model: str = "..."`: the type stands between.
        colon = next((i for i in range(sign - 1, 0, -1) if tokens[i].text == ":"), 0)
        key = self._name_of(tokens[colon - 1]) if colon else key
        opener = part.opener
        # `for (const model of [...])`
        loop = next((i for i, t in enumerate(tokens[:index]) if t.text in {"of", "in"}), 0)
        if loop:
            yield self._name_of(tokens[loop - 1])
            return
        if self._tree.source.text[opener] != "(":
            yield key
            return
        if self._is_definition(opener):
            yield key or (self._name_of(tokens[0]) if tokens else "")
            return
        yield from self._options(opener)
        callee = callee_of(self._tree, opener)
        # `FAST("...")` in an enum: the constant has it.
        last = callee.rpartition(".")[2]
        yield key or self._parameter(callee, part.nth) or (last if last.isupper() else "")

    def _options(self, opener: int) -> Iterator[str]:
        """Name what an option's default becomes: `add_argument("--model", dest="llm")`."""
        for part in self._tree.parts_of(opener):
            tokens = self._tree.tokens(part)
            region = self._tree.source.region_from(part.start)
            if (
                region
                and region.end == part.end
                and (content := content_at(self._tree, part.start))
            ):
                option = _OPTION.match(content)
                yield option[1] if option and content.startswith("-") else ""
            elif tokens and tokens[0].text == "dest":
                yield self._name_of(tokens[-1])

    def _in_statement(self, tokens: Sequence[Token], index: int, at: int) -> Iterator[str]:
        sign = next((i for i, token in enumerate(tokens[:index]) if token.text in BINDS), 0)
        texts = [token.text for token in tokens[:index]]
        if _RETURNS.intersection(texts):
            yield self._function_around(at)
        if texts[:1] == ["for"]:
            yield from (text for text in texts[1 : texts.index("in") if "in" in texts else 2])
        if not sign:
            # Elixir's attribute: `@model "..."`.
            yield tokens[0].text.removeprefix("@") if tokens[0].text.startswith("@") else ""
            return
        for token in tokens[:sign]:
            # `CONFIG["model"] = ...`: what is in brackets is a key.
            if token.text == "[":
                yield from self._words(token.start, token.end)[1]
            elif is_word(token.text) and token.text not in _MODIFIERS | _OWN:
                yield token.text
        nearest = max(i for i, token in enumerate(tokens[:index]) if token.text in BINDS)
        # `ask = lambda model="..."`, `a = b = "..."`.
        yield self._name_of(tokens[nearest - 1])

    def _function_around(self, offset: int) -> str:
        at = bisect_left(self._functions, (offset, ""))
        return self._functions[at - 1][1] if at else ""

    @cached_property
    def _functions(self) -> Sequence[tuple[int, str]]:
        """Where the head of each function ends, and its name, in order."""
        return [(m.end(), m[1]) for m in _FUNCTION.finditer(self._tree.source.masked)]

    def _name_of(self, token: Token) -> str:
        if token.text.startswith("\x01"):
            return content_at(self._tree, token.start)
        return token.text if is_word(token.text) else ""

    def _is_definition(self, opener: int) -> bool:
        return opener in self._definitions

    @cached_property
    def _definitions(self) -> dict[int, str]:
        """Maps the bracket of parameters to the name of the function."""
        found = _DEFINITION.finditer(self._tree.source.masked)
        return {match.end(): match["name"] or match["arrow"] for match in found}

    @cached_property
    def _parameters(self) -> dict[str, Sequence[str]]:
        """The names of each function's parameters, without `self`."""
        known: dict[str, Sequence[str]] = {}
        for opener, name in self._definitions.items():
            if opener not in self._tree.source.closers:
                continue
            words = [
                next((t.text for t in self._tree.tokens(part) if is_word(t.text)), "")
                for part in self._tree.parts_of(opener)
            ]
            known[name] = words[1:] if words and words[0] in _OWN else words
        return known

    def _parameter(self, callee: str, nth: int) -> str:
        names = self._parameters.get(callee.rpartition(".")[2], ())
        return names[nth] if nth < len(names) else ""

    def _reached(self, names: frozenset[str]) -> frozenset[str]:
        """Add the names that *names* are given to, directly or through others."""
        if names not in self._known:
            reached, pending = set(names), list(names)
            while pending:
                for name in self._links.get(pending.pop(), ()):
                    if name not in reached:
                        reached.add(name)
                        pending.append(name)
            self._known[names] = frozenset(reached)
        return self._known[names]

    @cached_property
    def _links(self) -> dict[str, set[str]]:
        """Maps each name to those that it is given to."""
        masked = self._tree.source.masked
        links: defaultdict[str, set[str]] = defaultdict(set)
        for match in (*_LOOP.finditer(masked), *_GIVEN.finditer(masked)):
            for word in _WORD.findall(match["value"]):
                links[plain(word)].add(plain(match["target"]))
        for call in _CALLED.finditer(masked):
            for parameter, word in self._passed(call.end(), self._parameters.get(call["name"], ())):
                links[plain(word)].add(plain(parameter))
        return dict(links)

    def _passed(self, opener: int, parameters: Sequence[str]) -> Iterator[tuple[str, str]]:
        if not parameters or opener in self._definitions:
            return
        parts = self._tree.parts_of(opener) if opener in self._tree.source.closers else ()
        for part, parameter in zip(parts, parameters, strict=False):
            for word in _WORD.findall(self._tree.source.masked, part.start, part.end):
                yield parameter, word

    def _words(self, start: int, end: int) -> tuple[frozenset[str], frozenset[str]]:
        """List the words and the strings of an expression."""
        source = self._tree.source
        words = map(plain, _WORD.findall(source.masked, start, end))
        strings = (
            plain(source.text[region.inner_start : region.inner_end])
            for region in source.regions_between(start, end - 1)
            if region.kind == "string"
        )
        return frozenset(words) - {"self", "value", "this"}, frozenset(filter(None, strings))
