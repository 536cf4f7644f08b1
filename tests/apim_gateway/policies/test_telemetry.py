from __future__ import annotations

import json
from typing import Any

import pytest

from apim_gateway.policies import REGISTRY
from apim_gateway.reading import document, reader
from apim_gateway.running.telemetry import Telemetry
from tests.apim_gateway.loopback import EVENT, Handler, call, policy, run, served, streaming


def told(inbound: str = "", outbound: str = "", handler: Handler | None = None) -> list[Any]:
    """Return what a request's policies wrote to the telemetry."""
    lines: list[str] = []

    async def main() -> None:
        telemetry = Telemetry(lines.append)
        document = policy(inbound=inbound, outbound=outbound)
        async with served(handler or streaming(2), document, telemetry=telemetry) as running:
            assert (await call(running, body={})).status == 200

    run(main())
    return [json.loads(line) for line in lines]


def test_trace_tells_message_and_metadata() -> None:
    trace = (
        '<trace source="lab" severity="information"><message>@("a" + 1)</message>'
        '<metadata name="k" value="v" /></trace>'
    )
    entry = told(trace)[0]
    assert (entry["kind"], entry["source"], entry["severity"]) == ("trace", "lab", "information")
    assert (entry["message"], entry["k"]) == ("a1", "v")
    assert len(entry["request"]) == 36


def test_emit_metric_counts_one_unless_told() -> None:
    metric = '<emit-metric name="Calls"{}><dimension name="Operation ID" /></emit-metric>'
    first = told(metric.format(""))[0]
    assert (first["kind"], first["name"], first["value"]) == ("metric", "Calls", 1)
    assert first["dimensions"] == {"Operation ID": "chat-completions"}
    assert told(metric.format(' value="@(2.5)" namespace="n"'))[0]["value"] == 2.5


def test_log_to_eventhub_writes_its_text_cut_to_200_kb() -> None:
    log = '<log-to-eventhub logger-id="hub" partition-id="0">{}</log-to-eventhub>'
    entry = told(log.format('@("a" + "b")'))[0]
    assert (entry["kind"], entry["logger"], entry["partition"]) == ("event", "hub", "0")
    assert entry["body"] == "ab"
    read = "@(context.Response.Body.As<string>(true))"
    whole = told(outbound=log.format(read))[0]["body"]
    assert whole == (EVENT * 2 + b"data: [DONE]\n\n").decode()
    long = told(outbound=log.format(read), handler=streaming(1, event=b"x" * 300_000))[0]["body"]
    assert len(long) == 204_800


def test_trace_may_hold_its_message_as_text() -> None:
    assert told('<trace source="lab">@("a" + 1)</trace>')[0]["message"] == "a1"


def dimensions(count: int, more: str = "") -> str:
    own = "".join(f'<dimension name="own{number}" value="v" />' for number in range(count))
    return f'<emit-metric name="calls">{own}{more}</emit-metric>'


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        (dimensions(6), "has 6 dimensions of its own; 5 are the most"),
        (dimensions(0, '<dimension name="Tier" />'), "dimension 'Tier' needs a value: only API ID"),
        (
            '<llm-emit-token-metric><dimension name="Team" /></llm-emit-token-metric>',
            "dimension 'Team' needs a value",
        ),
    ],
)
def test_dimensions_that_api_management_refuses_are_refused(metric: str, told: str) -> None:
    root = reader.read(policy(inbound=metric), "policy.xml")
    (fault,) = document.faults(root, "policy.xml", REGISTRY)
    assert told in str(fault)


def test_default_dimensions_do_without_a_value_and_do_not_count() -> None:
    named = "".join(f'<dimension name="{name}" />' for name in ("API ID", "User ID", "Location"))
    (found,) = told(inbound=dimensions(5, named))
    assert len(found["dimensions"]) == 8, found


def test_a_service_bus_message_is_told_with_its_properties() -> None:
    message = (
        '<send-service-bus-message queue-name="@(context.Api.Id)" namespace="bus.example">'
        '<message-properties><message-property name="kind">@(context.Request.Method)'
        "</message-property></message-properties><payload>paid</payload>"
        "</send-service-bus-message>"
    )
    (entry,) = told(inbound=message)
    assert entry["kind"] == "message"
    assert {k: v for k, v in entry.items() if k in ("queue", "topic", "properties", "payload")} == {
        "queue": "inference",
        "topic": None,
        "properties": {"kind": "POST"},
        "payload": "paid",
    }
