"""Tracing as it is today: a debug token, Apim-Trace-Id, listTrace."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.trace import COMPLETE, STARTED, Trace, Traces
from tests.apim_gateway.loopback import (
    EVENT,
    KEY,
    WITH_KEY,
    Running,
    answering,
    call,
    policy,
    run,
    served,
    streaming,
)

BEARER = {"Authorization": f"Bearer {KEY}"}


async def token(running: Running, api: str = "inference", **more: str) -> str:
    body = {"apiId": f"/subscriptions/0/apis/{api}", "purposes": ["tracing"], **more}
    answer = await call(running, "/gateways/managed/listDebugCredentials", "POST", BEARER, body)
    assert answer.status == 200
    found: str = answer.json["token"]
    return found


def traced(document: str, handler: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of one traced request, by section."""

    async def main() -> Any:
        async with served(handler, document) as running:
            headers = {**WITH_KEY, "Apim-Debug-Authorization": await token(running)}
            answer = await call(running, headers=headers, body={"stream": True})
            identity = answer.headers["Apim-Trace-Id"]
            path = "/gateways/managed/listTrace"
            found = await call(running, path, "POST", BEARER, {"traceId": identity})
            assert found.json["traceId"] == identity
            return found.json["traceEntries"]

    entries: dict[str, list[dict[str, Any]]] = run(main())
    return entries


def test_one_sees_when_streaming_began_and_ended_and_each_flush() -> None:
    outbound = traced(policy(), streaming(5, 0.01))["outbound"]
    messages = [entry["data"].get("message") for entry in outbound if entry["source"] != "base"]
    assert messages[0] == STARTED
    assert messages[-1] == COMPLETE
    flushes = [entry["data"] for entry in outbound if entry["source"] == "flush"]
    assert sum(flush["bytes"] for flush in flushes) == 5 * len(EVENT) + len(b"data: [DONE]\n\n")
    assert sum(flush["events"] for flush in flushes) == 6
    assert len(flushes) >= 5
    times = [flush["milliseconds"] for flush in flushes]
    assert times == sorted(times)


def test_entries_have_the_documented_shape() -> None:
    entry = traced(policy(), streaming(1))["outbound"][0]
    assert set(entry) == {"source", "timestamp", "elapsed", "data"}
    assert entry["elapsed"].startswith("00:00:0")
    assert len(entry["elapsed"]) == len("00:00:00.0712345")
    assert entry["timestamp"].endswith("+00:00")


def test_buffering_and_what_held_the_stream_are_told() -> None:
    buffered = traced(policy(backend="<forward-request />"), streaming(3))["outbound"]
    assert [e["data"]["released"] for e in buffered if "released" in e["data"]] == [
        "8 KB at a time"
    ]
    read = '<set-variable name="v" value="@(context.Response.Body.As<string>(true))" />'
    held = traced(policy(outbound=read), streaming(3))["outbound"]
    told = [entry["data"] for entry in held if entry["source"] == "set-variable"]
    assert "read whole" in told[1]["message"]
    assert [entry["source"] for entry in held].count("flush") == 1


def test_the_section_and_reason_of_an_error_are_told() -> None:
    entries = traced(
        policy(outbound='<set-variable name="v" value="@((int)context.Variables["none"])" />'),
        answering(),
    )
    error = next(entry["data"] for entry in entries["outbound"] if "reason" in entry["data"])
    assert error["reason"] == "ExpressionValueEvaluationFailure"
    assert error["message"].startswith("Expression evaluation failed. ")


def test_trace_policies_stand_in_their_section() -> None:
    trace = '<trace source="lab"><message>here</message></trace>'
    entries = traced(policy(inbound=trace), answering())
    assert [entry["source"] for entry in entries["inbound"]] == ["base", "trace", "lab"]
    assert entries["inbound"][2]["data"] == {"severity": "verbose", "message": "here"}
    assert entries["backend"][0]["source"] == "forward-request"


def test_a_token_for_another_api_or_none_gives_no_trace() -> None:
    async def main() -> None:
        async with served(answering(), policy()) as running:
            for given in (await token(running, "other"), "aid=inference&made-up"):
                headers = {**WITH_KEY, "Apim-Debug-Authorization": given}
                answer = await call(running, headers=headers)
                assert answer.status == 200
                assert "Apim-Debug-Authorization-WrongAPI" in answer.headers
                assert "Apim-Trace-Id" not in answer.headers

    run(main())


