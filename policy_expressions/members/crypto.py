"""Hashes, HMAC, and the Encrypt and Decrypt of APIM."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer

_HASHES = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")


class Hasher:
    """A hash algorithm, or its HMAC when it has a key."""

    def __init__(self, of: str, algorithm: str, key: Optional[bytearray] = None) -> None:
        self.type = of
        self._algorithm = algorithm
        self._key = key

    def digest(self, data: bytearray) -> bytearray:
        """Return the hash of the bytes."""
        if self._key is None:
            plain = hashlib.new(self._algorithm, bytes(data), usedforsecurity=False)
            return bytearray(plain.digest())
        return bytearray(hmac.new(bytes(self._key), bytes(data), self._algorithm).digest())


def _hasher(of: str, algorithm: str) -> Callable[..., Hasher]:
    return lambda key=None: Hasher(of, algorithm, key)


def _hash_definitions() -> list[Definition]:
    found = []
    for name in _HASHES:
        lower = name.lower()
        make, make_keyed = _hasher(name, lower), _hasher(f"HMAC{name}", lower)
        members = {
            f"static {name} Create()": make,
            "static byte[] HashData(byte[]! source)": Newer(".NET 5"),
        }
        keyed = {"new(byte[]! key)": make_keyed}
        head = "class System.Security.Cryptography"
        found.append(Definition(f"{head}.{name} : HashAlgorithm", members))
        found.append(Definition(f"{head}.HMAC{name} : HashAlgorithm", keyed))
        if name != "MD5":
            made = {"new()": _hasher(f"{name}Managed", lower)}
            found.append(Definition(f"{head}.{name}Managed : {name}", made))
    return found


def _cipher(algorithm: str, key: bytearray, iv: bytearray) -> Any:
    # cryptography is what azure-identity signs with; only these two functions need it
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    if algorithm.lower() != "aes":
        text = f"Encryption algorithm '{algorithm}' is not supported here: use Aes."
        raise ExpressionFailure("System.NotSupportedException", text)
    try:
        return Cipher(AES(bytes(key)), CBC(bytes(iv)))
    except ValueError:
        text = "Specified key is not a valid size for this algorithm."
        raise _cryptographic(text) from None


def _cryptographic(text: str) -> ExpressionFailure:
    return ExpressionFailure("System.Security.Cryptography.CryptographicException", text)


def _encrypt(data: bytearray, algorithm: str, key: bytearray, iv: bytearray) -> bytearray:
    missing = 16 - len(data) % 16
    encryptor = _cipher(algorithm, key, iv).encryptor()
    return bytearray(encryptor.update(bytes(data) + bytes([missing]) * missing))


def _decrypt(data: bytearray, algorithm: str, key: bytearray, iv: bytearray) -> bytearray:
    if len(data) % 16:
        raise _cryptographic("The input data is not a complete block.")
    plain = _cipher(algorithm, key, iv).decryptor().update(bytes(data))
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding:
        raise _cryptographic("Padding is invalid and cannot be removed.")
    return bytearray(plain[:-padding])


_INPUT = "this byte[]! input, string! alg, byte[]! key, byte[]! iv"

DEFINITIONS = (
    Definition(
        "class System.Security.Cryptography.HashAlgorithm : IDisposable",
        {"byte[] ComputeHash(byte[]! buffer)": Hasher.digest, "void Dispose()": lambda _: None},
    ),
    *_hash_definitions(),
    Definition(
        "class CryptoExtensions",
        {
            f"static byte[] Encrypt({_INPUT})": _encrypt,
            f"static byte[] Decrypt({_INPUT})": _decrypt,
        },
    ),
)
