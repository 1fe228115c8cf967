"""What only wraps a string: parentheses, conversions, the look-up whose fallback it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.sources.keys import is_model_key
from agentsflare_kimi.lint.sources.regions import STRING
from agentsflare_kimi.lint.sources.tokens import ASSIGNS, CHOOSES, Token, before_pair, is_word

__all__ = ["as_arguments", "unwrapped"]

# Their second argument stands in for what the first one does not name.
_LOOKUPS: Final = frozenset(
    "getenv get fetch env getEnv get_env GetEnv getProperty getOrDefault GetValue".split()  # noqa: SIM905  # words read best as words
)


def unwrapped(before: Sequence[Token], following: str) -> list[Token]:
    """Take away what only wraps a string.

    Args:
        before: The tokens of its statement before it.
        following: The token after it.

    Returns:
        The tokens before the wrapping, or *before* where there is none.
    """
    tokens = _closure(_fallback(list(before)))
    texts = [token.text for token in tokens]
    if texts[-2:] == ["=", "{"] and following == "}":
        return tokens[:-1]
    if texts[-2:] == ["}", "="]:
        return _without_accessors(tokens)
    if texts[-1:] != ["("] or is_model_key("".join(texts[-2:-1])):
        return list(before)
    rest = _before_call(tokens)
    return rest if _is_given(rest) else list(before)


def _is_given(rest: Sequence[Token]) -> bool:
    """Whether what follows is given to something: `model = `, `.model(`."""
    *callee, last = ["", *(token.text for token in rest[-2:])]
    return last in ASSIGNS | CHOOSES or (last == "(" and is_model_key("".join(callee)))


def as_arguments(before: Sequence[Token]) -> list[Token]:
    """Make Ruby's `fetch("KIMI") { ` a call with a second argument; leave all else as it is."""
    texts = [token.text for token in before[-5:]]
    if texts[:2] == ["fetch", "("] and texts[3:] == [")", "{"]:
        return [*before[:-2], Token(",", before[-1].start)]
    return list(before)


def _before_call(tokens: Sequence[Token]) -> list[Token]:
    """Take away a call or a constructor whose arguments begin: `openai.F(`, `String::from(`."""
    rest = list(tokens[:-1])
    while rest and (is_word(rest[-1].text) or rest[-1].text in {".", "::", "&", "!", ")", ">"}):
        rest = before_pair(rest) if rest[-1].text in {")", ">"} else rest[:-1]
    return rest


def _fallback(tokens: list[Token]) -> list[Token]:
    """Make `getenv("KIMI", ` the beginning of a call with one argument."""
    texts = [token.text for token in tokens[-4:]]
    is_second = texts[1::2] == ["(", ","] and texts[2][0] == STRING
    return tokens[:-2] if is_second and texts[0] in _LOOKUPS else tokens


def _closure(tokens: list[Token]) -> list[Token]:
    """Take away the parameters of a closure: `unwrap_or_else(|_| `, `unwrap_or_else(|| `."""
    texts = [token.text for token in tokens[-4:]]
    if texts[-2:] == ["(", "||"]:
        return tokens[:-1]
    is_closure = texts[:2] == ["(", "|"] and texts[3:] == ["|"]
    return tokens[:-3] if is_closure else tokens


def _without_accessors(tokens: list[Token]) -> list[Token]:
    """Take away `{ get; set; }` between a property and what it is set to."""
    rest = before_pair(tokens[:-1])
    is_property = len(tokens) > len(rest) + 1 and tokens[len(rest) + 1].text == "get"
    return [*rest, tokens[-1]] if is_property else tokens
