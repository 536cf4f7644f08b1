from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import ask, policy

BASE = "/openai"
CHAT = "/openai/deployments/gpt/chat/completions"


def reached(xml: str, query: str = "") -> str:
    """Return the path and query that reach the backend, below its address."""
    path: str = ask(policy(inbound=xml), path=f"{CHAT}{query}").json["path"]
    return path[len(BASE) :]


def parameter(action: str, *values: str, name: str = "a") -> str:
    inside = "".join(f"<value>{value}</value>" for value in values)
    element = "set-query-parameter"
    return f'<{element} name="{name}" exists-action="{action}">{inside}</{element}>'


@pytest.mark.parametrize(
    ("xml", "before", "after"),
    [
        (parameter("override", "2"), "?x=%2F&a=1&a=3", "?x=%2F&a=2"),
        (parameter("override", "2"), "", "?a=2"),
        (parameter("append", "2"), "?a=1", "?a=1&a=2"),
        (parameter("skip", "2"), "?A=1", "?A=1"),
        (parameter("skip", "2"), "?b=1", "?b=1&a=2"),
        (parameter("delete"), "?a=1&b=2", "?b=2"),
        (parameter("delete", name="api-key"), "?api-key=k", ""),
        (parameter("override", "1", "2"), "", "?a=1&a=2"),
        (parameter("override", "a b/&amp;c"), "", "?a=a%20b%2F%26c"),
    ],
)
def test_a_query_parameter_is_changed_and_the_others_keep_their_spelling(
    xml: str, before: str, after: str
) -> None:
    assert reached(xml, before) == f"{CHAT[len(BASE) :]}{after}"


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        ("/v2/{deployment-id}", "?b=1", "/v2/gpt?b=1"),
        ("/v2?x={deployment-id}", "?b=1&x=0", "/v2?x=gpt&b=1"),
        ("v2", "", "/v2"),
        ("/v2/{unknown}", "", "/v2/{unknown}"),
        ('@("/v2/" + context.Request.Method)', "", "/v2/POST"),
    ],
)
def test_rewrite_uri_fills_in_its_template(template: str, before: str, after: str) -> None:
    assert reached(f'<rewrite-uri template="{template}" />', before) == after


def test_rewrite_uri_leaves_the_query_out_when_told() -> None:
    rewrite = '<rewrite-uri template="/v2?c=1" copy-unmatched-params="false" />'
    assert reached(rewrite, "?b=1") == "/v2?c=1"


def test_a_rewritten_path_follows_a_backend_chosen_later() -> None:
    xml = '<rewrite-uri template="/v2" /><set-backend-service backend-id="inference" />'
    assert reached(xml) == "/v2"
