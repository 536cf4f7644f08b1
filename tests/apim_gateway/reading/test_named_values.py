from __future__ import annotations

import pytest

from apim_gateway.reading.named_values import substitute

LIQUID = '<set-body template="liquid">{{ body.a }}</set-body>'


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("a {{x}} b {{ x }}", "a 1 b 1"),
        ("<!-- {{x}} -->{{x}}", "<!-- {{x}} -->1"),
        (f"{LIQUID}{{{{x}}}}", f"{LIQUID}1"),
        ("<set-body>{{x}}</set-body>", "<set-body>1</set-body>"),
        ("<!-- {{x}}", "<!-- {{x}}"),
    ],
)
def test_named_values_stand_everywhere_but_in_comments_and_templates(
    document: str, found: str
) -> None:
    assert substitute(document, "p", {"x": "1"}, keep_unknown=False) == found


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<set-body ", '<set-body template="liquid">', "<set-body template='liquid'", "{{"],
)
def test_what_never_ends_is_read_once(piece: str) -> None:
    document = piece * 20_000  # took minutes when each piece was read to the end
    assert substitute(document, "p", {}, keep_unknown=False) == document
