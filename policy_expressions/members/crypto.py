"""Hashes, HMAC, random bytes, and the Encrypt and Decrypt of API Management."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.errors import argument, argument_null
from policy_expressions.runtime.enums import enum_text, member
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer

_SPACE = "System.Security.Cryptography"
_HASHES = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")


class Hasher:
    """A hash algorithm; with a key its HMAC."""

    def __init__(self, of: str, algorithm: str, key: Optional[bytearray] = None) -> None:
        self.type = of
        self.algorithm = algorithm
        self.key = key
        self.hash: Optional[bytearray] = None

    def digest(self, data: bytearray, offset: int = 0, count: Optional[int] = None) -> bytearray:
        """Return the hash of the bytes, or of some of them."""
        if offset < 0 or (count is not None and not 0 <= count <= len(data) - offset):
            raise argument("Value was invalid.")
        part = bytes(data[offset:] if count is None else data[offset : offset + count])
        import hashlib  # loads OpenSSL: for those who want a hash
        import hmac

        if self.key is None:
            found = hashlib.new(self.algorithm, part, usedforsecurity=False).digest()
        else:
            found = hmac.new(bytes(self.key), part, self.algorithm).digest()
        self.hash = bytearray(found)
        return bytearray(found)

    def set_key(self, key: Optional[bytearray]) -> None:
        """Take another key."""
        if key is None:
            raise argument_null("value")
        self.key = bytearray(key)

    def bits(self) -> int:
        """Return the length of its hash."""
        return len(Hasher(self.type, self.algorithm).digest(bytearray())) * 8

    def clear(self) -> None:
        """Forget nothing: there is nothing to free."""


def _plain(name: str, of: str = "") -> Callable[[], Hasher]:
    return lambda: Hasher(of or name, name.lower())


def _keyed(name: str) -> Callable[..., Hasher]:
    def make(key: Optional[bytearray] = None) -> Hasher:
        if key is None:
            key = bytearray(os.urandom(128 if name in ("SHA384", "SHA512") else 64))
        return Hasher(f"HMAC{name}", name.lower(), bytearray(key))

    return make


def _named(name: str) -> Optional[Hasher]:
    """Return what HashAlgorithm.Create gives for a name."""
    short = name.upper().rpartition(".")[2].replace("-", "").replace("MANAGED", "")
    if short.startswith("HMAC") and short[4:] in _HASHES:
        return _keyed(short[4:])()
    return _plain(short)() if short in _HASHES else None


def _hashes() -> list[Definition]:
    found = []
    for name in _HASHES:
        members = {
            f"static {name} Create()": _plain(name),
            "static byte[] HashData(byte[]! source)": Newer(".NET 5"),
        }
        keyed = {"new(); new(byte[]! key)": _keyed(name)}
        found.append(Definition(f"class {_SPACE}.{name} : HashAlgorithm", members))
        found.append(Definition(f"class {_SPACE}.HMAC{name} : HMAC", keyed))
        if name != "MD5":
            made = {"new()": _plain(name, f"{name}Managed")}
            found.append(Definition(f"class {_SPACE}.{name}Managed : {name}", made))
    return found


class Generator:
    """RNGCryptoServiceProvider."""

    type = "RNGCryptoServiceProvider"

    def fill(self, data: bytearray) -> None:
        """Fill with random bytes."""
        data[:] = os.urandom(len(data))

    def fill_without_zero(self, data: bytearray) -> None:
        """Fill with random bytes that are not 0."""
        wanted = len(data)
        data.clear()
        while len(data) < wanted:
            data += os.urandom(wanted - len(data)).replace(b"\0", b"")


def _symmetric(name: str = "Aes") -> Any:
    from policy_expressions.runtime.ciphers import Symmetric

    known = name.lower().rpartition(".")[2] in ("aes", "aesmanaged", "rijndael", "rijndaelmanaged")
    return Symmetric() if known else None


def _by_name(name: str) -> Any:
    found = _symmetric(name)
    if found is None:
        raise argument(f"Encryption algorithm '{name}' is not known.", "alg")
    return found


def _with(algorithm: Any, key: Any, iv: Any) -> Any:
    made = _by_name(algorithm) if isinstance(algorithm, str) else algorithm
    if key is not None:
        made.key, made.iv = bytes(key), bytes(iv)
    return made


def _encrypt(data: bytearray, algorithm: Any, key: Any = None, iv: Any = None) -> bytearray:
    return _with(algorithm, key, iv).encrypt(bytes(data))  # type: ignore[no-any-return]


def _decrypt(data: bytearray, algorithm: Any, key: Any = None, iv: Any = None) -> bytearray:
    return _with(algorithm, key, iv).decrypt(bytes(data))  # type: ignore[no-any-return]


def _option(enum: str, name: str, field: str) -> dict[str, Any]:
    """Return an enum property with its setter."""
    return {
        f"{enum} {name}": lambda target: member(enum, getattr(target, field)),
        f"set {enum} {name}": lambda target, value: setattr(target, field, enum_text(value)),
    }


def _bytes(name: str, field: str) -> dict[str, Any]:
    """Return a property of bytes with its setter."""
    return {
        f"byte[] {name}": lambda target: bytearray(getattr(target, field)),
        f"set byte[] {name}": lambda target, value: setattr(target, field, bytes(value)),
    }


_SYMMETRIC = {
    "static SymmetricAlgorithm Create()": _symmetric,
    "static SymmetricAlgorithm Create(string! algName)": _symmetric,
    **_bytes("Key", "key"),
    **_bytes("IV", "iv"),
    **_option("CipherMode", "Mode", "mode"),
    **_option("PaddingMode", "Padding", "padding"),
    "int KeySize": lambda made: len(made.key) * 8,
    "int BlockSize": lambda made: 128,
    "void GenerateKey()": lambda made: setattr(made, "key", None),
    "void GenerateIV()": lambda made: setattr(made, "iv", None),
    "void Clear(); void Dispose()": lambda made: None,
}
_INPUT = "this byte[]! input"
_FORMS = (
    f"({_INPUT}, string! alg, byte[]! key, byte[]! iv)",
    f"({_INPUT}, SymmetricAlgorithm! alg)",
    f"({_INPUT}, SymmetricAlgorithm! alg, byte[]! key, byte[]! iv)",
)


def _forms(name: str) -> str:
    return "; ".join(f"static byte[] {name}{form}" for form in _FORMS)


DEFINITIONS = (
    Definition(
        f"class {_SPACE}.HashAlgorithm : IDisposable",
        {
            "byte[] ComputeHash(byte[]! buffer); "
            "byte[] ComputeHash(byte[]! buffer, int offset, int count)": Hasher.digest,
            "byte[] Hash": lambda hasher: hasher.hash,
            "int HashSize": Hasher.bits,
            "void Clear(); void Dispose(); void Initialize()": Hasher.clear,
            "static HashAlgorithm Create(string! hashName)": _named,
        },
    ),
    Definition(
        f"class {_SPACE}.KeyedHashAlgorithm : HashAlgorithm",
        {
            "byte[] Key": lambda hasher: bytearray(hasher.key or b""),
            "set byte[] Key": Hasher.set_key,
        },
    ),
    Definition(
        f"class {_SPACE}.HMAC : KeyedHashAlgorithm",
        {"string HashName": lambda hasher: hasher.algorithm.upper()},
    ),
    *_hashes(),
    Definition(
        f"class {_SPACE}.RNGCryptoServiceProvider : IDisposable",
        {
            "new()": Generator,
            "void GetBytes(byte[]! data)": Generator.fill,
            "void GetNonZeroBytes(byte[]! data)": Generator.fill_without_zero,
            "void Dispose()": lambda made: None,
        },
    ),
    Definition(f"class {_SPACE}.SymmetricAlgorithm : IDisposable", _SYMMETRIC),
    Definition(
        "class CryptoExtensions", {_forms("Encrypt"): _encrypt, _forms("Decrypt"): _decrypt}
    ),
)
