"""A text as a tree of brackets and the parts between them.

One tree for all languages with brackets. A part is an argument, entry or item if commas separate
the content of the brackets, else a statement. Parts and tokens are made on first use and cached.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.regions import STRING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agentsflare_kimi.lint.languages.base import Language
    from agentsflare_kimi.lint.sources.regions import Source
    from agentsflare_kimi.lint.sources.scopes import Scope
    from agentsflare_kimi.lint.sources.steps import Kind

__all__ = ["BINDS", "Part", "Token", "Tree", "is_word"]

BINDS = frozenset(
    {"=", ":", "=>", ":=", "?=", "||=", "??=", "//=", "<-", "<<-", "to", "~>", "->", "::=", ".="}
)
"""Signs between a name and its value."""

_WORDS = r"[\w$@]+"
_LISP_WORDS = r"[\w$@:*?!.-]+"
_SIGNS = (
    r"\s*(?:{strings}|{words}|=>|->|<<-|<-|~>|:=|===|!==|==|!=|=~|<=|>=|\?\?=?|\|\|=?|//=|&&|::=?|\?:|\?=|\.=(?!=)"
    r"|\?\.|\.\.\.?|\*\*|<>|\S)"
)
_MARK = lazy(r"\b(?:\w+,[ \t]*)+\w+[ \t]*:=|:=|[,;()\[\]{}]")
_OPENERS = frozenset("([{")
# Signs at a line's end that continue a statement, and signs that continue it on the next line.
_LEAVES_OPEN = lazy(r"(?:[,=(\[{+\\.&?:]|\|\||->|\breturn|\bor|\band|\belse)\Z")
_TAKES_UP = lazy(r"\s*(?:\.(?!\.)|->|\?[.:]?|&&|\|\||[+)\]}=:]|::|\bor\b|\band\b)")
_TEXT = lazy(r"\S")
_SET_IN_LINE = lazy(r"(?:^|[;{])[ \t]*\"?([A-Za-z_][\w.-]*)\"?[ \t]*=[ \t]*", re.MULTILINE)
_IS_ENTRY = lazy(
    rf"\s*(?:(?:[\w$@-]+|{STRING}+|\[[^\[\]]*\])\s*(?P<sign>=>|:(?![:=])|=(?![=>])|[,}}])|\.\.\.|\*\*|\}}"
    rf"|{STRING}+\s*[,}}])"
)


class Token(NamedTuple):
    """A word, a sign, a whole string, or a pair of brackets with its content as the opening one."""

    text: str
    start: int
    end: int


class Part(NamedTuple):
    """An argument, an entry, an item or a statement, without surrounding blanks.

    Attributes:
        start: Where it begins.
        end: Where it ends, exclusive.
        opener: The offset of the bracket around it; -1 at the top level.
        nth: The number of parts before it in the same brackets; 0 for a statement.
    """

    start: int
    end: int
    opener: int
    nth: int


class Tree:
    """The brackets, parts and tokens of a text."""

    def __init__(self, source: Source, language: Language) -> None:
        """Keep *source*; everything is read on first use."""
        self.source = source
        self.language = language
        words = _LISP_WORDS if language.in_lists else _WORDS
        self._token = lazy(_SIGNS.format(strings=STRING, words=words))
        self._lists: dict[int, Sequence[Part]] = {}
        self._kinds: dict[int, bool] = {}
        self._tokens: dict[tuple[int, int], Sequence[Token]] = {}
        # The known statements in each bracket, in order.
        self._statements: dict[int, list[Part]] = {}
        self.commas: dict[tuple[int, int], tuple[int, Sequence[int]]] = {}
        self.marks: dict[tuple[int, int], Sequence[int]] = {}
        self.clauses: dict[tuple[int, int], list[tuple[int, Kind]]] = {}

    def part_at(self, offset: int) -> Part:
        """Find the smallest part that holds *offset*."""
        opener = self.opener_around(offset)
        if not self.is_list(opener):
            return self._statement(offset, opener)
        parts = self.parts_of(opener)
        index = bisect_right(parts, offset, key=_start) - 1
        return parts[max(index, 0)] if parts else Part(offset, offset, opener, 0)

    def opener_around(self, offset: int) -> int:
        """Find the opening bracket around *offset*; -1 at the top level."""
        return -1 if (opener := self.source.enclosing(offset)) is None else opener

    def is_list(self, opener: int) -> bool:
        """Tell whether commas, rather than lines, separate the content of two brackets."""
        if opener < 0:
            return False
        if self.source.text[opener] != "{":
            return True
        if opener not in self._kinds:
            self._kinds[opener] = self._is_object(opener)
        return self._kinds[opener]

    def parts_of(self, opener: int) -> Sequence[Part]:
        """List the parts between two brackets, in order."""
        if opener not in self._lists:
            spans = self.source.pieces(opener)[0]
            self._lists[opener] = [Part(*span, opener, nth) for nth, span in enumerate(spans)]
        return self._lists[opener]

    def tokens(self, part: Part) -> Sequence[Token]:
        """Split a part into tokens."""
        key = part.start, part.end
        if key not in self._tokens:
            self._tokens[key] = self._cut(*key)
        return self._tokens[key]

    def index_of(self, tokens: Sequence[Token], offset: int) -> int:
        """Find the token that holds *offset*."""
        return max(0, bisect_right(tokens, offset, key=_start) - 1)

    def statement_at(self, offset: int) -> Part:
        """Find the whole statement around *offset*, outside arguments, entries and items."""
        part = self.part_at(offset)
        while part.opener >= 0 and self.is_list(part.opener):
            part = self.part_at(part.opener)
        return part

    def settings_in(self, start: int, end: int, opener: int) -> Iterator[tuple[str, int, int]]:
        """Find the lines `name = value` directly inside a bracket.

        Args:
            start: Where to begin.
            end: Where to stop.
            opener: The bracket; -1 at the top level.

        Yields:
            A name, and where it and its value begin.
        """
        for match in _SET_IN_LINE.finditer(self.source.masked, start, end):
            if self.opener_around(match.start(1)) == opener:
                yield match[1], match.start(1), match.end()

    def scope_of(self, offset: int) -> str:
        """Return the head of the function or class around *offset*, delimited by indentation."""
        from agentsflare_kimi.lint.sources.scopes import name_around  # noqa: PLC0415  # rarely needed

        return name_around(self._scopes, self.source.masked, offset)

    @cached_property
    def _scopes(self) -> Sequence[Scope]:
        from agentsflare_kimi.lint.sources.scopes import find_scopes  # noqa: PLC0415  # rarely needed

        return find_scopes(self.source.masked)

    def _is_object(self, opener: int) -> bool:
        match, end = _IS_ENTRY.match(self.source.masked, opener + 1), self.source.closers[opener]
        if match is None or match["sign"] == ",":
            # `T{f("a"), f("b")}`: items; what ends with its line, before the end, is a statement.
            is_listed = self._first_mark(opener + 1, end) == ","
            return is_listed and self._end(opener, opener, end) == end
        if match["sign"] != "=":
            return True
        mark = self._first_mark(match.end(), end)
        return mark == "," or (not mark and "\n" not in self.source.masked[opener : match.end()])

    def _first_mark(self, start: int, end: int) -> str:
        """Return the first comma, semicolon or `:=` outside nested brackets."""
        position = start
        while mark := _MARK.search(self.source.masked, position, end):
            self.source.visits += 1
            if mark[0][-1] in ",;=":
                return mark[0][-1]
            position = self.source.closers.get(mark.start(), mark.start()) + 1
        return ""

    def _cut(self, start: int, end: int) -> list[Token]:
        source, masked = self.source, self.source.masked
        tokens: list[Token] = []
        position = start
        while position < end and (match := self._token.match(masked, position, end)):
            source.visits += 1
            text = match[0].lstrip()
            begin = match.end() - len(text)
            position = match.end()
            if text == self.language.methods and is_word(masked[position : position + 1]):
                text = "."
            if text == STRING:
                region = source.region_at(begin)
                position = max(region.end if region else position, position)
            elif text in _OPENERS and begin in source.closers:
                position = source.closers[begin] + 1
            tokens.append(Token(text, begin, position))
        return tokens

    def _statement(self, offset: int, opener: int) -> Part:
        known = self._statements.setdefault(opener, [])
        index = bisect_right(known, offset, key=_start) - 1
        if index >= 0 and offset < max(known[index].end, known[index].start + 1):
            return known[index]
        floor, ceiling = opener + 1, self.source.closers.get(opener, len(self.source.text))
        if index >= 0:
            floor = max(floor, known[index].end)
        if index + 1 < len(known):
            ceiling = min(ceiling, known[index + 1].start)
        span = self._begin(offset, opener, floor), self._end(offset, opener, ceiling)
        known[index + 1 : index + 1] = pieces = self._pieces(*span, opener)
        return next(
            (p for p in pieces if p.start <= offset <= p.end), Part(offset, offset, opener, 0)
        )

    def _pieces(self, start: int, end: int, opener: int) -> list[Part]:
        """Split a stretch of lines at its semicolons."""
        pieces: list[Part] = []
        for token in self._cut(start, end):
            if token.text == ";":
                pieces += self._parts(start, token.start, opener)
                start = token.end
        return [*pieces, *self._parts(start, end, opener)]

    def _parts(self, start: int, end: int, opener: int) -> list[Part]:
        return [Part(*span, opener, 0) for span in self.source.trimmed(start, end)]

    def _begin(self, position: int, opener: int, floor: int) -> int:
        """Go back line by line to where the statement begins."""
        masked = self.source.masked
        while (line_end := masked.rfind("\n", floor, position)) >= 0:
            self.source.visits += 1
            if (inside := self._child_around(line_end, opener)) >= 0:
                position = inside
                continue
            position = self._end_of_text(floor, line_end)
            if position == floor or self._ends_at(position):
                return line_end + 1
        return floor

    def _end(self, position: int, opener: int, ceiling: int) -> int:
        masked = self.source.masked
        while (line_end := masked.find("\n", position, ceiling)) >= 0:
            self.source.visits += 1
            if (inside := self._child_around(line_end, opener)) >= 0:
                position = self.source.closers[inside] + 1
                continue
            if self._ends_at(self._end_of_text(0, line_end)):
                return line_end
            following = _TEXT.search(masked, line_end, ceiling)
            position = following.start() if following else ceiling
        return ceiling

    def _end_of_text(self, start: int, end: int) -> int:
        """Return where the text between two places ends, without trailing blanks."""
        size = 64
        while end > start:
            self.source.visits += 1
            begin = max(start, end - size)
            if text := self.source.masked[begin:end].rstrip():
                return begin + len(text)
            end, size = begin, size * 2
        return start

    def _child_around(self, offset: int, opener: int) -> int:
        """Find the bracket directly inside *opener* that holds *offset*; -1 for none."""
        found, around = -1, self.opener_around(offset)
        while around not in {opener, -1}:
            self.source.visits += 1
            found, around = around, self.opener_around(around)
        return found

    def _ends_at(self, end: int) -> bool:
        """Tell whether a statement ends at the end of a line's text."""
        masked = self.source.masked
        line = masked[masked.rfind("\n", 0, end) + 1 : end]
        if not self.language.goes_on:
            return not line.endswith("\\")
        if _LEAVES_OPEN.search(line) or _TAKES_UP.match(masked, end):
            return False
        return self.language.ends_at_line or line[-1:] in {";", "}", "{", ")"}


def _start(item: Token | Part) -> int:
    return item.start


def is_word(text: str) -> bool:
    """Tell whether a token is a name or a keyword."""
    return text[:1].isalpha() or text[:1] in {"_", "$", "@"}
