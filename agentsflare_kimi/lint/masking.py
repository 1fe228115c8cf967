"""Hides keys in what is shown of foreign files.

Rather too much than too little: whoever wants to know opens the file.
"""

from __future__ import annotations

import re

__all__ = ["mask_keys"]

_MASK = "********"

# By their own look, by the word before them, or by what they are assigned to. What comes from
# elsewhere (a call, an attribute, a variable in braces) is no key.
_KEYS = (
    re.compile(r"\b(sk-)[\w-]{6,}"),
    re.compile(r"(?i)(\bbearer\s+)[\w.~+/=-]{8,}"),
    re.compile(
        r"""(?ix)
        ( [\w.-]* (?: api[_-]?key | secret | token | passw(?:or)?d | authorization ) \w*
          ["'\]]* \s* (?: [:=]+ >? | , ) \s* [a-z]{0,2} ["'`] )
        [^"'`\s${}]{8,}
        """
    ),
    re.compile(r"(?im)(^\s*(?:export\s+|ENV\s+)?[\w.]*KEY\s*[=:]\s*)[^\s\"'$(){}\[\],.;]{16,}"),
)


def mask_keys(text: str) -> str:
    """Replace what looks like a key.

    Args:
        text: Source lines, a diff, a message.

    Returns:
        The same with `********` for each key; `sk-` stays to tell what it was.
    """
    for pattern in _KEYS:
        text = pattern.sub(rf"\g<1>{_MASK}", text)
    return text
