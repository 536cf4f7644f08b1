from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.policies import signature
from apim_gateway.policies.signature import PublicKey, SharedKey, TokenError

SECRET = b"a secret of the tests"
# An RSA key made for these tests alone: two primes of 521 and 607 bits (Mersenne's), e = 65537.
P, Q, E = 2**521 - 1, 2**607 - 1, 65_537
MODULUS = P * Q
PRIVATE = pow(E, -1, (P - 1) * (Q - 1))
RSA = PublicKey(MODULUS, E)


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def shared(claims: Any, algorithm: str = "HS256", **header: str) -> str:
    signed = f"{part({'alg': algorithm, **header})}.{part(claims)}"
    digest = hmac.new(SECRET, signed.encode(), f"sha{algorithm[2:]}").digest()
    return f"{signed}.{part(digest)}"


def rsa(claims: Any, algorithm: str = "RS256", **header: str) -> str:
    signed = f"{part({'alg': algorithm, **header})}.{part(claims)}"
    name = f"sha{algorithm[2:]}"
    info = signature._DIGEST_INFO[name] + hashlib.new(name, signed.encode()).digest()
    size = (MODULUS.bit_length() + 7) // 8
    padded = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    opened = pow(int.from_bytes(padded, "big"), PRIVATE, MODULUS)
    return f"{signed}.{part(opened.to_bytes(size, 'big'))}"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_is_signed_by_the_key_that_was_shared(algorithm: str) -> None:
    token = signature.read(shared({"sub": "a"}, algorithm))
    assert token.claims == {"sub": "a"}
    assert token.is_signed_by([SharedKey(b"other"), SharedKey(SECRET)])
    assert not token.is_signed_by([SharedKey(b"other"), RSA])


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_a_token_is_signed_by_a_private_key(algorithm: str) -> None:
    token = signature.read(rsa({"sub": "a"}, algorithm))
    assert token.is_signed_by([RSA])
    assert not token.is_signed_by([PublicKey(MODULUS + 2, E), SharedKey(SECRET)])


def test_the_vector_of_rfc_7515_is_signed() -> None:
    # appendix A.1
    text = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    key = signature.decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    )
    token = signature.read(text)
    assert token.is_signed_by([SharedKey(key)])
    assert token.claims["iss"] == "joe"


def test_a_changed_token_is_not_signed() -> None:
    header, _, mark = shared({"sub": "a"}).split(".")
    forged = signature.read(f"{header}.{part({'sub': 'b'})}.{mark}")
    assert not forged.is_signed_by([SharedKey(SECRET)])


def test_no_algorithm_and_a_public_key_used_as_a_secret_sign_nothing() -> None:
    unsigned = signature.read(f"{part({'alg': 'none'})}.{part({})}.")
    assert not unsigned.is_signed_by([SharedKey(SECRET), RSA])
    confused = signature.read(shared({}, "HS256"))
    assert not confused.is_signed_by([RSA])


def test_a_key_with_another_id_is_not_tried() -> None:
    token = signature.read(shared({}, kid="1"))
    assert token.is_signed_by([SharedKey(SECRET)])
    assert token.is_signed_by([SharedKey(SECRET, "1")])
    assert not token.is_signed_by([SharedKey(SECRET, "2")])


def test_a_key_set_gives_its_rsa_keys() -> None:
    size = (MODULUS.bit_length() + 7) // 8
    key = {"kty": "RSA", "n": part(MODULUS.to_bytes(size, "big")), "e": "AQAB", "kid": "7"}
    assert signature.key_set({"keys": [key, {"kty": "EC"}]}) == [PublicKey(MODULUS, E, "7")]
    with pytest.raises(TokenError):
        signature.key_set({})


@given(st.text() | st.lists(st.text(alphabet="eyJ0aA-_=", max_size=20)).map(".".join))
def test_any_text_is_a_token_or_a_token_error(text: str) -> None:
    with contextlib.suppress(TokenError):
        signature.read(text).is_signed_by([RSA, SharedKey(SECRET)])
