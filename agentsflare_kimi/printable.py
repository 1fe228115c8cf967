"""Makes foreign text safe to show: model output, file names, source lines, error messages."""

from __future__ import annotations

import re
from functools import cache

from agentsflare_kimi.fast_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

__all__ = [
    "has_key_prefix",
    "looks_like_key",
    "printable",
    "shown_name",
    "without_account_ids",
]

# Strings, because most programs never need them compiled.
_KEY_PREFIX: Final = r"(?i)(?<![a-z\d])(?:sk|ak|pk)[-_]|\bbearer\b"
# A word that changes often between letters, digits and capitals, or that nobody could pronounce.
_PIECE: Final = r"\d+|[A-Z]?[a-z]+|[A-Z]+"
_MOST_PIECES: Final = 3
_UNSPEAKABLE: Final = r"(?i)[bcdfghjklmnpqrstvwxz]{5}"

# `org-…` and `<ak-…>`, as the upstream writes them into messages about limits. A short word
# after the dash, as in "org-wide", is not an id.
_ACCOUNT_IDS: Final = (
    r"<\s*(?:org|ak|proj|uid|gid)[-_][^<>\s]+\s*>"
    r"|(?<![\w-])(?:org|ak|proj|uid|gid)[-_](?=[\w-]{6}|[\w-]*\d)[\w-]+"
)

_KEY: Final = r"(?<![\w-])sk-[\w-]{6,}"
_MOST_OF_A_NAME: Final = 80
_BIDI_CONTROLS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))


@cache
def _escapes() -> dict[int, str]:
    escapes = {
        **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
        **{code: f"\\u{code:04x}" for code in (*_BIDI_CONTROLS, *range(0xD800, 0xE000))},
    }
    del escapes[ord("\n")], escapes[ord("\t")]
    return escapes


def printable(text: str) -> str:
    r"""Escape the characters that a terminal would interpret instead of showing.

    Escapes control characters (C0 except newline and tab, DEL, C1), bidirectional controls
    and lone surrogates; everything else stays.

    >>> print(printable("\x1b[2Jgone"))
    \x1b[2Jgone

    Args:
        text: Any text, even if it cannot be encoded.

    Returns:
        Text that is safe to print and can be encoded as UTF-8.

    Source: facts/reliability.md section 2c, T24.
    """
    return text if text.isprintable() else text.translate(_escapes())


def looks_like_key(text: str) -> bool:
    """Tell whether *text* may hold an API key, so that it should not be shown.

    >>> [looks_like_key(text) for text in ("sk-12", "a8Xk29fkQ2", "sometimes", "300s", "20261128")]
    [True, True, False, False, False]

    Args:
        text: A value that a user set.
    """
    if has_key_prefix(text):
        return True
    words: list[str] = re.findall(r"[A-Za-z\d]{8,}", text)
    return any(
        len(re.findall(_PIECE, word)) > _MOST_PIECES or re.search(_UNSPEAKABLE, word)
        for word in words
    )


def has_key_prefix(text: str) -> bool:
    """Tell whether *text* has the prefix of an API key, as no name of a model has."""
    return re.search(_KEY_PREFIX, text) is not None


def without_account_ids(text: str) -> str:
    """Mask ids of upstream accounts: `org-…`, `ak-…`, `proj-…`.

    >>> without_account_ids("Your account org-0123456789abcdef<ak-0123456789> is out of quota")
    'Your account [account id][account id] is out of quota'

    Args:
        text: A message of the gateway or the upstream.

    Returns:
        The same text with `[account id]` in place of each id.

    Source: facts/catalog-2026-11.md section 1, "error texts".
    """
    return re.sub(_ACCOUNT_IDS, "[account id]", text)


def without_keys(text: str) -> str:
    """Mask API keys, which programs with mixed-up variables send as a model's name or in a path.

    >>> without_keys("unknown model 'sk-0123456789'")
    "unknown model '[key]'"

    Args:
        text: A message, a name or a path.

    Returns:
        The same text with `[key]` in place of each key.
    """
    return re.sub(_KEY, "[key]", text) if "sk-" in text else text


def shown_name(name: str) -> str:
    """Make a model's name, whoever wrote it, safe and short enough for a message or a trace.

    >>> shown_name(" kimi-k2.6 ")
    'kimi-k2.6'
    """
    return printable(without_keys(without_account_ids(name.strip())))[:_MOST_OF_A_NAME]
