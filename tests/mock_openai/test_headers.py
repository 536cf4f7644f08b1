from __future__ import annotations

import pytest

from mock_openai import headers, refusals, wire
from mock_openai.headers import Origin


def layer(name: str, deployment: str = "d") -> dict[str, str]:
    return headers.layer(name, Origin("East US 2", deployment, "id"), wire.seeded(1))


def test_each_layer_adds_to_the_one_before() -> None:
    layers = [
        set(layer(name)) for name in (refusals.BARE, refusals.EDGE, refusals.REGION, refusals.MODEL)
    ]
    assert layers[0] == {"apim-request-id"}
    assert layers[0] < layers[1] < layers[2] < layers[3]


@pytest.mark.parametrize("name", ["a\r\nb", "naïve", "\ud800"])
def test_a_name_that_no_header_can_hold_is_escaped(name: str) -> None:
    assert layer(refusals.MODEL, name)["x-ms-deployment-name"].isascii()
    assert layer(refusals.MODEL, name)["x-ms-deployment-name"].isprintable()


def test_a_plain_name_stays_as_it_is() -> None:
    assert layer(refusals.MODEL, "gpt 4o/2")["x-ms-deployment-name"] == "gpt 4o/2"
