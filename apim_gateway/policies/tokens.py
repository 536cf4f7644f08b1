"""Token limits and metrics of language models; both watch a stream and never hold it.

Sources: the reference pages of llm-token-limit, azure-openai-token-limit, llm-emit-token-metric and
azure-openai-emit-token-metric. With `stream: true` prompt and completion are estimated (see
running.usage), otherwise the response's `usage` counts. A metric needs `usage`: a stream
has it with `stream_options.include_usage` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from apim_gateway.policies.limits import Outputs, outputs
from apim_gateway.policies.telemetry import DIMENSIONS, dimension_fault, dimensions
from apim_gateway.reading.effect import PASSES, Effect
from apim_gateway.reading.schema import BOOLEAN, NAME, Attribute, Node, Policy, Shape, one_of, whole
from apim_gateway.running.counters import MINUTE, calendar
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND
from apim_gateway.running.usage import UsageTee, is_streamed, prompt_estimate
from apim_gateway.wire.responses import forbidden

STREAM = Effect(PASSES, "the stream passes and is counted on its way")
Count = Callable[[int], None]


class TokenLimit:
    """Answer 429 or 403 to more tokens than a minute or a period may have."""

    def __init__(self, node: Node) -> None:
        self._name = node.name
        self._key, self._rate = node["counter-key"], node.get("tokens-per-minute")
        self._quota, self._period = node.get("token-quota"), node.get("token-quota-period")
        self._estimate = node["estimate-prompt-tokens"]
        self._outputs = Outputs(node)
        self._wants_consumed = bool(
            node.literal("tokens-consumed-header-name")
            or node.literal("tokens-consumed-variable-name")
        )

    async def run(self, exchange: Exchange) -> None:
        """Refuse, or let pass and count when the response has passed. Raises SectionError."""
        await exchange.load_request_body()
        body = exchange.context.request.body
        streamed = is_streamed(body, exchange.context.request.url.path)
        estimated = streamed or await exchange.boolean(self._estimate)
        prompt = prompt_estimate(body) if estimated else 0
        key = await exchange.text(self._key)
        exchange.decided(key=key, prompt_tokens=prompt)
        counts = [
            *await self._admit_by_rate(exchange, key, prompt),
            *await self._admit_by_quota(exchange, key, prompt),
        ]
        self._outputs.tell(exchange, "tokens-consumed", prompt)
        meter = _Meter(prompt, streamed, counts)

        async def consumed() -> None:
            if self._wants_consumed and not streamed and not _is_event_stream(exchange):
                await exchange.hold_response()
                self._outputs.tell(exchange, "tokens-consumed", meter.tokens)

        exchange.tees.append(meter)
        exchange.on_response(consumed)

    async def _admit_by_rate(self, exchange: Exchange, key: str, prompt: int) -> list[Count]:
        if self._rate is None:
            return []
        counters = exchange.services.counters
        window, now = counters.windows[f"tokens {key}"], counters.clock()
        limit = await exchange.integer(self._rate)
        left = limit - window.total(now, MINUTE)
        if left <= 0 or prompt > left:
            wait = window.wait(now, MINUTE, max(0, limit - max(1, prompt)))
            reason, message = "OpenAITokenLimitExceeded", "Token limit is exceeded."
            raise self._outputs.refuse(exchange, self._name, reason, message, wait)
        self._outputs.tell(exchange, "remaining-tokens", left - prompt)
        if not exchange.first_to_count(f"tokens {key}"):
            return []
        return [lambda tokens: window.add(counters.clock(), tokens)]

    async def _admit_by_quota(self, exchange: Exchange, key: str, prompt: int) -> list[Count]:
        if self._quota is None or self._period is None:
            return []
        counters, name = exchange.services.counters, (await exchange.text(self._period)).strip()
        now = counters.clock()
        start, end = calendar(now, name)
        quota = counters.periods[f"tokens {name} {key}"]
        quota.enter(start)
        left = await exchange.integer(self._quota) - quota.total
        if left <= 0 or prompt > left:
            wait = math.ceil(end - now)
            self._outputs.tell(exchange, "retry-after", wait)
            message = f"Token quota is exceeded. Try again in {wait} seconds."
            answer = forbidden(message, {"Retry-After": str(wait)})
            raise SectionError(self._name, "OpenAITokenQuotaExceeded", message, answer)
        self._outputs.tell(exchange, "remaining-quota-tokens", left - prompt)
        return [quota.add] if exchange.first_to_count(f"tokens {name} {key}") else []


class _Meter(UsageTee):
    """Count the tokens of one request, when its response has passed."""

    def __init__(self, prompt: int, streamed: bool, counts: list[Count]) -> None:
        super().__init__()
        self._prompt, self._streamed, self._counts = prompt, streamed, counts
        self.tokens = 0

    def end(self) -> None:
        super().end()
        if self.usage and not self._streamed:
            self.tokens = self.usage.total
        else:
            self.tokens = self._prompt + self.deltas
        for count in self._counts:
            count(self.tokens)


class EmitTokenMetric:
    """Send the response's token figures to the telemetry, when it has passed."""

    def __init__(self, node: Node) -> None:
        self._name = node.name
        self._namespace = node.get("namespace")
        self._dimensions = node.all("dimension")

    async def run(self, exchange: Exchange) -> None:
        """Watch the response; the dimensions are evaluated now."""
        namespace = await exchange.text(self._namespace, "API Management")
        named = await dimensions(exchange, self._dimensions)
        name = self._name

        class Metric(UsageTee):
            def end(self) -> None:
                super().end()
                if self.usage is None:
                    message = "The response told no usage; no metric was sent."
                    exchange.trace(name, {"message": message})
                    return
                figures = {
                    "Total Tokens": self.usage.total,
                    "Prompt Tokens": self.usage.prompt,
                    "Completion Tokens": self.usage.completion,
                }
                for metric, value in figures.items():
                    data = {"namespace": namespace, "name": metric, "value": value}
                    exchange.tell(name, "metric", {**data, "dimensions": named})

        exchange.tees.append(Metric())


