"""Decodes files to text and encodes them again; bytes outside an edit do not change."""

from __future__ import annotations

import codecs

from agentsflare_kimi.fast_typing import NamedTuple

__all__ = ["DecodedText", "decode"]

_UTF_16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LOOKED_AT = 8192


class DecodedText(NamedTuple):
    """A file's text, and what is needed to write it back.

    Attributes:
        text: The text without its byte order mark, with its original line endings. Undecodable
            bytes are lone surrogates.
        encoding: The codec.
        errors: The codec's error handler.
        mark: The byte order mark; empty if there is none.
    """

    text: str
    encoding: str
    errors: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Encode an edited text the way this file was encoded.

        Args:
            text: The edited text.

        Returns:
            The bytes of the file.

        Raises:
            UnicodeEncodeError: The edit has characters that the file's encoding lacks.
        """
        return self.mark + text.encode(self.encoding, self.errors)


def decode(content: bytes, filename: str) -> DecodedText | None:
    """Decode a file so that encoding it again gives the same bytes.

    Args:
        content: The whole file.
        filename: Its name, which decides whether a coding declaration counts.

    Returns:
        The text, or None for a binary file (an early NUL, half a UTF-16 code unit).
    """
    mark = content[:2]
    if mark in _UTF_16_MARKS:
        return _try(content, _UTF_16_MARKS[mark], mark)
    if b"\0" in content[:_LOOKED_AT]:
        return None
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    source = _try(content, "utf-8", mark)
    if source is None and filename.endswith((".py", ".pyi", ".pyw")):
        source = _try(content, _declared(content), mark)
    return source or DecodedText(
        text=content[len(mark) :].decode("utf-8", "surrogateescape"),
        encoding="utf-8",
        errors="surrogateescape",
        mark=mark,
    )


def _try(content: bytes, encoding: str | None, mark: bytes) -> DecodedText | None:
    if encoding is None:
        return None
    try:
        text = content[len(mark) :].decode(encoding)
        source = DecodedText(text=text, encoding=encoding, errors="strict", mark=mark)
        return source if source.encode(text) == content else None
    except (UnicodeError, LookupError, TypeError):
        # The declaration may name an unknown codec, or one that is not for text.
        return None


def _declared(content: bytes) -> str | None:
    # DecodedText: https://peps.python.org/pep-0263/
    import re  # noqa: PLC0415  # only undecodable Python files need it

    lines = b"\n".join(content.splitlines()[:2])
    found = re.search(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", lines, re.MULTILINE)
    return found[1].decode("ascii", "replace") if found else None
