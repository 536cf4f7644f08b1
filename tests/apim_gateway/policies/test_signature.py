from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from apim_gateway.policies import signature
from apim_gateway.policies.claims import InvalidTokenError
from apim_gateway.policies.signature import Key

SECRET = b"a secret of the tests, long enough for every algorithm: " + b"x" * 64
PRIVATE = generate_private_key(65_537, 2_048)
RSA = Key(PRIVATE.public_key())
CURVES = {
    name: ec.generate_private_key(curve)
    for name, curve in {
        "ES256": ec.SECP256R1(),
        "ES384": ec.SECP384R1(),
        "ES512": ec.SECP521R1(),
    }.items()
}


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def shared(claims: Any, algorithm: str = "HS256", **header: str) -> str:
    return jwt.encode(claims, SECRET, algorithm, headers=header)


def rsa(claims: Any, algorithm: str = "RS256", key: RSAPrivateKey = PRIVATE, **header: str) -> str:
    return jwt.encode(claims, key, algorithm, headers=header)


def published(key: Any = RSA.value, **more: str) -> dict[str, Any]:
    method = ECAlgorithm if isinstance(key, ec.EllipticCurvePublicKey) else RSAAlgorithm
    return {**method.to_jwk(key, as_dict=True), **more}


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_is_signed_by_the_key_that_was_shared(algorithm: str) -> None:
    token = signature.read(shared({"sub": "a"}, algorithm))
    assert token.claims == {"sub": "a"}
    assert token.is_signed_by([Key(b"other"), Key(SECRET)])
    assert not token.is_signed_by([Key(b"other"), RSA])


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_a_token_is_signed_by_a_private_key(algorithm: str) -> None:
    token = signature.read(rsa({"sub": "a"}, algorithm))
    assert token.is_signed_by([RSA])
    other = Key(generate_private_key(65_537, 2_048).public_key())
    assert not token.is_signed_by([other, Key(SECRET), Key(CURVES["ES256"].public_key())])


@pytest.mark.parametrize("algorithm", sorted(CURVES))
def test_a_token_is_signed_by_a_key_on_the_curve_of_its_algorithm(algorithm: str) -> None:
    token = signature.read(jwt.encode({"sub": "a"}, CURVES[algorithm], algorithm))
    assert token.is_signed_by([Key(CURVES[algorithm].public_key())])
    others = [key for name, key in CURVES.items() if name != algorithm]
    assert not token.is_signed_by([Key(key.public_key()) for key in others])


def test_the_vector_of_rfc_7515_is_signed() -> None:
    # appendix A.1
    text = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    key = signature.shared_key(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    )
    token = signature.read(text)
    assert token.is_signed_by([key])
    assert token.claims["iss"] == "joe"


def test_a_changed_token_is_not_signed() -> None:
    header, _, mark = shared({"sub": "a"}).split(".")
    forged = signature.read(f"{header}.{part({'sub': 'b'})}.{mark}")
    assert not forged.is_signed_by([Key(SECRET)])


@pytest.mark.parametrize("algorithm", ["none", "ES256K", "EdDSA", "", 5, None, ["HS256"]])
def test_another_algorithm_signs_nothing(algorithm: object) -> None:
    token = signature.read(f"{part({'alg': algorithm})}.{part({})}.")
    assert not token.is_signed_by([Key(b""), Key(SECRET), RSA])


def test_a_public_key_used_as_a_secret_signs_nothing() -> None:
    assert not signature.read(shared({}, "HS256")).is_signed_by([RSA])


def test_a_key_with_another_id_is_not_tried() -> None:
    token = signature.read(shared({}, kid="1"))
    assert token.is_signed_by([Key(SECRET)])
    assert token.is_signed_by([Key(SECRET, "1")])
    assert not token.is_signed_by([Key(SECRET, "2")])


def test_a_key_set_gives_its_keys_for_signatures() -> None:
    curve = CURVES["ES256"].public_key()
    found = signature.key_set(
        {
            "keys": [
                published(kid="7"),
                published(curve, kid="8"),
                published(kid="9", use="enc"),
                {"kty": "EC", "crv": "none", "x": "", "y": ""},
                {"kty": "RSA", "n": 5, "e": "AQAB"},
                {"kty": "oct", "k": "AA"},
                "no key",
            ]
        }
    )
    assert [key.id for key in found] == ["7", "8"]
    assert signature.read(rsa({})).is_signed_by(found[:1])
    assert signature.read(jwt.encode({}, CURVES["ES256"], "ES256")).is_signed_by(found[1:])


@pytest.mark.parametrize("document", [{}, {"keys": 1}, [], None])
def test_what_is_no_key_set_is_told(document: object) -> None:
    with pytest.raises(InvalidTokenError):
        signature.key_set(document)


def test_a_key_may_be_given_by_modulus_and_exponent() -> None:
    given = published()
    key = signature.rsa_key(given["n"].replace("-", "+").replace("_", "/") + "==", given["e"])
    assert signature.read(rsa({})).is_signed_by([key])
    with pytest.raises(InvalidTokenError):
        signature.rsa_key("", "AQAB")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c.d",
        "e30.e30",
        f"{part([])}.e30.",
        f"e30.{part([])}.",
        "é.é.é",
        "\ud800.a.b",
    ],
)
def test_what_is_no_token_is_told(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        signature.read(text)


@given(st.text() | st.lists(st.text(alphabet="eyJ0aA-_=", max_size=20)).map(".".join))
def test_any_text_is_a_token_or_told(text: str) -> None:
    with contextlib.suppress(InvalidTokenError):
        signature.read(text).is_signed_by([RSA, Key(SECRET)])