def _is_event_stream(exchange: Exchange) -> bool:
    kinds = exchange.response().headers.get("Content-Type") or [""]
    return kinds[0].lower().startswith("text/event-stream")


def _limit_fault(node: Node) -> str:
    pair = bool(node.get("token-quota")) + bool(node.get("token-quota-period"))
    if pair == 1 or not (pair or node.get("tokens-per-minute")):
        return "needs tokens-per-minute, or token-quota and token-quota-period"
    return ""


def _estimated(node: Node) -> tuple[str, ...]:
    return ("tokens-estimated",)


def _usage_wanted(node: Node) -> tuple[str, ...]:
    return ("usage-not-told",)


LIMIT = Shape(
    {
        "counter-key": Attribute(NAME, required=True),
        "tokens-per-minute": Attribute(whole(1)),
        "token-quota": Attribute(whole(1)),
        "token-quota-period": Attribute(one_of("Hourly", "Daily", "Weekly", "Monthly", "Yearly")),
        "estimate-prompt-tokens": Attribute(BOOLEAN, default="false"),
        **outputs("retry-after", "remaining-tokens", "remaining-quota-tokens", "tokens-consumed"),
    }
)
METRIC = Shape({"namespace": Attribute(NAME)}, children={"dimension": DIMENSIONS})
POLICIES = tuple(
    policy
    for family in ("azure-openai", "llm")
    for policy in (
        Policy(
            f"{family}-token-limit", TokenLimit, (INBOUND,), LIMIT, STREAM, _limit_fault, _estimated
        ),
        Policy(
            f"{family}-emit-token-metric",
            EmitTokenMetric,
            (INBOUND,),
            METRIC,
            STREAM,
            dimension_fault,
            _usage_wanted,
        ),
    )
)
