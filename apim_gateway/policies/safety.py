"""llm-content-safety: a response that is judged goes on in windows of text.

Source: https://learn.microsoft.com/azure/api-management/llm-content-safety-policy. There is no
Azure AI Content Safety here, so every text passes, which the trace tells; what the windows do to a
stream happens as documented.
"""

from __future__ import annotations

from apim_gateway.reading.effect import GATHERS, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Node,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import INBOUND, OUTBOUND

WINDOW = 10_000  # characters, unless told


class ContentSafety:
    """Let every text pass, the response's window by window where it is to be judged."""

    def __init__(self, node: Node) -> None:
        self._enforced = node["enforce-on-completions"]
        self._size, self._overlap = node.get("window-size"), node.get("window-overlap-size")

    async def run(self, exchange: Exchange) -> None:
        """Have the response gathered, if it is to be judged, and tell so in the trace."""
        told = {"message": "Not checked by the local gateway."}
        if exchange.section == OUTBOUND or await exchange.boolean(self._enforced):
            size = await exchange.integer(self._size) if self._size else WINDOW
            overlap = await exchange.integer(self._overlap) if self._overlap else 0
            exchange.windows.append((max(1, size), max(0, overlap)))
            exchange.decided(window=size)
        exchange.trace("llm-content-safety", told)


def _judged(node: Node) -> tuple[str, ...]:
    """Note that the response is judged: always in outbound, in inbound where it is wanted."""
    wanted = node["enforce-on-completions"].source.strip().lower() != "false"
    return ("completions-judged",) if wanted or node.around.section == OUTBOUND else ()


LEVELS = one_of("FourSeverityLevels", "EightSeverityLevels")
HARMS = one_of("Hate", "SelfHarm", "Sexual", "Violence")
CATEGORY = Shape(
    {
        "name": Attribute(HARMS, required=True),
        "threshold": Attribute(whole(0, 7), required=True),
    }
)
CATEGORIES = Shape({"output-type": Attribute(LEVELS)}, {"category": Child(CATEGORY, most=None)})
TEXTS = Shape(text=Attribute(NAME, required=True))
POLICIES = (
    Policy(
        "llm-content-safety",
        ContentSafety,
        (INBOUND, OUTBOUND),
        Shape(
            {
                "backend-id": Attribute(NAME, required=True),
                "shield-prompt": Attribute(BOOLEAN, default="false"),
                "enforce-on-completions": Attribute(BOOLEAN, default="false"),
                "window-size": Attribute(whole(1)),
                "window-overlap-size": Attribute(whole(0)),
            },
            children={
                "categories": Child(CATEGORIES),
                "blocklists": Child(Shape(children={"id": Child(TEXTS, most=None)})),
            },
        ),
        stream=Effect(
            GATHERS,
            "in outbound, and in inbound with enforce-on-completions, events are held until their "
            "texts fill a window (window-size, 10,000 characters unless told), which is judged; "
            "nothing is judged here",
            (INBOUND, OUTBOUND),
        ),
        notes=_judged,
    ),
)
