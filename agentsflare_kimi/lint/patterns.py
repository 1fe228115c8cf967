"""Regular expressions that are compiled on first use, because most files need only a few."""

from __future__ import annotations

import re

from agentsflare_kimi.fast_typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Rare", "lazy", "small"]

_METHODS = ("match", "search", "fullmatch", "finditer", "findall", "sub")


class _Lazy:
    """Stands for a compiled pattern."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(*self._source)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Make a pattern that is compiled on first use.

    Args:
        pattern: A regular expression.
        flags: As for `re.compile`.
    """
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


def small(text: str) -> str:
    """Return *text* in small letters, with every character where it was."""
    lowered = text.lower()
    # One letter becomes two.
    return lowered if len(lowered) == len(text) else text.replace("\u0130", "i").lower()


class Rare:
    """A pattern that few texts match, compiled only for texts with one of its words."""

    def __init__(self, words: str, pattern: str) -> None:
        """Keep the pattern.

        Args:
            words: Words with blanks between them; every match contains one of them.
            pattern: A regular expression.
        """
        self.words: Sequence[str] = words.split()
        self.pattern: re.Pattern[str] = lazy(pattern)

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds a match."""
        return self._may_be_in(text) and self.pattern.search(text) is not None

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Find every match in a text."""
        return self.pattern.finditer(text) if self._may_be_in(text) else iter(())

    def taken_from(self, text: str) -> str:
        """Return a text without the matches."""
        return self.pattern.sub("", text) if self._may_be_in(text) else text

    def _may_be_in(self, text: str) -> bool:
        return any(map(text.__contains__, self.words))
