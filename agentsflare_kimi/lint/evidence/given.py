"""Finds what a text gives its variables, and what its functions return, in any language."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.expressions import value_at
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

__all__ = ["Given"]

_QUOTES: Final = frozenset("\"'")
# What stands after the name of something that is given a value.
_GIVEN: Final = lazy(
    # `const { client } = connect()`
    r"(?:[ \t]*(?:,[\w\s,]*+)?\}(?=[ \t]*=[^=>]))?"
    r"[\"']?\]?\)?[ \t]*(?:(?::[ \t]*[^=\n,(){}]*)?(?:=>|:=|(?:\?\?|\|\|)?(?<![=!<>])=(?![=>]))\s*"
    r"|:(?!:)[ \t]+(?=\S))"
)
_AFTER: Final = frozenset("\"'])}=:, \t")
_PAIRED: Final = lazy(r"[\"']\s*,\s*")
_AS: Final = lazy(r"(?<=\sas[ \t])")
_COLON: Final = lazy(r"\s*:")
_FUNCTION: Final = r"(?:\b(?:def|function|func|fun|fn|sub)\s+(?:\([^()]*\)\s*)?{0}\b)"
_DEFINING: Final = ("def", "fun", "fn", "sub")
_RETURNS: Final = lazy(r"\b(?:return|yield)\b[ \t]*(?=\S)")
_LEFT_OUT: Final = (
    r"\b(?:def|function|fun)\b[^\n(]*\([^)]*?\b{0}\s*(?::[^,=)]*)?=\s*(?:None|null|undefined)\b"
    r"|(?<!\w){0}\?\s*:"
)


class Given:
    """The variables and functions of a text."""

    def __init__(self, text: str) -> None:
        """Keep *text*; each name is looked for once."""
        self._text = text
        self._values: dict[str, Sequence[str]] = {}
        self._defined: dict[str, bool] = {}

    def values_of(self, word: str) -> Sequence[str]:
        """List the expressions that a variable, an attribute or a key is given."""
        if word not in self._values:
            values = self._find_values(word)
            self._values[word] = [value for value in values if value not in {"", word}]
        return self._values[word]

    def _find_values(self, word: str) -> Iterator[str]:
        text = self._text
        start = text.find(word)
        while word and start >= 0:
            before, end = text[start - 1 : start], start + len(word)
            if not (before.isalnum() or before == "_"):
                after = text[end : end + 1]
                match = (after in _AFTER and _GIVEN.match(text, end)) or (
                    before in _QUOTES and _PAIRED.match(text, end)
                )
                if match:
                    yield value_at(text, match.end())
                # `with OpenAI() as client:`
                is_after_as = text[max(0, start - 3) : max(0, start - 1)] == "as"
                if is_after_as and _AS.match(text, start) and _COLON.match(text, end):
                    line = text[text.rfind("\n", 0, start) + 1 : start]
                    yield line.rstrip().removesuffix("as").strip()
            start = text.find(word, end)

    def may_be_left_out(self, word: str) -> bool:
        """Tell whether a name is a parameter that a caller may set, or leave out."""
        return re.search(_LEFT_OUT.format(re.escape(word)), self._text) is not None

    def defines(self, function: str) -> bool:
        """Tell whether the text defines a function."""
        if function not in self._defined:
            pattern = _FUNCTION.format(re.escape(function))
            is_likely = any(map(self._text.__contains__, _DEFINING))
            self._defined[function] = is_likely and re.search(pattern, self._text) is not None
        return self._defined[function]

    def returned_by(self, function: str) -> Sequence[str]:
        """List the expressions that a function of the text returns."""
        start = next(re.finditer(_FUNCTION.format(re.escape(function)), self._text)).end()
        following = re.compile(_FUNCTION.format(r"\w+")).search(self._text, start)
        end = following.start() if following else len(self._text)
        returns = _RETURNS.finditer(self._text, start, end)
        return [value_at(self._text, match.end()) for match in returns]
