"""Encrypts the entries of a caller's memory, so that the store need not be trusted.

All keys are derived from what the caller sends: without it, nobody can read a caller's entries or
tell whose they are, and a caller reaches only its own entries. Gateway keys are long and random, so
they cannot be guessed from the store's content.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agentsflare_kimi.proxy.access import Caller

__all__ = ["Seal"]

# Increment the number when the format of entries changes, to separate old and new workers.
_PURPOSE: Final = b"agentsflare-kimi reasoning memory 1"
_NONCE: Final = 12
_KEY: Final = 32
_SECRET: Final = 16
_NAME: Final = 16


class Seal:
    """Encrypts and decrypts one caller's entries.

    Attributes:
        name: The name of the entries in the store; it cannot be computed without the key.
        secret: The key for digests of the caller's conversations, the same in every worker.
    """

    def __init__(self, caller: Caller) -> None:
        """Derive the keys from the *caller*'s credential and gateway key."""
        given = f"{caller.credential}\0{caller.key}".encode("utf-8", "surrogateescape")
        length = _KEY + _SECRET + _NAME
        derived = HKDF(SHA256(), length, salt=None, info=_PURPOSE).derive(given)
        self.secret: bytes = derived[_KEY:-_NAME]
        self.name: str = f"agentsflare-kimi:memory:{derived[-_NAME:].hex()}"
        self._cipher = ChaCha20Poly1305(derived[:_KEY])

    def close(self, entry: bytes) -> bytes:
        """Return *entry* encrypted and authenticated."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, entry, self.name.encode())

    def open(self, sealed: bytes) -> bytes | None:
        """Return the entry in *sealed*; None if it is not one of this caller's."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self.name.encode())
        except (InvalidTag, ValueError):
            return None
