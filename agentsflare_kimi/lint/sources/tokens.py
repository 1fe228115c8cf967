"""Tokens around a place in a text: those of its statement, and the call around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from agentsflare_kimi.lint.sources.regions import STRING, Source

__all__ = [
    "ASSIGNS",
    "CHOOSES",
    "Token",
    "before_pair",
    "callee_of",
    "is_word",
    "statement_before",
    "string_text",
    "tokens_between",
    "without_line_ends",
]

ASSIGNS: Final = frozenset({":", "=", "=>", ":=", "||=", "??=", "?="})
CHOOSES: Final = frozenset({"||", "??", "or", "?:", "else", "?", "|"})

_TOKEN: Final = re.compile(
    rf"{STRING}+|[\w$@]+|=>|:=|===|!==|==|!=|=~|<=|>=|\?\?=?|\|\|=?|&&|::|->|\?:|\?=|\.\."
    r"|\n\s*|\S"
)
_WINDOW: Final = 320
_CALLEE_WINDOW: Final = 120
_OPENERS: Final = frozenset("([{")
_CLOSERS: Final = frozenset(")]}")
_PAIRS: Final = {")": "(", "]": "[", "}": "{", ">": "<"}
# What leaves a statement open at the end of a line, and what takes one up on the next.
_OPEN: Final = (
    ASSIGNS - {":"} | CHOOSES - {"?", "else"} | _OPENERS | {",", ".", "&&", "->", "\\", "+"}
)
_TAKES_UP: Final = ASSIGNS | CHOOSES - {"else"} | {".", "&&", "and", "->", "::", "+"}
_LABELS: Final = frozenset({"default", "else"})


class Token(NamedTuple):
    """A word, a sign, a line's end, or a string as a whole."""

    text: str
    start: int


def tokens_between(source: Source, start: int, end: int) -> list[Token]:
    """Cut the text from *start* to *end* into tokens."""
    return [Token(match[0], match.start()) for match in _TOKEN.finditer(source.masked, start, end)]


def without_line_ends(tokens: Sequence[Token]) -> list[Token]:
    """Leave out the tokens that are ends of lines."""
    return [token for token in tokens if token.text[0] != "\n"]


def statement_before(source: Source, offset: int) -> list[Token]:
    """List the tokens before *offset* from the beginning of its statement, without line ends.

    A statement ends with its line, unless a bracket or an operator keeps it open.
    """
    tokens = tokens_between(source, max(0, offset - _WINDOW), offset)
    level = source.enclosing(offset)
    depth = 0
    for index in range(len(tokens) - 1, -1, -1):
        text, start = tokens[index]
        if text in _CLOSERS:
            depth += 1
        elif text in _OPENERS and depth:
            depth -= 1
        elif text in _OPENERS:
            level = source.enclosing(start)
        elif text[0] == "\n" and not depth and _ends_here(source, level, tokens, index):
            return without_line_ends(tokens[index:])
    return without_line_ends(tokens)


def _ends_here(source: Source, level: int | None, tokens: Sequence[Token], index: int) -> bool:
    if level is not None and source.text[level] != "{":
        return False
    earlier = tokens[index - 1].text if index else ""
    later = tokens[index + 1].text if index + 1 < len(tokens) else STRING
    if earlier == ":":
        return later[0] != STRING and (level is None or not _is_entry(tokens, index))
    is_one_string = earlier[:1] == STRING == later[0]
    return earlier not in _OPEN and later not in _TAKES_UP and not is_one_string


def _is_entry(tokens: Sequence[Token], line_end: int) -> bool:
    """Whether a line that ends in a colon is the key of an entry, not a label or a `case`."""
    begins_line = line_end < 3 or tokens[line_end - 3].text[0] in "\n{,"  # noqa: PLR2004  # key, colon
    return begins_line and tokens[line_end - 2].text not in _LABELS


def callee_of(source: Source, opener: int) -> str:
    """Name the call whose arguments begin at *opener*, dotted; empty where it is none."""
    tokens = tokens_between(source, max(0, opener - _CALLEE_WINDOW), opener)
    names: list[str] = []
    while tokens and (is_word(tokens[-1].text) or tokens[-1].text[0] in ".:?\n"):
        token = tokens.pop().text
        if token[0] == "\n":
            if not (names and names[-1] in {".", "?"}):
                break
        elif is_word(token) or token in {".", "::", "?"}:
            names.append(token)
        else:
            break
    return "".join(name for name in reversed(names) if name != "?")


def is_word(text: str) -> bool:
    """Tell whether a token is a name or a keyword."""
    return text[:1].isalpha() or text[:1] in {"_", "$", "@"}


def string_text(source: Source, token: Token) -> str:
    """Give the content of the string that *token* stands for."""
    region = source.region_at(token.start)
    return source.text[region.inner_start : region.inner_end] if region else ""


def before_pair(tokens: Sequence[Token]) -> list[Token]:
    """Take away a closing bracket at the end, its opening one and all between them."""
    closer = tokens[-1].text
    depth = 0
    for index in range(len(tokens) - 1, -1, -1):
        depth += (tokens[index].text == closer) - (tokens[index].text == _PAIRS[closer])
        if not depth:
            return list(tokens[:index])
    return []
