"""Whether a place in TypeScript is a type: there a string says what may be, not what is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.sources.regions import Source
from agentsflare_kimi.lint.sources.tokens import (
    Token,
    before_pair,
    is_word,
    statement_before,
    tokens_between,
    without_line_ends,
)

__all__ = ["is_ternary", "is_type"]

_DECLARES: Final = frozenset({"type", "interface"})
_DECLARATION: Final = 3  # `export declare type`
_BEFORE_TYPE: Final = frozenset({"<", "|", "&", "as", "satisfies", "extends", "keyof"})
_AFTER_TYPE: Final = frozenset({"|", "&", ">"})
_BEFORE_NAME: Final = frozenset(
    {"const", "let", "var", "readonly", "private", "public", "protected", "static", "declare"}
)
_AHEAD: Final = 80
_DEEPEST: Final = 20


def is_type(source: Source, start: int, end: int) -> bool:
    """Tell whether what stands from *start* to *end* is a type, or within one.

    Args:
        source: A text in TypeScript.
        start: Where a string begins.
        end: Where it ends.

    Returns:
        Whether it is in an alias, an interface, an annotation or a type argument.
    """
    for _ in range(_DEEPEST):
        before = statement_before(source, start)
        verdict = _verdict(source, before, start, end)
        opener = source.enclosing(start)
        if verdict is not None or opener is None or source.text[opener] != "{":
            return bool(verdict)
        start, end = opener, source.closers[opener] + 1
    return False


def _verdict(source: Source, before: Sequence[Token], start: int, end: int) -> bool | None:
    """Judge one level; None where it is what the braces around it are."""
    texts = [token.text for token in before]
    last = texts[-1] if texts else ""
    after = without_line_ends(tokens_between(source, end, end + _AHEAD))
    following = [token.text for token in after[:2]]
    if last in _BEFORE_TYPE or _AFTER_TYPE.intersection(following[:1]):
        return True
    if following == ["[", "]"] or _declares(texts):
        return True
    if last == ":":
        return _after_colon(source, before, start, following)
    return False if last else None


def _declares(texts: Sequence[str]) -> bool:
    heads = range(min(_DECLARATION, len(texts) - 1))
    return any(texts[index] in _DECLARES and is_word(texts[index + 1]) for index in heads)


def _after_colon(
    source: Source, before: Sequence[Token], start: int, following: Sequence[str]
) -> bool | None:
    if is_ternary(before):
        return False
    opener = source.enclosing(start)
    if opener is None or source.text[opener] == "(" or following[:1] in (["="], [";"]):
        return True
    names = [token.text for token in before[-4:-1] if token.text != "?"]
    is_annotation = names[-1:] == [")"] or bool(_BEFORE_NAME.intersection(names[-2:-1]))
    return True if is_annotation else None


def is_ternary(before: Sequence[Token]) -> bool:
    """Tell whether the colon that *before* ends in belongs to a question mark."""
    tokens = list(before[:-1])
    while tokens and tokens[-1].text not in {",", "{", "(", ";", "["}:
        if tokens[-1].text == "?":
            return len(tokens) < len(before) - 1
        tokens = before_pair(tokens) if tokens[-1].text in {")", "]", "}"} else tokens[:-1]
    return False
