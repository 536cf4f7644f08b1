"""Patterns that published AI gateway policies use, end to end over a stream."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from apim_gateway.serving.settings import Address
from tests.apim_gateway.loopback import (
    EVENT,
    answering,
    backend,
    call,
    gateway,
    policy,
    run,
    served,
    streaming,
)

WHOLE = EVENT * 3 + b"data: [DONE]\n\n"
ASK = {"stream": True, "model": "gpt", "messages": [{"role": "user", "content": "hi"}]}

ROUTES = """
<cache-lookup-value key="routes" variable-name="routes" />
<choose>
  <when condition="@(!context.Variables.ContainsKey("routes"))">
    <set-variable name="routes" value="@{
      var all = new JArray();
      // the first is preferred
      all.Add(new JObject() { { "id", "east" }, { "rank", 1 }, { "until", DateTime.MinValue } });
      all.Add(new JObject() { { "id", "west" }, { "rank", 2 }, { "until", DateTime.MinValue } });
      return all;
    }" />
    <cache-store-value key="routes" value="@((JArray)context.Variables["routes"])" duration="60" />
  </when>
</choose>
<set-variable name="left" value="2" />
"""
PICK = """
<retry condition="@(context.Response != null && context.Response.StatusCode >= 429
                    && int.Parse((string)context.Variables["left"]) > 0)" count="5" interval="0">
  <set-variable name="index" value="@{
    var routes = (JArray)context.Variables["routes"];
    int best = 0, rank = Int32.MaxValue;
    for (int i = 0; i < routes.Count; i++) {
      var route = (JObject)routes[i];
      if (route.Value<DateTime>("until") <= DateTime.UtcNow && route.Value<int>("rank") < rank) {
        rank = route.Value<int>("rank");
        best = i;
      }
    }
    return best;
  }" />
  <set-backend-service backend-id="@(
    ((JArray)context.Variables["routes"])[(int)context.Variables["index"]].Value<string>("id"))" />
  <forward-request buffer-request-body="true" buffer-response="false" />
  <choose>
    <when condition="@(context.Response.StatusCode >= 429)">
      <set-variable name="routes" value="@{
        var routes = (JArray)context.Variables["routes"];
        var wait = Convert.ToInt32(context.Response.Headers.GetValueOrDefault("Retry-After", "10"));
        routes[(int)context.Variables["index"]]["until"] = DateTime.UtcNow.AddSeconds(wait);
        return routes;
      }" />
      <cache-store-value key="routes" duration="60"
          value="@((JArray)context.Variables["routes"])" />
      <set-variable name="left"
          value="@((int.Parse((string)context.Variables["left"]) - 1).ToString())" />
    </when>
  </choose>
</retry>
"""


def test_routes_kept_in_the_cache_are_tried_by_rank() -> None:
    async def main() -> None:
        calls: list[str] = []

        async def busy(request: web.Request) -> web.StreamResponse:
            calls.append("east")
            return await answering(429, Retry_After="30")(request)

        async with backend(busy) as east, backend(streaming(3)) as west:
            document = policy(inbound=ROUTES, backend=PICK)
            servers = (Address("east", east), Address("west", west))
            async with gateway(document, *servers, rule=False) as running:
                for _ in range(3):
                    found = await call(running, body=ASK)
                    assert (found.status, found.body) == (200, WHOLE)
                assert calls == ["east"]
                assert [record["backend"] for record in running.log] == ["west"] * 3

    run(main())


USAGE = """
<set-body>@{
  var body = context.Request.Body.As<JObject>(preserveContent: true);
  if (body["stream"]?.Value<bool>() == true) {
    if (body["stream_options"] == null) { body["stream_options"] = new JObject(); }
    ((JObject)body["stream_options"])["include_usage"] = true;
  }
  return body.ToString();
}</set-body>
<set-variable name="isStream" value="@{
  var stream = context.Request.Body.As<JObject>(true)["stream"];
  return stream != null && stream.Type != JTokenType.Null ? stream.ToString() : "false";
}" />
"""
LOG = """
<choose>
  <when condition="@(context.Variables.GetValueOrDefault<string>("isStream", "false")
                     .Equals("false", StringComparison.OrdinalIgnoreCase))">
    <log-to-eventhub logger-id="usage">@{
      var body = context.Response.Body.As<JObject>(true);
      return new JObject(
        new JProperty("id", body?["id"]?.ToString() ?? Guid.NewGuid().ToString()),
        new JProperty("when", DateTime.UtcNow.ToString()),
        new JProperty("who", context.Subscription?.Id ?? "nobody"),
        new JProperty("tokens", body?["usage"]?["total_tokens"]?.Value<int>() ?? 0)
      ).ToString();
    }</log-to-eventhub>
  </when>
</choose>
"""


def test_usage_is_asked_for_and_only_whole_answers_are_read() -> None:
    async def main() -> None:
        bodies: list[Any] = []

        async def note(request: web.Request) -> web.StreamResponse:
            bodies.append(await request.json())
            if bodies[-1].get("stream"):
                return await streaming(3)(request)
            return await answering(text='{"id":"1","usage":{"total_tokens":7}}')(request)

        async with served(note, policy(inbound=USAGE, outbound=LOG)) as running:
            assert (await call(running, body=ASK)).body == WHOLE
            assert bodies[0]["stream_options"] == {"include_usage": True}
            found = await call(running, body={"messages": []})
            assert (found.status, found.json["id"]) == (200, "1")

    run(main())


REFUSE = """
<choose>
  <when condition="@(!new [] { "chat", "gpt" }.Contains(
      context.Request.MatchedParameters["deployment-id"] ?? String.Empty))">
    <return-response>
      <set-status code="403" reason="Forbidden" />
      <set-header name="Content-Type" exists-action="override">
        <value>application/json</value>
      </set-header>
      <set-body>@(new JObject(new JProperty("error", new JObject(
          new JProperty("code", "model_not_allowed")))).ToString())</set-body>
    </return-response>
  </when>
</choose>
"""


def test_a_model_that_is_not_allowed_is_refused() -> None:
    async def main() -> None:
        async with served(streaming(3), policy(inbound=REFUSE)) as running:
            assert (await call(running, body=ASK)).body == WHOLE
            other = "/openai/deployments/other/chat/completions"
            found = await call(running, other, body=ASK)
            assert (found.status, found.json["error"]["code"]) == (403, "model_not_allowed")

    run(main())
