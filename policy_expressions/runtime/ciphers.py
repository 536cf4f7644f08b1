"""AES as SymmetricAlgorithm has it, on cryptography. Imported only by what needs it."""

from __future__ import annotations

import secrets
from typing import Any, Optional

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from policy_expressions.errors import ExpressionFailure

BLOCK = 16


def cryptographic(text: str) -> ExpressionFailure:
    """Return a CryptographicException."""
    return ExpressionFailure("System.Security.Cryptography.CryptographicException", text)


class Symmetric:
    """SymmetricAlgorithm: AES with its key, vector, mode and padding; it makes what it lacks."""

    type = "SymmetricAlgorithm"

    def __init__(self) -> None:
        self.mode = "CBC"
        self.padding = "PKCS7"
        self._key: Optional[bytes] = None
        self._iv: Optional[bytes] = None

    @property
    def key(self) -> bytes:
        """Return the key."""
        if self._key is None:
            self._key = secrets.token_bytes(32)
        return self._key

    @key.setter
    def key(self, key: Optional[bytes]) -> None:
        if key is not None and len(key) not in (16, 24, 32):
            raise cryptographic("Specified key is not a valid size for this algorithm.")
        self._key = key

    @property
    def iv(self) -> bytes:
        """Return the initialization vector."""
        if self._iv is None:
            self._iv = secrets.token_bytes(BLOCK)
        return self._iv

    @iv.setter
    def iv(self, iv: Optional[bytes]) -> None:
        if iv is not None and len(iv) != BLOCK:
            text = "Specified initialization vector (IV) does not match the block size for this "
            raise cryptographic(f"{text}algorithm.")
        self._iv = iv

    def _cipher(self) -> Any:
        if self.mode not in ("CBC", "ECB"):
            raise cryptographic("Specified cipher mode is not valid for this algorithm.")
        mode = CBC(self.iv) if self.mode == "CBC" else ECB()  # noqa: S305 (.NET has it)
        return Cipher(AES(self.key), mode)

    def encrypt(self, data: bytes) -> bytearray:
        """Return the data encrypted."""
        missing = BLOCK - len(data) % BLOCK
        if self.padding == "PKCS7":
            data += bytes([missing]) * missing
        elif self.padding == "Zeros":
            data += b"\0" * (missing % BLOCK)
        elif len(data) % BLOCK:
            raise cryptographic("The input data is not a complete block.")
        encryptor = self._cipher().encryptor()
        return bytearray(encryptor.update(data) + encryptor.finalize())

    def decrypt(self, data: bytes) -> bytearray:
        """Return the data decrypted."""
        if len(data) % BLOCK:
            raise cryptographic("The input data is not a complete block.")
        plain = self._cipher().decryptor().update(data)
        if self.padding != "PKCS7":
            return bytearray(plain)
        padding = plain[-1] if plain else 0
        if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise cryptographic("Padding is invalid and cannot be removed.")
        return bytearray(plain[:-padding])
