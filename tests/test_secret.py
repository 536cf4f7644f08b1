"""A key that works in requests and never shows itself."""

from __future__ import annotations

import requests

from lab_utils.secret import Secret

KEY = "0123456789abcdef"


def test_a_secret_is_masked_wherever_it_is_shown() -> None:
    secret = Secret(KEY)
    assert KEY not in (
        str(secret),
        repr(secret),
        repr([secret]),
        repr({"k": secret}),
    )


def test_a_secret_is_the_key_in_a_header() -> None:
    request = requests.Request("GET", "http://127.0.0.1/", headers={"api-key": Secret(KEY)})
    assert request.prepare().headers["api-key"] == KEY
    assert f"Bearer {Secret(KEY)}" == f"Bearer {KEY}"
    assert Secret(KEY).encode() == KEY.encode()
