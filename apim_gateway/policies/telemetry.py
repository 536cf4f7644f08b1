"""trace, emit-metric and log-to-eventhub: what a policy tells of a request.

Sources: the reference pages of these policies. All goes to the request's trace and to the file of
`--telemetry`, never to Azure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Optional, Protocol

from apim_gateway.reading.effect import PASSES, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Kind,
    Node,
    NotHere,
    Policy,
    Shape,
    one_of,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import INBOUND, ON_ERROR, OUTBOUND, SECTIONS

LARGEST_EVENT = 204_800  # bytes; what is longer is cut
NUMBER = Kind("number", lambda text: "" if _number(text) is not None else f"{text!r} is no number")
DIMENSIONS = Child(Shape({"name": Attribute(NAME, required=True), "value": Attribute()}), most=None)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


# What the context tells: these dimensions need no value.
DEFAULTS: Mapping[str, Callable[[Exchange], str]] = {
    "API ID": lambda exchange: _id(exchange.context.api),
    "Operation ID": lambda exchange: _id(exchange.context.operation),
    "Product ID": lambda exchange: _id(exchange.context.product),
    "User ID": lambda exchange: _id(exchange.context.user),
    "Subscription ID": lambda exchange: _id(exchange.context.subscription),
    "Location": lambda exchange: exchange.context.deployment.region,
    "Gateway ID": lambda exchange: "managed",
    "Backend ID": lambda exchange: exchange.destination.backend,
}
MOST_DIMENSIONS = 5  # of one's own


def dimension_fault(node: Node) -> str:
    """Say what API Management refuses: too many dimensions of one's own, or one without a value.

    Source: https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy
    """
    given = [(item["name"].source.strip(), item.get("value")) for item in node.all("dimension")]
    own = [(name, value) for name, value in given if name not in DEFAULTS]
    without = [name for name, value in own if value is None]
    if without:
        known = ", ".join(DEFAULTS)
        return f"dimension '{without[0]}' needs a value: only {known} do without"
    if len(own) > MOST_DIMENSIONS:
        return f"has {len(own)} dimensions of its own; {MOST_DIMENSIONS} are the most"
    return ""


class Trace:
    """Write a message and metadata to the trace."""

    def __init__(self, node: Node) -> None:
        self._source, self._severity = node["source"], node["severity"]
        message = node.first("message")
        self._message = message.text if message else node.text
        self._metadata = [(item["name"], item["value"]) for item in node.all("metadata")]

    async def run(self, exchange: Exchange) -> None:
        """Write it."""
        data: dict[str, object] = {
            "severity": (await exchange.text(self._severity)).strip(),
            "message": await exchange.text(self._message),
        }
        for name, value in self._metadata:
            data[await exchange.text(name)] = await exchange.text(value)
        exchange.tell(await exchange.text(self._source), "trace", data)


class EmitMetric:
    """Send one figure of one's own."""

    def __init__(self, node: Node) -> None:
        self._name, self._value = node["name"], node["value"]
        self._namespace = node.get("namespace")
        self._dimensions = node.all("dimension")

    async def run(self, exchange: Exchange) -> None:
        """Send it."""
        data = {
            "namespace": await exchange.text(self._namespace, "API Management"),
            "name": await exchange.text(self._name),
            "value": _number(await exchange.text(self._value)),
            "dimensions": await dimensions(exchange, self._dimensions),
        }
        exchange.tell("emit-metric", "metric", data)


class LogToEventHub:
    """Send one event; a body read for it has been read whole."""

    def __init__(self, node: Node) -> None:
        self._logger, self._text = node["logger-id"], node.text
        self._partition = node.get("partition-id") or node.get("partition-key")

    async def run(self, exchange: Exchange) -> None:
        """Send it, cut to 200 KB."""
        text = (await exchange.text(self._text)).encode("utf-8", "surrogatepass")
        data = {
            "logger": await exchange.text(self._logger),
            "partition": await exchange.text(self._partition) or None,
            "body": text[:LARGEST_EVENT].decode("utf-8", "replace"),
        }
        exchange.tell("log-to-eventhub", "event", data)


