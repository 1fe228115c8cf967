"""Whether a string is compared with something, or is a pattern to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentsflare_kimi.lint.sources.regions import Region, Source
from agentsflare_kimi.lint.sources.tokens import (
    Token,
    callee_of,
    tokens_between,
    without_line_ends,
)

__all__ = ["is_compared", "is_pattern"]

_AHEAD: Final = 80
_COMPARES: Final = frozenset(
    {"==", "!=", "===", "!==", "=~", "is", "in", "case", "when", "eq", "ne", "not", "<>", "and"}
)
_COMPARED: Final = frozenset({"==", "!=", "===", "!==", "in", "not", "->"})
_COMPARING_CALLS: Final = frozenset(
    "toBe toEqual toStrictEqual toContain toMatch assertEqual assertEquals assertIn assertNotEqual "  # noqa: SIM905  # words read best as words
    "AreEqual Equal NotEqual equal equals Equals strictEqual deepEqual equalsIgnoreCase startsWith "
    "startswith endswith endsWith HasPrefix HasSuffix StartsWith includes contains Contains "
    "contains_key containsKey has indexOf EqualFold assert_eq assert_ne eq ne isEqualTo match "
    "removeprefix replace in_array strcmp toMatchObject toHaveBeenCalledWith "
    "toHaveBeenLastCalledWith toHaveBeenNthCalledWith calledWith assert_called_with "
    "assert_called_once_with assert_any_call".split()
)
_PATTERN_CALLS: Final = frozenset(
    "re.compile re.match re.search re.fullmatch re.sub re.findall re.finditer re.split RegExp "  # noqa: SIM905  # words read best as words
    "newRegExp regexp.MustCompile regexp.MatchString Pattern.compile Regex newRegex Regex.IsMatch "
    "Regex.new Regexp.new preg_match".split()
)
_BEFORE_LITERAL: Final = frozenset("(,:")


def is_compared(
    source: Source, region: Region, before: Sequence[Token], after: Sequence[Token]
) -> bool:
    """Tell whether a string is compared with something, or looked for in it.

    Args:
        source: The text.
        region: The string.
        before: The tokens of its statement before it.
        after: The tokens after it.

    Returns:
        Whether another name in its place would take another branch.
    """
    last = before[-1].text if before else ""
    following = [token.text for token in after[:2]]
    if last in _COMPARES or _COMPARED.intersection(following[:1]):
        return True
    if following[:1] == ["."] and following[-1] in _COMPARING_CALLS:
        return True
    opener = source.enclosing(region.start)
    if opener is None:
        return False
    call = _around_literals(source, opener)
    if callee_of(source, call).rpartition(".")[2] in _COMPARING_CALLS:
        return True
    return source.text[opener] != "{" and _list_is_compared(source, opener)


def is_pattern(source: Source, region: Region) -> bool:
    """Tell whether a string is a regular expression, as far as the call around it tells."""
    opener = source.enclosing(region.start)
    if opener is None or source.masked[opener + 1 : region.start].strip():
        return False
    return callee_of(source, opener) in _PATTERN_CALLS


def _around_literals(source: Source, opener: int) -> int:
    """Step out of the objects that are an argument, or in one: `f({ a: { ...`."""
    while source.text[opener] == "{":
        around = source.enclosing(opener)
        before = source.masked[max(0, opener - _AHEAD) : opener].rstrip()
        if around is None or before[-1:] not in _BEFORE_LITERAL:
            break
        opener = around
    return opener


def _list_is_compared(source: Source, opener: int) -> bool:
    before = without_line_ends(tokens_between(source, max(0, opener - _AHEAD), opener))
    closer = source.closers[opener]
    after = [token.text for token in tokens_between(source, closer + 1, closer + _AHEAD)[:2]]
    is_searched = after[:1] == ["."] and after[-1] in _COMPARING_CALLS
    return is_searched or bool(before and before[-1].text in {"in", "case", "when"})