def test_a_token_expires() -> None:
    now = [1_000_000_000.0]
    traces = Traces(lambda: now[0])
    given = traces.grant("inference", 60)
    assert "Apim-Trace-Id" in traces.begin(given, "inference")[1]
    now[0] += 60
    trace, headers = traces.begin(given, "inference")
    assert trace is None
    assert headers == {
        "Apim-Debug-Authorization-Expired": "The token expired at 2001-09-09T01:47:40+00:00."
    }
    now[0] += 3_600
    traces.grant("inference", 60)
    assert "Apim-Debug-Authorization-WrongAPI" in traces.begin(given, "inference")[1]


def test_a_token_is_good_for_an_hour_at_most_and_old_traces_are_forgotten() -> None:
    now = [0.0]
    traces = Traces(lambda: now[0])
    given = traces.grant("inference", 1e9)
    first = traces.begin(given, "inference")[0]
    assert first is not None
    for _ in range(100):
        traces.begin(given, "inference")
    assert traces.find(first.id) is None
    now[0] = 3_600.0
    assert traces.begin(given, "inference")[0] is None


def test_bad_calls_are_400_and_unknown_traces_404() -> None:
    async def main() -> None:
        async with served(answering(), policy()) as running:
            grant = "/gateways/managed/listDebugCredentials"
            bad: tuple[dict[str, object], ...] = (
                {"purposes": []},
                {"purposes": ["tracing"], "credentialsExpireAfter": "1"},
            )
            for body in bad:
                assert (await call(running, grant, "POST", BEARER, body)).status == 400
            found = await call(
                running, "/gateways/managed/listTrace", "POST", BEARER, {"traceId": "none"}
            )
            assert found.status == 404

    run(main())


@given(st.lists(st.integers(1, 10), max_size=30))
def test_events_are_counted_once_however_the_blocks_are_cut(sizes: list[int]) -> None:
    data = b"data: a\n\n" * 10
    trace, place = Trace(), 0
    for size in sizes:
        trace.flushed(data[place : place + size])
        place += size
    trace.flushed(data[place:])
    entries = trace.document()["traceEntries"]["inbound"]
    assert sum(entry["data"]["events"] for entry in entries) == 10


def decisions(entries: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return what each policy told, by its place in inbound or backend."""
    found = [*entries.get("inbound", []), *entries.get("backend", [])]
    return {
        entry["data"]["policy"]: {
            key: value
            for key, value in entry["data"].items()
            if key not in ("policy", "scope", "milliseconds")
        }
        for entry in found
        if "policy" in entry["data"]
    }


def test_every_policy_that_ran_has_an_entry_with_what_it_decided() -> None:
    inbound = (
        '<set-variable name="team" value="@(context.Request.Method)" />'
        '<choose><when condition="@(false)"><set-status code="200" /></when>'
        '<when condition="@(true)">'
        '<set-header name="x-team"><value>red</value><value>blue</value></set-header>'
        '<set-header name="Authorization"><value>a secret</value></set-header></when></choose>'
        '<rate-limit calls="5" renewal-period="60" />'
    )
    found = decisions(traced(policy(inbound=inbound), streaming(2)))
    assert found == {
        "base[1]": {},
        "set-variable[1]": {"name": "team", "value": "POST"},
        "choose[1]": {"branch": "when[2]"},
        "choose[1]/when[2]/set-header[1]": {
            "name": "x-team",
            "action": "override",
            "value": "red, blue",
        },
        "choose[1]/when[2]/set-header[2]": {
            "name": "Authorization",
            "action": "override",
            "value": "(hidden)",
        },
        "rate-limit[1]": {"used": 0, "calls": 5},
        "forward-request[1]": {"method": "POST", "member": "east", "status": 200},
    }


def test_policies_side_by_side_tell_their_own_decisions() -> None:
    lookup = '<cache-lookup-value key="{0}" default-value="{0}" variable-name="{0}" />'
    branch = '<choose><when condition="@(true)"><set-variable name="b" value="b" /></when></choose>'
    inbound = f"<wait>{lookup.format('a')}{branch}</wait>"
    found = decisions(traced(policy(inbound=inbound), streaming(1)))
    assert found["wait[1]/cache-lookup-value[1]"] == {"found": False}
    assert found["wait[1]/choose[1]"] == {"branch": "when[1]"}


def test_long_values_are_cut_and_others_named() -> None:
    inbound = (
        '<set-variable name="long" value="@(new string(\'a\', 5000))" />'
        '<set-variable name="token" value="@(JToken.Parse(&quot;{}&quot;))" />'
        '<set-variable name="none" value="@(null)" />'
    )
    found = decisions(traced(policy(inbound=inbound), streaming(1)))
    assert found["set-variable[1]"]["value"] == f"{'a' * 200}... (5,000)"
    assert found["set-variable[2]"]["value"] == "(JObject)"
    assert found["set-variable[3]"]["value"] == "null"
