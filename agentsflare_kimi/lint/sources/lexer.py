"""A lexer for all languages: splits a text into strings, comments and code by a table of forms.

It never fails and never backtracks: an unclosed string ends at its line's end, or the text's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial

from agentsflare_kimi.fast_typing import NamedTuple
from agentsflare_kimi.lint.languages import load
from agentsflare_kimi.lint.patterns import lazy
from agentsflare_kimi.lint.sources.regions import Region, RegionKind

__all__ = ["Form", "Handler", "Scanner", "Syntax", "scan", "syntax_of"]

# The characters of string prefixes: `rb"`, `br#"`, `$@"`, `qw(`.
_PREFIX_SIGNS = frozenset("abcfqrtuwABCFRTU#$@")

# Compiling a pattern of all forms takes longer than reading this much without it.
_LITTLE = 10_000

# Very many regions are made, and a constructor in Python takes most of the time.
_new: Callable[[tuple[RegionKind, int, int, int, int]], Region] = partial(
    tuple.__new__,  # pyright: ignore[reportUnknownMemberType]
    Region,
)

Handler = Callable[["Scanner", "re.Match[str]", "Form"], int]


class Form(NamedTuple):
    """One kind of string or comment.

    Attributes:
        kind: Its kind.
        opening: Pattern of its opening.
        body: Pattern of its content; possessive, so that it cannot backtrack.
        closing: Its closing delimiter; empty if it ends with its body.
        placeholder: Opens code inside it (`${`, `#{`); empty if nothing does.
        handler: Reads it instead of `body` and `closing`, and returns its end.
    """

    kind: RegionKind
    opening: str
    body: str = ""
    closing: str = ""
    placeholder: str = ""
    handler: Handler | None = None


class Syntax:
    """The forms of a language; each is compiled on first use, since most files need few."""

    def __init__(self, forms: Sequence[Form], signs: str, longest_prefix: int = 0) -> None:
        """Keep the forms.

        Args:
            forms: The forms; if two begin alike, the first wins.
            signs: Characters; every opening contains one of them.
            longest_prefix: The most characters before that character (2 for `rb` in `rb""`).
        """
        self.forms: tuple[Form, ...] = tuple(forms)
        self.longest_prefix = longest_prefix
        self._signs = re.escape(signs)
        self.bodies: Sequence[re.Pattern[str]] = [lazy(form.body, re.DOTALL) for form in self.forms]
        # Matches the opening of any form; each form is a group.
        openings = "|".join(f"({form.opening})" for form in self.forms)
        self.opener: re.Pattern[str] = lazy(openings, re.MULTILINE)
        # Searching for one of a few characters is many times faster than trying every opening
        # everywhere.
        self.sign: re.Pattern[str] = lazy(f"[{self._signs}]")
        self.sign_or_bracket: re.Pattern[str] = lazy(rf"[{self._signs}(){{}}]")
        self.has_read: int = 0

    @property
    def is_worth_compiling(self) -> bool:
        """Whether so much was read in the language that compiling `stretch` pays."""
        return self.has_read > _LITTLE and not self.longest_prefix

    @cached_property
    def stretch(self) -> tuple[re.Pattern[str], Sequence[tuple[int, int]]]:
        """Matches code up to the next form, and the whole form if a pattern can find its end.

        Returns:
            The pattern; and for each of its groups, its form and the group of that form's opening.
        """
        forms: list[str] = []
        groups = [(0, 0)]
        for index, form in enumerate(self.forms):
            opening = len(groups)
            groups.append((index, opening))
            pattern = f"({form.opening})"
            if not (form.handler or form.placeholder):
                pattern += f"(?s-m:{form.body})"
                if form.closing:
                    groups.append((index, opening))
                    pattern += f"(?>({re.escape(form.closing)})?)"
            forms.append(pattern)
        signs = f"[{self._signs}]"
        code = f"[^{self._signs}]*+"
        return re.compile(f"{code}(?:{'|'.join(forms)}|{signs})", re.MULTILINE), groups

    def open_at(self, text: str, floor: int, sign: int) -> re.Match[str] | None:
        """Match the opening around a sign, including its prefix."""
        first = sign
        floor = max(floor, sign - self.longest_prefix)
        while first > floor and text[first - 1] in _PREFIX_SIGNS:
            first -= 1
        for start in range(first, sign + 1):
            match = self.opener.match(text, start)
            if match and match.end() > sign:
                return match
        return None


class _Placeholder(NamedTuple):
    """Code inside a string: the function to resume with, and the brackets open in it."""

    resume: Callable[[int], int]
    opener: str
    closer: str
    depth: int = 0


class Scanner:
    """The state of one pass over a text."""

    def __init__(self, text: str, syntax: Syntax) -> None:
        """Keep *text* and the forms of its language."""
        self.text = text
        self.syntax = syntax
        self.regions: list[Region] = []
        self.stack: list[_Placeholder] = []
        self.heredocs = 0
        # What handlers need not look for again: a regex's end before `divided`, these brackets.
        self.divided = 0
        self.unclosed: set[str] = set()

    def run(self, start: int, end: int) -> None:
        """Split the text from *start* to *end*."""
        position = start
        if end == len(self.text) and self.syntax.is_worth_compiling:
            position = self._run_far(start)
        while True:
            signs = self.syntax.sign_or_bracket if self.stack else self.syntax.sign
            sign = signs.search(self.text, position, end)
            if sign is None:
                return
            match = self.syntax.open_at(self.text, position, sign.start())
            if match:
                # What looks like an opening may not be one (a division, not a regex); step past it.
                position = max(self._open(match), match.end())
            else:
                position = self._bracket(sign) if self.stack else sign.end()

    def _run_far(self, position: int) -> int:
        """Split a long text form by form; return where the end or a placeholder is reached."""
        pattern, groups = self.syntax.stretch
        while not self.stack and (match := pattern.match(self.text, position)):
            position = match.end()
            if match.lastindex is None:
                continue
            index, opening = groups[match.lastindex]
            form = self.syntax.forms[index]
            start, inner_start = match.span(opening)
            if form.handler:
                again = self.syntax.opener.match(self.text, start)
                position = max(form.handler(self, again, form), position) if again else position
            elif form.placeholder:
                position = self.content(index, start, inner_start)
            else:
                inner_end = match.start(match.lastindex) if match.lastindex > opening else position
                self.regions.append(_new((form.kind, start, position, inner_start, inner_end)))
        return position

    def add(self, kind: RegionKind, start: int, inner_start: int, inner_end: int, end: int) -> None:
        """Record a region."""
        self.regions.append(_new((kind, start, end, inner_start, inner_end)))

    def _open(self, match: re.Match[str]) -> int:
        index = (match.lastindex or 1) - 1
        form = self.syntax.forms[index]
        if form.handler:
            return form.handler(self, match, form)
        return self.content(index, match.start(), match.end())

    def content(self, index: int, start: int, inner_start: int, *, goes_on: bool = False) -> int:
        """Read the content of a string or comment, up to its end or a placeholder."""
        form = self.syntax.forms[index]
        body = self.syntax.bodies[index].match(self.text, inner_start)
        inner_end = body.end() if body else inner_start
        if form.placeholder and self.text.startswith(form.placeholder, inner_end):
            end = inner_end + len(form.placeholder)
            self.add("part", start, inner_start, inner_end, end)
            self.enter_code(partial(self._after_placeholder, index), form.placeholder)
            return end
        is_closed = bool(form.closing) and self.text.startswith(form.closing, inner_end)
        end = inner_end + len(form.closing) if is_closed else inner_end
        self.add("part" if goes_on else form.kind, start, inner_start, inner_end, end)
        return end

    def enter_code(self, resume: Callable[[int], int], opening: str) -> None:
        """Read code up to the bracket that closes *opening*, then call *resume*."""
        opener, closer = ("(", ")") if "(" in opening else ("{", "}")
        self.stack.append(_Placeholder(resume, opener, closer))

    def _after_placeholder(self, index: int, closer_end: int) -> int:
        # The closing bracket counts as part of the string, so that brackets in code stay paired.
        return self.content(index, closer_end - 1, closer_end, goes_on=True)

    def _bracket(self, match: re.Match[str]) -> int:
        """Count a bracket in code inside a string; after the last one, resume the string."""
        top = self.stack[-1]
        if match[0] == top.opener:
            self.stack[-1] = top._replace(depth=top.depth + 1)
        elif match[0] == top.closer and top.depth:
            self.stack[-1] = top._replace(depth=top.depth - 1)
        elif match[0] == top.closer:
            self.stack.pop()
            return top.resume(match.end())
        return match.end()


def scan(text: str, syntax: Syntax) -> list[Region]:
    """Split *text* into regions.

    Args:
        text: Any text, well-formed or not.
        syntax: The language's forms.

    Returns:
        The regions in order; everything else is code.
    """
    syntax.has_read += len(text)
    scanner = Scanner(text, syntax)
    start = 0
    # A form with an empty opening begins with the text: the text before `<?php`.
    if (match := syntax.opener.match(text)) and not match[0]:
        start = scanner.content((match.lastindex or 1) - 1, 0, 0)
    scanner.run(start, len(text))
    return scanner.regions


@cache
def syntax_of(language: str) -> Syntax:
    """Return the forms of *language*; cached."""
    known = load(language)
    return Syntax(known.forms, known.signs, known.longest_prefix)
