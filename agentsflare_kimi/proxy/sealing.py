"""Seals what a caller's memory holds, so that the store that keeps it need not be trusted.

Everything is derived from what the caller sends: who has no key can neither read a caller's
entries nor tell whose they are, and a caller reaches no entries but its own. Gateway keys are long
and random, so they cannot be guessed from what the store has.
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

# A new shape of entries gets a new number: old and new workers then do not see each other's.
_PURPOSE: Final = b"agentsflare-kimi reasoning memory 1"
_NONCE: Final = 12
_KEY: Final = 32
_SECRET: Final = 16
_NAME: Final = 16


class Seal:
    """One caller's key to its entries.

    Attributes:
        name: Where in the store the entries are; nobody can compute it without the key.
        secret: What the caller's conversations are digested with, in every worker alike.
    """

    def __init__(self, caller: Caller) -> None:
        """Derive all from the *caller*'s credential and the gateway key that it leads to."""
        given = f"{caller.credential}\0{caller.key}".encode("utf-8", "surrogateescape")
        length = _KEY + _SECRET + _NAME
        derived = HKDF(SHA256(), length, salt=None, info=_PURPOSE).derive(given)
        self.secret = derived[_KEY:-_NAME]
        self.name = f"agentsflare-kimi:memory:{derived[-_NAME:].hex()}"
        self._cipher = ChaCha20Poly1305(derived[:_KEY])

    def close(self, entry: bytes) -> bytes:
        """Return *entry* encrypted and signed."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, entry, self.name.encode())

    def open(self, sealed: bytes) -> bytes | None:
        """Return the entry in *sealed*; None if it is not one of this caller's."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self.name.encode())
        except (InvalidTag, ValueError):
            return None
