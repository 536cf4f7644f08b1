"""X509Certificate2 and RSA; cryptography is imported when an expression needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.errors import NotSupportedHere
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.convertible import from_base64, to_base64
from policy_expressions.runtime.dates import DateTime
from policy_expressions.runtime.enums import enum_text
from policy_expressions.runtime.run import Run
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import with_run
from policy_expressions.xml.reader import parse_element

_SPACE = "System.Security.Cryptography"
_X509 = f"{_SPACE}.X509Certificates"
_OIDS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.5": "sha1RSA",
    "1.2.840.113549.1.1.11": "sha256RSA",
    "1.2.840.113549.1.1.12": "sha384RSA",
    "1.2.840.113549.1.1.13": "sha512RSA",
}


def certificate(data: bytearray, password: Optional[str] = None, _: Any = None) -> Any:
    """Read a certificate. Raises CryptographicException."""
    from policy_expressions.runtime.keys import Certificate

    return Certificate(bytes(data), password)


def _rsa(of: str) -> Callable[..., Any]:
    def make(size: int = 2048) -> Any:
        from policy_expressions.runtime.keys import Rsa, cryptographic

        if not 512 <= size <= 16384 or size % 8:
            raise cryptographic("Specified key is not a valid size for this algorithm.")
        return Rsa(of=of, size=max(size, 1024))

    return make


class Named(HasText):
    """RSASignaturePadding, RSAEncryptionPadding or HashAlgorithmName: a name."""

    def __init__(self, of: str, name: str) -> None:
        self.type = of
        self.name = name

    def to_text(self, run: Run) -> str:
        """Return the name."""
        return self.name

    def __eq__(self, other: object) -> bool:
        """Compare names."""
        return isinstance(other, Named) and (self.type, self.name) == (other.type, other.name)

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.name)


def _padding(of: str, names: str) -> Definition:
    kind = "struct" if of == "HashAlgorithmName" else "class"
    members: dict[str, Any] = {f"static {of} {n}": Named(of, n) for n in names.split()}
    if kind == "struct":
        members["new(string name)"] = lambda name: Named(of, name)
        members["string Name"] = lambda held: held.name
    members["string ToString()"] = lambda held: held.name
    members[f"static bool operator == ({of} a, {of} b)"] = lambda a, b: a == b
    members[f"static bool operator != ({of} a, {of} b)"] = lambda a, b: a != b
    default = Named(of, "") if kind == "struct" else None
    return Definition(f"{kind} {_SPACE}.{of}", members, default=default)


class Oid:
    """Oid: a dotted number and its usual name."""

    type = "Oid"

    def __init__(self, value: str, name: str = "") -> None:
        self.value = value
        self.name = name or _OIDS.get(value, "")


class Parameters:
    """RSAParameters: what a key is made of, as bytes."""

    type = "RSAParameters"

    def __init__(self, values: Optional[dict[str, Any]] = None) -> None:
        self.values = values or {}


_FIELDS = ("Modulus", "Exponent", "P", "Q", "DP", "DQ", "InverseQ", "D")


def _field(name: str) -> dict[str, Any]:
    return {
        f"byte[] {name}": lambda held: held.values.get(name),
        f"set byte[] {name}": lambda held, value: held.values.__setitem__(name, value),
    }


def _to_xml(key: Any, private: bool) -> str:
    parts = [f"<{name}>{to_base64(value)}</{name}>" for name, value in key.numbers(private).items()]
    order = {name: index for index, name in enumerate(_FIELDS)}
    parts.sort(key=lambda text: order[text[1 : text.index(">")]])
    return f"<RSAKeyValue>{''.join(parts)}</RSAKeyValue>"


def _from_xml(run: Run, key: Any, text: str) -> None:
    root = parse_element(run, text)
    found = {e.name.local: from_base64(e.value) for e in root.elements()}
    key.take({name: found.get(name) for name in _FIELDS})


def _name_info(held: Any, kind: Any, issuer: bool) -> str:
    wanted = enum_text(kind)
    if wanted == "SimpleName":
        return str(held.common_name(issuer))
    if wanted in ("DnsName", "DnsFromAlternativeName"):
        return str(held.dns_name())
    return ""


def _no_roots(*_: Any) -> bool:
    text = "needs the authorities that API Management trusts, which are not known here"
    raise NotSupportedHere("X509Certificate2.Verify", text)


def _moment(last: bool) -> Callable[[Any], DateTime]:
    return lambda held: held.moment(last)


_ALGORITHM = "HashAlgorithmName hashAlgorithm, RSASignaturePadding! padding"
_RSA = {
    "static RSA Create(); static RSA Create(int keySizeInBits)": _rsa("RSACng"),
    f"byte[] SignData(byte[]! data, {_ALGORITHM})": lambda key, data, of, how: key.sign(
        bytes(data), of.name, how.name
    ),
    f"byte[] SignHash(byte[]! hash, {_ALGORITHM})": lambda key, data, of, how: key.sign(
        bytes(data), of.name, how.name, hashed=True
    ),
    f"bool VerifyData(byte[]! data, byte[]! signature, {_ALGORITHM})": (
        lambda key, data, signed, of, how: key.verify(bytes(data), bytes(signed), of.name, how.name)
    ),
    f"bool VerifyHash(byte[]! hash, byte[]! signature, {_ALGORITHM})": (
        lambda key, data, signed, of, how: key.verify(
            bytes(data), bytes(signed), of.name, how.name, hashed=True
        )
    ),
    "byte[] Encrypt(byte[]! data, RSAEncryptionPadding! padding)": lambda key, data, how: (
        key.encrypt(bytes(data), how.name)
    ),
    "byte[] Decrypt(byte[]! data, RSAEncryptionPadding! padding)": lambda key, data, how: (
        key.decrypt(bytes(data), how.name)
    ),
    "RSAParameters ExportParameters(bool includePrivateParameters)": lambda key, private: (
        Parameters(key.numbers(private))
    ),
    "void ImportParameters(RSAParameters parameters)": lambda key, held: key.take(held.values),
}
_CERTIFICATE = {
    "string Subject": lambda held: held.name(False),
    "string Issuer": lambda held: held.name(True),
    "string GetSerialNumberString()": lambda held: held.serial(),
    "string GetCertHashString()": lambda held: held.fingerprint().hex().upper(),
    "byte[] GetCertHash()": lambda held: bytearray(held.fingerprint()),
    "byte[] GetRawCertData()": lambda held: bytearray(held.der()),
    "string GetEffectiveDateString()": lambda held: str(held.moment(False)),
    "string GetExpirationDateString()": lambda held: str(held.moment(True)),
    "byte[] Export(X509ContentType contentType)": lambda held, _: bytearray(held.der()),
    "void Dispose()": lambda held: None,
}
_CERTIFICATE_2 = {
    "new(byte[]! rawData); new(byte[]! rawData, string password); "
    "new(byte[]! rawData, string password, X509KeyStorageFlags keyStorageFlags)": certificate,
    "string Thumbprint": lambda held: held.fingerprint().hex().upper(),
    "string SerialNumber": lambda held: held.serial(),
    "string FriendlyName": lambda held: held.friendly_name,
    "set string FriendlyName": lambda held, text: setattr(held, "friendly_name", text),
    "int Version": lambda held: held.held.version.value + 1,
    "DateTime NotBefore": _moment(False),
    "DateTime NotAfter": _moment(True),
    "bool HasPrivateKey": lambda held: held.key is not None,
    "byte[] RawData": lambda held: bytearray(held.der()),
    "AsymmetricAlgorithm PrivateKey": lambda held: held.private(),
    "PublicKey PublicKey": lambda held: held.public(),
    "X500DistinguishedName SubjectName": lambda held: Named(
        "X500DistinguishedName", held.name(False)
    ),
    "X500DistinguishedName IssuerName": lambda held: Named(
        "X500DistinguishedName", held.name(True)
    ),
    "Oid SignatureAlgorithm": lambda held: Oid(held.held.signature_algorithm_oid.dotted_string),
    "bool Verify()": _no_roots,
    "string GetNameInfo(X509NameType nameType, bool forIssuer)": _name_info,
}

DEFINITIONS = (
    Definition(f"class {_X509}.X509Certificate : IDisposable", _CERTIFICATE),
    Definition(f"class {_X509}.X509Certificate2 : X509Certificate", _CERTIFICATE_2),
    Definition(f"class {_X509}.X500DistinguishedName", {"string Name": lambda held: held.name}),
    Definition(
        f"class {_X509}.PublicKey",
        {
            "AsymmetricAlgorithm Key": lambda key: key,
            "Oid Oid": lambda key: Oid("1.2.840.113549.1.1.1", "RSA"),
        },
    ),
    Definition(
        f"class {_X509}.RSACertificateExtensions",
        {
            "static RSA GetRSAPrivateKey(this X509Certificate2! certificate)": (
                lambda held: held.private()
            ),
            "static RSA GetRSAPublicKey(this X509Certificate2! certificate)": (
                lambda held: held.public()
            ),
        },
    ),
    Definition(
        "class CertificateExtensions",
        {"static bool VerifyNoRevocation(this X509Certificate2! input)": _no_roots},
    ),
    Definition(
        f"class {_SPACE}.Oid",
        {
            "new(string oid); new(string value, string friendlyName)": Oid,
            "string Value": lambda oid: oid.value,
            "string FriendlyName": lambda oid: oid.name,
        },
    ),
    Definition(
        f"class {_SPACE}.AsymmetricAlgorithm : IDisposable",
        {
            "int KeySize": lambda key: key.size,
            "string ToXmlString(bool includePrivateParameters)": _to_xml,
            "void FromXmlString(string! xmlString)": with_run(_from_xml),
            "void Clear(); void Dispose()": lambda key: None,
        },
    ),
    Definition(f"class {_SPACE}.RSA : AsymmetricAlgorithm", _RSA),
    Definition(f"class {_SPACE}.RSACng : RSA", {"new(); new(int keySize)": _rsa("RSACng")}),
    Definition(
        f"struct {_SPACE}.RSAParameters",
        {
            "new()": Parameters,
            **{text: do for name in _FIELDS for text, do in _field(name).items()},
        },
    ),
    _padding("HashAlgorithmName", "MD5 SHA1 SHA256 SHA384 SHA512"),
    _padding("RSASignaturePadding", "Pkcs1 Pss"),
    _padding("RSAEncryptionPadding", "Pkcs1 OaepSHA1 OaepSHA256 OaepSHA384 OaepSHA512"),
)
