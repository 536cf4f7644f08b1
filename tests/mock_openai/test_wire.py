from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from mock_openai import wire


def test_an_event_is_one_data_line_and_an_empty_one() -> None:
    event = wire.event(wire.CONTENT, {"b": "é\n", "a": [None, True]}, 1)
    assert event.data == 'data: {"b":"é\\n","a":[null,true]}\n\n'.encode()
    assert (event.tokens, event.wait) == (1, 0.0)


def test_an_event_may_have_a_name() -> None:
    assert wire.event(wire.OTHER, {}, name="error").data == b"event: error\ndata: {}\n\n"


@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_sent(text: str) -> None:
    assert wire.event(wire.CONTENT, {"text": text}).data.count(b"\n") == 2


@given(st.integers(0, 10_000), st.integers(0, 15))
def test_padding_is_shorter_than_16_and_leaves_the_remainder(length: int, remainder: int) -> None:
    padding = wire.padding(length, remainder, wire.seeded(1))
    assert len(padding) < 16
    assert (length + len(padding)) % 16 == remainder
    assert padding.isalnum() or not padding


def test_ids_depend_on_the_seed_alone() -> None:
    def ids(*seed: object) -> list[str]:
        rng = wire.seeded(*seed)
        return [wire.identifier("a-", 9, rng), wire.hexadecimal("b_", 9, rng), wire.guid(rng)]

    assert ids(1, "x") == ids(1, "x") != ids(1, "y")
    short, digits, guid = ids(1)
    assert (len(short), len(digits)) == (11, 11)
    assert str(uuid.UUID(guid)) == guid
