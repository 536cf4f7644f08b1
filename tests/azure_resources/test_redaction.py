"""Secrets do not get through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_resources.redaction import redact

SECRET = "Zx9-kP_Qw82LmN4c"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"eyJ{SECRET}.{SECRET}.{SECRET}",
        f'{{"primaryKey": "{SECRET}", "other": 1}}',
        f"'secondaryKey': '{SECRET}'",
        f"--password={SECRET}",
        f"client_secret={SECRET}&grant_type=x",
        f"api-key: {SECRET}",
        f"AccountKey={SECRET};EndpointSuffix=x",
        f"InstrumentationKey={SECRET}",
        f"https://x.example/?sv=1&sig={SECRET}",
        f"https://user:{SECRET}@host/path",
    ],
)
def test_a_secret_is_hidden_and_its_name_stays(text: str) -> None:
    hidden = redact(f"before {text} after")
    assert SECRET not in hidden
    assert "***" in hidden
    assert hidden.startswith("before ")


@given(st.from_regex(r"[A-Za-z0-9_-]{12,40}", fullmatch=True))
def test_any_token_after_bearer_is_hidden(token: str) -> None:
    assert token not in redact(f"Bearer {token}")


@pytest.mark.parametrize(
    "text",
    [
        "az deployment group create -g lab --parameters @/tmp/x.json",
        "apim-abcdefghijklm  Succeeded  1.23 s",
        "https://127.0.0.1:8443/subscriptions/00000000-0000-0000-0000-00000000cafe",
        "the key is read with subscription.list_secrets",
    ],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text
