"""Regular expressions that are compiled on first use, because most files need only a few."""

from __future__ import annotations

import re
from typing import cast

__all__ = ["lazy"]

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
