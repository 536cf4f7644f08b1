"""X.509 certificates and RSA keys, on cryptography. Imported only by what needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import pkcs12

from policy_expressions.errors import ExpressionFailure
from policy_expressions.runtime.dates import LOCAL, DateTime

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "MD5": hashes.MD5,
    "SHA1": hashes.SHA1,
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}
# How .NET shortens the parts of a name
_PARTS = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.5": "SERIALNUMBER",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}
_QUOTED = set(',+="\n<>#;')


def cryptographic(text: str) -> ExpressionFailure:
    """Return a CryptographicException."""
    return ExpressionFailure("System.Security.Cryptography.CryptographicException", text)


class Certificate:
    """X509Certificate2: a certificate, perhaps with its private key.

    data: DER, PEM or PKCS #12, whose password may be empty. Raises CryptographicException.
    """

    type = "X509Certificate2"

    def __init__(self, data: bytes, password: Optional[str] = None) -> None:
        self.held, self.key = _load(data, password)
        self.friendly_name = ""

    def fingerprint(self) -> bytes:
        """Return its SHA-1 hash."""
        return self.held.fingerprint(hashes.SHA1())  # noqa: S303 (a thumbprint)

    def name(self, issuer: bool) -> str:
        """Return the subject or the issuer as .NET writes it: the innermost part first."""
        found = self.held.issuer if issuer else self.held.subject
        return ", ".join(_part(rdn) for rdn in reversed(list(found.rdns)))

    def common_name(self, issuer: bool) -> str:
        """Return the simple name of subject or issuer."""
        found = self.held.issuer if issuer else self.held.subject
        for oid in ("2.5.4.3", "2.5.4.11", "2.5.4.10", "1.2.840.113549.1.9.1"):
            parts = found.get_attributes_for_oid(x509.ObjectIdentifier(oid))
            if parts:
                return str(parts[-1].value)
        return ""

    def dns_name(self) -> str:
        """Return the first DNS name, else the common name."""
        try:
            names = self.held.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return self.common_name(False)
        found = names.value.get_values_for_type(x509.DNSName)
        return found[0] if found else self.common_name(False)

    def serial(self) -> str:
        """Return the serial number in hexadecimal."""
        text = f"{self.held.serial_number:X}"
        return text.zfill(len(text) + len(text) % 2)

    def moment(self, last: bool) -> DateTime:
        """Return when it ends or begins to hold, as local time."""
        held = self.held
        found = held.not_valid_after_utc if last else held.not_valid_before_utc
        return DateTime(DateTime.from_python(found).ticks, LOCAL)

    def der(self) -> bytes:
        """Return the certificate itself."""
        return self.held.public_bytes(serialization.Encoding.DER)

    def private(self) -> Optional[Rsa]:
        """Return its private RSA key, None when it has none."""
        return Rsa(self.key) if isinstance(self.key, rsa.RSAPrivateKey) else None

    def public(self) -> Optional[Rsa]:
        """Return its public RSA key, None when its key is of another kind."""
        found = self.held.public_key()
        return Rsa(found) if isinstance(found, rsa.RSAPublicKey) else None


def _part(rdn: x509.RelativeDistinguishedName) -> str:
    shown = []
    for attribute in rdn:
        oid, value = attribute.oid.dotted_string, str(attribute.value)
        if not value or set(value) & _QUOTED or value != value.strip():
            value = '"' + value.replace('"', '""') + '"'
        shown.append(f"{_PARTS.get(oid, f'OID.{oid}')}={value}")
    return " + ".join(shown)


def _load(data: bytes, password: Optional[str]) -> tuple[x509.Certificate, Any]:
    if data.lstrip().startswith(b"-----BEGIN"):
        try:
            held = x509.load_pem_x509_certificate(data)
            has_key = b"PRIVATE KEY-----" in data
            key = serialization.load_pem_private_key(data, None) if has_key else None
        except (ValueError, TypeError):
            raise cryptographic("Cannot find the requested object.") from None
        return held, key
    try:
        return x509.load_der_x509_certificate(data), None
    except ValueError:
        pass
    try:
        found = pkcs12.load_key_and_certificates(data, (password or "").encode("utf-8"))
    except ValueError as fault:
        wrong = "password" in str(fault).lower()
        text = (
            "The specified network password is not correct."
            if wrong
            else "Cannot find the requested object."
        )
        raise cryptographic(text) from None
    if found[1] is None:
        raise cryptographic("Cannot find the requested object.")
    return found[1], found[0]


class Rsa:
    """RSA: a key, private or public."""

    def __init__(self, key: Any = None, of: str = "RSACng", size: int = 2048) -> None:
        self.type = of
        self._key = key
        self._size = size

    @property
    def key(self) -> Any:
        """Return the key; one is made when none was given."""
        if self._key is None:
            self._key = rsa.generate_private_key(public_exponent=65537, key_size=self._size)
        return self._key

    @key.setter
    def key(self, key: Any) -> None:
        self._key = key

    @property
    def size(self) -> int:
        """Return the length of the modulus in bits."""
        return self._size if self._key is None else int(self._key.key_size)

    def _private(self) -> rsa.RSAPrivateKey:
        if not isinstance(self.key, rsa.RSAPrivateKey):
            raise cryptographic("Key does not exist.")
        return self.key

    def _public(self) -> rsa.RSAPublicKey:
        key = self.key
        return key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key

    def sign(self, data: bytes, name: str, how: str, hashed: bool = False) -> bytearray:
        """Return the signature of data, or of its hash."""
        algorithm = _algorithm(name)
        known = utils.Prehashed(algorithm) if hashed else algorithm
        try:
            return bytearray(self._private().sign(data, _signing(how, algorithm), known))
        except ValueError as fault:
            raise cryptographic(_told(fault)) from None

    def verify(
        self, data: bytes, signature: bytes, name: str, how: str, hashed: bool = False
    ) -> bool:
        """Tell whether the signature is that of data, or of its hash."""
        algorithm = _algorithm(name)
        known = utils.Prehashed(algorithm) if hashed else algorithm
        try:
            self._public().verify(signature, data, _signing(how, algorithm), known)
        except (InvalidSignature, ValueError):
            return False
        return True

    def encrypt(self, data: bytes, how: str) -> bytearray:
        """Return the data encrypted."""
        try:
            return bytearray(self._public().encrypt(data, _encrypting(how)))
        except ValueError as fault:
            raise cryptographic(_told(fault)) from None

    def decrypt(self, data: bytes, how: str) -> bytearray:
        """Return the data decrypted."""
        try:
            return bytearray(self._private().decrypt(data, _encrypting(how)))
        except ValueError as fault:
            raise cryptographic(_told(fault)) from None

    def numbers(self, private: bool) -> dict[str, bytearray]:
        """Return what the key is made of, by the names that RSAParameters has."""
        public = self._public().public_numbers()
        width = (self.size + 7) // 8
        found = {"Modulus": _bytes(public.n, width), "Exponent": _bytes(public.e)}
        if private:
            own = self._private().private_numbers()
            half = (width + 1) // 2
            found["D"] = _bytes(own.d, width)
            parts = {"P": own.p, "Q": own.q, "DP": own.dmp1, "DQ": own.dmq1, "InverseQ": own.iqmp}
            found.update({name: _bytes(value, half) for name, value in parts.items()})
        return found

    def take(self, numbers: dict[str, Optional[bytearray]]) -> None:
        """Become the key that is made of these."""
        value = {n: int.from_bytes(data, "big") for n, data in numbers.items() if data}
        try:
            public = rsa.RSAPublicNumbers(value["Exponent"], value["Modulus"])
            if "D" not in value:
                self._key = public.public_key()
                return
            p, q = value.get("P"), value.get("Q")
            if p is None or q is None:
                p, q = rsa.rsa_recover_prime_factors(public.n, public.e, value["D"])
            parts = (rsa.rsa_crt_dmp1(value["D"], p), rsa.rsa_crt_dmq1(value["D"], q))
            inverse = rsa.rsa_crt_iqmp(p, q)
            self._key = rsa.RSAPrivateNumbers(
                p, q, value["D"], *parts, inverse, public
            ).private_key()
        except (KeyError, ValueError):
            raise cryptographic("The parameter is incorrect.") from None


def _bytes(value: int, width: int = 0) -> bytearray:
    return bytearray(value.to_bytes(width or (value.bit_length() + 7) // 8, "big"))


def _algorithm(name: str) -> hashes.HashAlgorithm:
    if name not in _HASHES:
        raise cryptographic(f"'{name}' is not a known hash algorithm.")
    return _HASHES[name]()


def _signing(how: str, algorithm: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if how == "Pss":
        return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    return padding.PKCS1v15()


def _encrypting(how: str) -> padding.AsymmetricPadding:
    if how == "Pkcs1":
        return padding.PKCS1v15()
    algorithm = _algorithm(how.replace("Oaep", ""))
    return padding.OAEP(padding.MGF1(algorithm), algorithm, None)


def _told(fault: ValueError) -> str:
    if "length" in str(fault).lower() or "large" in str(fault).lower():
        return "The parameter is incorrect."
    return "The length of the data to decrypt is not valid for the size of this key."
