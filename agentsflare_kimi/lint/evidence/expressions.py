"""Reads expressions where they stand in a text, in any language with brackets or lines."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

__all__ = [
    "arguments_at",
    "branches_of",
    "chain_before",
    "chains_in",
    "command_at",
    "first_word",
    "inside",
    "value_at",
]

_SIGN: Final = lazy(r"[\"'`()\[\]{},;\n]")
_QUOTED: Final = {quote: lazy(rf"(?:[^{quote}\\\n]|\\.)*{quote}?", re.DOTALL) for quote in "\"'`"}
_PAIRS: Final = ("()", "[]", "{}")
_ROUND: Final = lazy(r"[()]")
_BLANK: Final = lazy(r"\s*")
_GOES_ON: Final = lazy(r"\s*(?:[.?|]|or\s|&&)")
_CHAIN: Final = r"(?P<chain>[A-Za-z_]\w*(?:(?:\.|->|\?\.|::)[A-Za-z_]\w*)*)"
_PIECE: Final = lazy(rf"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?|{_CHAIN}")
_PUT_IN: Final = lazy(rf"(?:[$#]?\{{|\$){_CHAIN}")
_BRANCH: Final = lazy(r"\bif\b.*?\belse\b|\s(?:or|\|\||\?\??|:)\s")
_LEAD: Final = lazy(r"\s*(?:(?:await|with|new)\s+)*")
_COMMAND: Final = lazy(r"(?:[^\\\n]|\\.)*", re.DOTALL)
# A word of a command, before an option or another variable.
_SHELL_WORD: Final = lazy(
    r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'(){},]+)(?=\s+(?:-{1,2}[a-zA-Z]|[A-Z_]+=))"
)
_CALLED: Final = lazy(r"(?:[\w$]+(?:\.|::))*[\w$]+\Z")


def value_at(text: str, start: int) -> str:
    """Return the expression that begins at *start*: up to a comma, a closer or a line's end."""
    blank = _BLANK.match(text, start)
    start = blank.end() if blank else start
    depth, at = 0, start
    while sign := _SIGN.search(text, at):
        at = sign.end()
        if sign[0] in _QUOTED:
            quoted = _QUOTED[sign[0]].match(text, at)
            at = quoted.end() if quoted else at
        elif sign[0] in "([{":
            depth += 1
        elif sign[0] in ")]}":
            depth -= 1
        ends = sign[0] in ",;" or (sign[0] == "\n" and not _GOES_ON.match(text, at))
        if depth < 0 or (depth == 0 and ends):
            return text[start : sign.start()]
    return text[start:]


def arguments_at(text: str, start: int) -> Iterator[str]:
    """Yield the arguments of the call whose first one begins at *start*."""
    while value := value_at(text, start):
        yield value
        start = text.index(value, start) + len(value)
        if text[start : start + 1] != ",":
            return
        start += 1


def inside(text: str, start: int) -> str:
    """Return what a parenthesis holds that was opened right before *start*."""
    depth = 1
    for match in _ROUND.finditer(text, start):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return text[start : match.start()]
    return text[start:]


def command_at(text: str, start: int) -> str:
    """Return the rest of a command's line, with the lines that continue it."""
    match = _COMMAND.match(text, start)
    return match[0] if match else ""


def first_word(value: str) -> str:
    """Return the first word of a command's value that other words follow; else all of it."""
    word = _SHELL_WORD.match(value)
    return word[0] if word else value


def chain_before(text: str, closer: int) -> str:
    """Return the names of the call that ends at a parenthesis: `Client::with_config`."""
    depth, at = 0, closer
    while at >= 0:
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            break
        at -= 1
    line = text[text.rfind("\n", 0, max(at, 0)) + 1 : max(at, 0)]
    called = _CALLED.search(line)
    return called[0] if called else ""


def chains_in(expression: str) -> Iterator[list[str]]:
    """Yield the names that an expression reads, and those put into its strings."""
    for match in _PIECE.finditer(expression):
        if match["chain"]:
            yield re.split(r"\W+", match["chain"])
        else:
            for name in _PUT_IN.finditer(match[0]):
                yield re.split(r"\W+", name["chain"])


def branches_of(expression: str) -> Iterator[str]:
    """Yield what an expression may be: `a if b else c`, `a ?? b`, `await a`."""
    start = 0
    for match in _BRANCH.finditer(expression):
        before = expression[: match.start()]
        if all(before.count(opener) == before.count(closer) for opener, closer in _PAIRS):
            yield _LEAD.sub("", expression[start : match.start()], count=1).strip()
            start = match.end()
    yield _LEAD.sub("", expression[start:], count=1).strip()
