"""Reads JSX elements: tags, attributes, text, and code in braces."""

from __future__ import annotations

import re
from functools import partial

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.languages.handlers import operand_follows

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.lexer import Form, Scanner

__all__ = ["element"]

_IN_TAG: Final = re.compile(r"\"[^\"]*\"|'[^']*'|/\*|//|\{|/>|=>|>")
_IN_CHILDREN: Final = re.compile(r"[{<]")
# `<T,>(x)` and `<T extends U>(x)` are type parameters.
_TYPE_PARAMETER: Final = re.compile(r"<\s*[A-Za-z_$][\w$]*\s*(?:,|=|extends\b|>\s*\()")


def element(scanner: Scanner, match: re.Match[str], _form: Form) -> int:
    """Read an element, or skip a comparison or a type parameter."""
    text = scanner.text
    if not operand_follows(text, match.start()) or _TYPE_PARAMETER.match(text, match.start()):
        return match.end()
    return _read(scanner, 0, match.end(), is_tag=True)


def _read(scanner: Scanner, depth: int, position: int, *, is_tag: bool) -> int:
    """Continue inside *depth* nested elements, up to the next code or the end."""
    text = scanner.text
    is_closing_tag = False
    while True:
        mark = (_IN_TAG if is_tag else _IN_CHILDREN).search(text, position)
        end = mark.start() if mark else len(text)
        if not is_tag and end > position:
            scanner.add("prose", position, position, end, end)
        if mark is None:
            return end
        position = mark.end()
        if mark[0] == "{":
            scanner.enter_code(partial(_resume, scanner, depth, is_tag), "{")
            return position
        if mark[0][0] in "\"'":
            scanner.add("string", mark.start(), mark.start() + 1, position - 1, position)
        elif mark[0] == "<":
            is_tag, is_closing_tag = True, text.startswith("/", position)
            position += is_closing_tag
        elif mark[0] in {">", "/>"}:
            depth += 0 if mark[0] == "/>" else (-1 if is_closing_tag else 1)
            if depth <= 0:
                return position
            is_tag = is_closing_tag = False


def _resume(scanner: Scanner, depth: int, is_tag: bool, position: int) -> int:  # noqa: FBT001  # a callback
    return _read(scanner, depth, position, is_tag=is_tag)
