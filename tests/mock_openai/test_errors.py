from __future__ import annotations

import json
import string

import pytest

from mock_openai.errors import RefusedError
from mock_openai.refusals import KINDS

ODD = 'a "quoted" \\ name\nin two lines'


@pytest.mark.parametrize("name", KINDS)
def test_every_body_stays_well_formed_whatever_is_put_in(name: str) -> None:
    wanted = {found[1] or found[2] for found in string.Template.pattern.findall(KINDS[name].body)}
    body = RefusedError(name).body(**dict.fromkeys(wanted, ODD))
    if KINDS[name].content_type == "text/html":
        assert body.startswith("<html>")
    else:
        assert set(json.loads(body)) == {"error"}


def test_lengths_are_those_recorded() -> None:
    assert len(RefusedError("no access").body()) == 224
    assert len(RefusedError("no resource").body()) == 56
