from __future__ import annotations

import pytest

from apim_gateway.errors import PolicyError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading.scopes import GLOBAL, Scopes, Source, scope_of
from tests.apim_gateway.loopback import ask, policy

API, OPERATION = scope_of("inference"), scope_of("inference", "chat-completions")


def mark(name: str) -> str:
    return f'<set-header name="x-way" exists-action="append"><value>{name}</value></set-header>'


def whole(before: str = "", after: str = "", base: bool = True) -> str:
    middle = "<base />" if base else ""
    return (
        f"<policies><inbound>{before}{middle}{after}</inbound>"
        "<backend><base /></backend><outbound><base /></outbound></policies>"
    )


TOP = (
    f"<policies><inbound>{mark('global')}</inbound>"
    "<backend><forward-request /></backend></policies>"
)


def way(**scopes: str) -> str:
    """Return the marks that reach the backend, in order."""
    named = {name.replace("_", ":"): text for name, text in scopes.items()}
    document = named.pop("api")
    named = {OPERATION if name == "operation" else name: text for name, text in named.items()}
    found: str = ask(document, scopes=named).json["headers"].get("x-way", "")
    return found


def test_base_stands_for_the_parents_section_where_it_is_written() -> None:
    api = whole(mark("before"), mark("after"))
    assert way(**{"global": TOP}, api=api) == "before,global,after"


def test_without_base_the_parents_section_is_not_applied() -> None:
    assert way(**{"global": TOP}, api=whole(mark("api"), base=False)) == "api"


def test_operations_build_on_the_api_and_the_api_on_the_global_policy() -> None:
    found = way(**{"global": TOP}, api=whole(after=mark("api")), operation=whole(mark("operation")))
    assert found == "operation,global,api"


def test_base_may_stand_in_a_choose() -> None:
    choose = (
        f'<choose><when condition="true">{mark("when")}<base /></when></choose>'
        '<choose><when condition="false"><base /></when></choose>'
    )
    assert way(**{"global": TOP}, api=whole(choose, base=False)) == "when,global"


def test_another_operation_has_the_apis_policy_alone() -> None:
    found = ask(
        whole(mark("api")),
        path="/openai/v1/responses",
        scopes={GLOBAL: TOP, OPERATION: whole(mark("operation"))},
    )
    assert found.json["headers"]["x-way"] == "api,global"


def test_the_scope_of_an_error_is_the_one_it_happened_in() -> None:
    broken = '<set-variable name="v" value="@((int)context.Variables["none"])" />'
    show = '<set-header name="x"><value>@(context.LastError.Scope)</value></set-header>'
    for scope, text in ((GLOBAL, "global"), (API, "api")):
        inbound = f"<policies><inbound>{broken}</inbound></policies>"
        document = policy(on_error=show) if scope == GLOBAL else policy(broken, on_error=show)
        found = ask(document, scopes={GLOBAL: inbound} if scope == GLOBAL else {})
        assert found.headers["x"] == text


def scopes(text: str = "<policies />", **values: str) -> Scopes:
    return Scopes(REGISTRY, ["east"], {API: Source(text, "p.xml")}, {"inference": []}, {}, values)


def test_a_refused_document_changes_nothing() -> None:
    held = scopes(whole(mark("api")))
    before = held.sections("inference", None)
    with pytest.raises(PolicyError, match=r"new\.xml:1: nope: no such policy"):
        held.put(API, Source("<policies><inbound><nope /></inbound></policies>", "new.xml"))
    assert held.sections("inference", None) is before
    source = held.source(API)
    assert source is not None
    assert source.file == "p.xml"


def test_a_new_global_policy_is_what_the_apis_base_stands_for() -> None:
    held = scopes(whole())
    held.put(GLOBAL, Source(TOP, "global.xml"))
    found = held.sections("inference", "any")["inbound"].steps
    assert [step.place.name for step in found] == ["base"]
    inner = found[0].step
    assert [step.place.name for step in inner.steps.steps] == ["set-header"]  # type: ignore[attr-defined]


def test_a_backend_that_is_not_known_is_told_with_its_place() -> None:
    with pytest.raises(PolicyError) as caught:
        scopes(whole("\n<set-backend-service backend-id='west' />"))
    assert str(caught.value) == (
        "p.xml:2: set-backend-service: no backend 'west' is known (east); "
        "give it with --backend west=URL"
    )


def test_named_values_are_filled_in() -> None:
    held = scopes(whole("<set-method>{{verb}}</set-method>"), verb="PUT")
    assert held.sections("inference", None)["inbound"].steps


def test_the_global_scope_has_no_parent() -> None:
    with pytest.raises(PolicyError, match="base: the global scope has no parent"):
        Scopes(REGISTRY, [], {GLOBAL: Source(whole(), "g.xml")}, {})
