"""Makes foreign text safe to print: model output, file names, source lines."""

from __future__ import annotations

from functools import cache

__all__ = ["printable"]

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
    r"""Show what a terminal would obey or misplace as visible escapes.

    Control characters (all of C0 but newline and tab, DEL, C1), bidirectional controls
    and lone surrogates are replaced; everything else stays.

    >>> print(printable("\x1b[2Jgone"))
    \x1b[2Jgone

    Args:
        text: Any text, also one that no encoding can carry.

    Returns:
        Text that any terminal shows as it is and any encoding of Unicode can carry.

    Source: facts/reliability.md section 2c, T24.
    """
    return text if text.isprintable() else text.translate(_escapes())
