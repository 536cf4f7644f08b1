"""HMAC, certificates, RSA and ciphers: what a policy signs, others can check."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone
from functools import lru_cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

import policy_expressions
from policy_expressions import context as model
from tests.policy_expressions.asking import answer, text

URL = model.Url.parse("https://contoso.azure-api.net/a")


@lru_cache(maxsize=1)
def made() -> tuple[x509.Certificate, rsa.RSAPrivateKey, bytes]:
    """Return a certificate, its key, and both as PKCS #12 with the password `p`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A, B"),
            x509.NameAttribute(NameOID.COMMON_NAME, "client.example"),
        ]
    )
    begin = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    held = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x0ABC)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    how = serialization.BestAvailableEncryption(b"p")
    return held, key, pkcs12.serialize_key_and_certificates(b"n", key, held, None, how)


def evaluate(source: str) -> str:
    """Return the text of an expression for a request with that certificate."""
    held, _, packed = made()
    der = held.public_bytes(serialization.Encoding.DER)
    thumbprint = held.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303
    request = model.Request("GET", URL, URL, certificate=model.Certificate(der))
    deployment = model.Deployment(certificates={thumbprint: model.Certificate(packed, "p")})
    context = model.Context(request, deployment=deployment, variables={"thumbprint": thumbprint})
    return policy_expressions.compile(source).text(context)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'var m = new HMACSHA256 { Key = Encoding.UTF8.GetBytes("k") }; return Convert'
            '.ToBase64String(m.ComputeHash(Encoding.UTF8.GetBytes("m")));',
            "tgCQ4wUil661oICInOL8S8qVfnVvrrTffTGADKHncew=",
        ),
        (
            'KeyedHashAlgorithm m = new HMACSHA256(); m.Key = Encoding.UTF8.GetBytes("k"); '
            'return m.ComputeHash(Encoding.UTF8.GetBytes("xmx"), 1, 1)[0];',
            "182",
        ),
        ("HMAC m = new HMACSHA512(new byte[1]); return m.HashName;", "SHA512"),
        ("return new HMACSHA256().Key.Length + new HMACSHA512().Key.Length;", "192"),
        (
            'using (HashAlgorithm h = HashAlgorithm.Create("SHA-256")) { return h.HashSize; }',
            "256",
        ),
        (
            "var b = new byte[8]; using (var r = new RNGCryptoServiceProvider()) { r.GetBytes(b); }"
            " return b.Length;",
            "8",
        ),
        (
            'var a = SymmetricAlgorithm.Create("AES"); a.Key = new byte[16]; a.IV = new byte[16]; '
            'return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes("hi").Encrypt(a)'
            '.Decrypt("Aes", new byte[16], new byte[16]));',
            "hi",
        ),
        (
            "var r = new RSACng(1024); var d = new byte[3]; var s = r.SignData(d, "
            "HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1); return r.VerifyData(d, s, "
            "HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);",
            "True",
        ),
        (
            "var r = RSA.Create(1024); var p = RSA.Create(); p.FromXmlString(r.ToXmlString(true)); "
            "return p.Decrypt(r.Encrypt(new byte[5], RSAEncryptionPadding.OaepSHA1), "
            "RSAEncryptionPadding.OaepSHA1).Length;",
            "5",
        ),
        (
            "var r = RSA.Create(1024); var c = new RSACng(); c.ImportParameters("
            "r.ExportParameters(true)); return c.KeySize;",
            "1024",
        ),
        ('return new HashAlgorithmName("SHA256") == HashAlgorithmName.SHA256;', "True"),
    ],
)
def test_keys_and_hashes(source: str, expected: str) -> None:
    assert text(source) == expected


def test_a_client_assertion_is_signed_as_policies_do_it() -> None:
    held, _, _ = made()
    signed = evaluate(
        "@{ using (RSA rsa = context.Deployment.Certificates[(string)context.Variables"
        '["thumbprint"]].GetRSAPrivateKey()) { return Convert.ToBase64String(rsa.SignData('
        'Encoding.UTF8.GetBytes("a.b"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)); } }'
    )
    key = held.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(signed), b"a.b", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("Subject", 'CN=client.example, O="A, B", C=IT'),
        ("SerialNumber", "0ABC"),
        ('NotBefore.ToString("s")', "2024-01-02T03:04:05"),
        ("NotAfter.Year", "2025"),
        ("HasPrivateKey", "False"),
        ("GetNameInfo(X509NameType.SimpleName, false)", "client.example"),
        ("SignatureAlgorithm.FriendlyName", "sha256RSA"),
        ("SubjectName.Name.Length", "33"),
        ("GetRSAPrivateKey() == null", "True"),
        ("GetRSAPublicKey().KeySize", "2048"),
    ],
)
def test_the_client_certificate_is_read(member: str, expected: str) -> None:
    assert evaluate(f"@(context.Request.Certificate.{member})") == expected


def test_the_thumbprint_is_the_sha_1_in_capitals() -> None:
    found = evaluate('@(context.Request.Certificate.Thumbprint == context.Variables["thumbprint"]'
                     ".ToString())")  # fmt: skip
    assert found == "True"


def test_whether_a_chain_is_trusted_is_not_known_here_and_no_catch_hides_it() -> None:
    source = "@{ try { return context.Request.Certificate.Verify(); } catch { return true; } }"
    with pytest.raises(policy_expressions.ExpressionFailure) as caught:
        evaluate(source)
    assert caught.value.exception == "X509Certificate2.Verify"


@pytest.mark.parametrize("data", ["AAAA", "", "LS0tLS1CRUdJTg=="])
def test_bad_certificates_throw(data: str) -> None:
    found = answer(f'new X509Certificate2(Convert.FromBase64String("{data}")).Subject')
    assert found["error"] == "System.Security.Cryptography.CryptographicException"
