"""Finds what a text gives its variables, and what its functions return, in any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from agentsflare_kimi.lint.evidence.expressions import value_at
from agentsflare_kimi.lint.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Given"]

_GIVEN: Final = (
    r"(?<!\w){0}[\"']?\]?\)?[ \t]*(?:(?::[ \t]*[^=\n,(){{}}]*)?(?:=>|:=|(?<![=!<>])=(?![=>]))\s*"
    r"|:(?!:)[ \t]+(?=\S))"
    r"|(?<=[\"'])\b{0}[\"']\s*,\s*"
)
_AS: Final = r"(?P<value>\S[^\n]*)\s+as\s+{0}\s*:"
_FUNCTION: Final = r"(?:\b(?:def|function|func|fun|fn|sub)\s+(?:\([^()]*\)\s*)?{0}\b)"
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
            name = re.escape(word)
            found = re.finditer(_GIVEN.format(name), self._text)
            values = [value_at(self._text, match.end()) for match in found]
            values += [m["value"] for m in re.finditer(_AS.format(name), self._text)]
            self._values[word] = [value for value in values if value not in {"", word}]
        return self._values[word]

    def may_be_left_out(self, word: str) -> bool:
        """Tell whether a name is a parameter that a caller may set, or leave out."""
        return re.search(_LEFT_OUT.format(re.escape(word)), self._text) is not None

    def defines(self, function: str) -> bool:
        """Tell whether the text defines a function."""
        if function not in self._defined:
            pattern = _FUNCTION.format(re.escape(function))
            self._defined[function] = re.search(pattern, self._text) is not None
        return self._defined[function]

    def returned_by(self, function: str) -> Sequence[str]:
        """List the expressions that a function of the text returns."""
        start = next(re.finditer(_FUNCTION.format(re.escape(function)), self._text)).end()
        following = re.compile(_FUNCTION.format(r"\w+")).search(self._text, start)
        end = following.start() if following else len(self._text)
        returns = _RETURNS.finditer(self._text, start, end)
        return [value_at(self._text, match.end()) for match in returns]
