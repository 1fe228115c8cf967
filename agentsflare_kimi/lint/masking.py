"""Hides keys in what is shown of foreign files.

Rather too much than too little: whoever wants to know opens the file.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

__all__ = ["mask_keys"]

_MASK: Final = "********"
_SIGNS: Final = ("sk-", "bearer", "key", "secret", "token", "passw", "authorization")

# By their own look, by the word before them, or by what they are assigned to. What comes from
# elsewhere (a call, an attribute, a variable in braces) is no key. What may repeat is bounded,
# so that no text takes long.
_KEYS: Final = (
    r"\b(sk-)[\w-]{6,}",
    r"(?i)(\bbearer\s{1,9})[\w.~+/=-]{8,}",
    r"""(?ix)
    ( (?: api[_-]?key | secret | token | passw(?:or)?d | authorization ) \w{0,40}
      ["'\]]{0,3} \s{0,9} (?: [:=]{1,3} >? | , ) \s{0,9} [a-z]{0,2} ["'`] )
    [^"'`\s${}]{8,}
    """,
    r"""(?imx)
    ^ ( [\ \t]* (?: export \s{1,9} | ENV \s{1,9} )? [\w.]{0,60} KEY [\ \t]* [=:] [\ \t]* )
    [^\s"'$(){}\[\],.;]{16,}
    """,
)


def mask_keys(text: str) -> str:
    """Replace what looks like a key.

    Args:
        text: Source lines, a diff, a message.

    Returns:
        The same with `********` for each key; `sk-` stays to tell what it was.
    """
    lower = text.lower()
    if any(sign in lower for sign in _SIGNS):
        for pattern in _patterns():
            text = pattern.sub(rf"\g<1>{_MASK}", text)
    return text


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    # Compiled when a text has any such sign, for that takes longer than looking.
    return tuple(map(re.compile, _KEYS))
