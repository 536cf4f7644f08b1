"""A key shows itself only to who asks for it."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import requests
from openai import AzureOpenAI

from lab_utils.secret import MASK, Secret

KEY = "0123456789abcdef"


def test_a_secret_is_masked_wherever_it_is_shown() -> None:
    secret = Secret(KEY)
    shown = [
        str(secret),
        repr(secret),
        repr([secret]),
        repr({"k": secret}),
        f"{secret}",
        f"{secret!r:>20}",
        f"{secret:>20}",
        "{} {!s}".format(secret, secret),  # noqa: UP032 - this way of writing it, too
        "%s %r" % (secret, secret),  # noqa: UP031
        json.dumps({"api-key": secret}, default=str),
    ]
    assert not [text for text in shown if KEY in text]
    assert all(MASK in text for text in shown)


@pytest.mark.parametrize(
    "write",
    [
        lambda secret: "".join(["Bearer ", secret]),
        lambda secret: "Bearer " + secret,
        lambda secret: json.dumps({"api-key": secret}),
        pickle.dumps,
        copy.deepcopy,
    ],
    ids=["join", "plus", "json", "pickle", "copy"],
)
def test_what_cannot_mask_it_fails(write: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as raised:
        write(Secret(KEY))
    assert KEY not in str(raised.value)


def test_a_request_built_with_the_secret_itself_is_not_sent() -> None:
    secret: Any = Secret(KEY)
    request = requests.Request("GET", "http://127.0.0.1/", headers={"api-key": secret})
    with pytest.raises(requests.exceptions.InvalidHeader) as raised:
        request.prepare()
    assert KEY not in str(raised.value)


def test_the_sdk_given_the_secret_itself_sends_nothing() -> None:
    secret: Any = Secret(KEY)
    client = AzureOpenAI(
        azure_endpoint="http://127.0.0.1:9",
        api_key=secret,
        api_version="2024-10-21",
        max_retries=0,
    )
    with client, pytest.raises(TypeError) as raised:
        client.models.list()
    assert KEY not in str(raised.value)


def test_who_asks_gets_the_key() -> None:
    assert Secret(KEY).reveal() == KEY
    assert Secret(KEY) == Secret(KEY) != Secret("other")
    assert len({Secret(KEY), Secret(KEY)}) == 1
