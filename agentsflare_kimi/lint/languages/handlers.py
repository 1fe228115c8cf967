"""Reads strings and comments whose end no pattern can find: nested, custom-delimited, heredocs."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from agentsflare_kimi.lint.sources.lexer import Form, Scanner

__all__ = ["heredoc", "nested_comment", "quoted_run", "regex_literal", "ruby_percent", "skip"]

_COMMENT_MARKS: Final = {"/*": re.compile(r"/\*|\*/"), "{-": re.compile(r"\{-|-\}")}
_TAG: Final = re.compile(r"[A-Za-z_]\w*")
_REGEX: Final = re.compile(
    r"/[^/\\\[\r\n]*+(?>(?:(?:\\[^\r\n]|\[(?>(?:[^\]\\\r\n]|\\[^\r\n])*)\])[^/\\\[\r\n]*+)*)/[a-z]*"
)
# An operand follows these, so a slash begins a regex and `<` an element.
_OPERATORS: Final = frozenset("(,=:[!&|?{};~+-*%<>^")
_KEYWORDS: Final = frozenset(
    "return typeof case in of delete void throw new else do await yield instanceof default "  # noqa: SIM905  # words read best as words
    "and or not if unless when while until then elsif".split()
)
_PERCENT_MARK: Final = re.compile(r"[()\[\]{}<>]")
_DEEPEST_HEREDOC: Final = 20
_PERCENT_CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}


def skip(_scanner: Scanner, match: re.Match[str], _form: Form) -> int:
    """Skip an escape in code, which begins no string."""
    return match.end()


def nested_comment(scanner: Scanner, match: re.Match[str], form: Form) -> int:
    """Read a block comment that may nest (Rust, Kotlin, Haskell)."""
    depth, end = 1, len(scanner.text)
    for mark in _COMMENT_MARKS[match[0]].finditer(scanner.text, match.end()):
        depth += 1 if mark[0] == match[0] else -1
        if not depth:
            end = mark.end()
            break
    scanner.add(form.kind, match.start(), match.end(), end, end)
    return end


def quoted_run(scanner: Scanner, match: re.Match[str], form: Form) -> int:
    """Read a string that closes with its opening reversed (Rust, C#) or its bracket level (Lua)."""
    fence = match[0].lstrip("$rbc@-")
    closing = fence[::-1].replace("[", "]")
    found = scanner.text.find(closing, match.end())
    inner_end = found if found >= 0 else len(scanner.text)
    end = min(inner_end + len(closing), len(scanner.text))
    scanner.add(form.kind, match.start(), match.end(), inner_end, end)
    return end


def heredoc(scanner: Scanner, match: re.Match[str], form: Form) -> int:
    """Read a heredoc's lines up to its tag; the rest of the opening line is code."""
    text = scanner.text
    line_end = text.find("\n", match.end())
    tag = _TAG.search(match[0])
    if line_end < 0 or tag is None or scanner.heredocs >= _DEEPEST_HEREDOC:
        return match.end()
    scanner.heredocs += 1
    scanner.run(match.end(), line_end)
    scanner.heredocs -= 1
    # Another heredoc opened on this line has been read already; its lines come first.
    start = max(line_end + 1, scanner.regions[-1].end if scanner.regions else 0)
    last = re.compile(rf"^[ \t]*{tag[0]}\b", re.MULTILINE).search(text, start)
    end = last.end() if last else len(text)
    scanner.add(form.kind, start, start, last.start() if last else end, end)
    return end


def regex_literal(scanner: Scanner, match: re.Match[str], form: Form) -> int:
    """Read a regex literal, or skip a division sign."""
    if match.start() < scanner.divided or not operand_follows(scanner.text, match.start()):
        return match.end()
    literal = _REGEX.match(scanner.text, match.start())
    if literal is None:
        # No other literal closes on this line, either; looking again would take quadratic time.
        line_end = scanner.text.find("\n", match.end())
        scanner.divided = line_end if line_end >= 0 else len(scanner.text)
        return match.end()
    scanner.add(form.kind, match.start(), match.end(), literal.end(), literal.end())
    return literal.end()


def operand_follows(text: str, position: int) -> bool:
    """Tell whether an operand, rather than an operator, is at *position*."""
    before = position
    while before and text[before - 1] in " \t\r\n":
        before -= 1
    if not before or text[before - 1] in _OPERATORS:
        return True
    start = before
    while start and (text[start - 1].isalnum() or text[start - 1] in "_$"):
        start -= 1
    return text[start:before] in _KEYWORDS


def ruby_percent(scanner: Scanner, match: re.Match[str], form: Form) -> int:
    """Read `%w[...]`, `%q(...)` and the like, including nested brackets."""
    if not operand_follows(scanner.text, match.start()) and match[0][1:2] not in "wWiqQ":
        return match.end()
    opener = match[0][-1]
    if opener in scanner.unclosed:
        return match.end()
    closer = _PERCENT_CLOSERS[opener]
    depth, position = 1, match.end()
    for mark in _PERCENT_MARK.finditer(scanner.text, position):
        depth += (mark[0] == opener) - (mark[0] == closer)
        if not depth:
            scanner.add(form.kind, match.start(), position, mark.start(), mark.end())
            return mark.end()
    scanner.unclosed.add(opener)
    return match.end()