class SendServiceBusMessage:
    """Send one message to a queue or a topic."""

    def __init__(self, node: Node) -> None:
        self._queue, self._topic = node.get("queue-name"), node.get("topic-name")
        self._namespace, payload = node.get("namespace"), node.first("payload")
        extra = ("message-id", "session-id", "time-to-live")
        self._extra = [(name, node[name]) for name in extra if node.get(name)]
        self._payload = payload.text if payload else None
        properties = node.first("message-properties")
        named = properties.all("message-property") if properties else ()
        self._properties = [(item["name"], item.text) for item in named]

    async def run(self, exchange: Exchange) -> None:
        """Send it."""
        data: dict[str, object] = {
            "namespace": await exchange.text(self._namespace),
            "queue": await exchange.text(self._queue) or None,
            "topic": await exchange.text(self._topic) or None,
            "properties": {
                await exchange.text(name): await exchange.text(value)
                for name, value in self._properties
            },
            "payload": await exchange.text(self._payload),
            **{name: await exchange.text(value) for name, value in self._extra},
        }
        exchange.tell("send-service-bus-message", "message", data)


def _receiver_fault(node: Node) -> str:
    if node.get("response-variable-name"):
        return NotHere("response-variable-name: nothing is sent from here that could answer")
    given = [name for name in ("queue-name", "topic-name") if node.get(name)]
    return "" if len(given) == 1 else "needs either queue-name or topic-name"


async def dimensions(exchange: Exchange, nodes: Iterable[Node]) -> dict[str, str]:
    """Return the named dimensions; a default one without value is looked up in the context."""
    named = {}
    for node in nodes:
        name = (await exchange.text(node["name"])).strip()
        value = node.get("value")
        named[name] = await exchange.text(value) if value else _default(exchange, name)
    return named


def _default(exchange: Exchange, name: str) -> str:
    find = DEFAULTS.get(name)
    return find(exchange) if find else ""


def _id(thing: Optional[_Named]) -> str:
    return thing.id if thing else ""


def _number(text: str) -> object:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


POLICIES = (
    Policy(
        "trace",
        Trace,
        SECTIONS,
        Shape(
            {
                "source": Attribute(NAME, required=True),
                "severity": Attribute(one_of("verbose", "information", "error"), default="verbose"),
            },
            children={
                "message": Child(Shape(text=Attribute())),
                "metadata": Child(
                    Shape(
                        {
                            "name": Attribute(NAME, required=True),
                            "value": Attribute(required=True),
                        }
                    ),
                    most=None,
                ),
            },
            text=Attribute(),  # as it was written before there was <message>
        ),
    ),
    Policy(
        "emit-metric",
        EmitMetric,
        SECTIONS,
        Shape(
            {
                "name": Attribute(NAME, required=True),
                "value": Attribute(NUMBER, default="1"),
                "namespace": Attribute(NAME),
            },
            children={"dimension": Child(DIMENSIONS.shape, least=1, most=None)},
        ),
        check=dimension_fault,
    ),
    Policy(
        "send-service-bus-message",
        SendServiceBusMessage,
        (INBOUND, OUTBOUND, ON_ERROR),
        Shape(
            {
                "queue-name": Attribute(NAME),
                "topic-name": Attribute(NAME),
                "namespace": Attribute(NAME),
                "client-id": Attribute(NAME),
                "message-id": Attribute(NAME),
                "session-id": Attribute(NAME),
                "time-to-live": Attribute(NAME),
                "response-variable-name": Attribute(NAME, literal=True),
                "ignore-error": Attribute(BOOLEAN),
            },
            children={
                "message-properties": Child(
                    Shape(
                        children={
                            "message-property": Child(
                                Shape({"name": Attribute(NAME, required=True)}, text=Attribute()),
                                most=None,
                            )
                        }
                    )
                ),
                "payload": Child(Shape(text=Attribute(required=True)), least=1),
            },
        ),
        check=_receiver_fault,
        stream=Effect(PASSES, "the stream passes, unless the payload reads its body"),
    ),
    Policy(
        "log-to-eventhub",
        LogToEventHub,
        SECTIONS,
        Shape(
            {
                "logger-id": Attribute(NAME, required=True),
                "partition-id": Attribute(NAME),
                "partition-key": Attribute(NAME),
            },
            text=Attribute(required=True),
        ),
        stream=Effect(PASSES, "the stream passes, unless the text reads its body"),
    ),
)
