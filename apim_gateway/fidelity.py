"""How true this gateway is: what it infers about API Management, and where it differs.

Everything not listed here follows Microsoft's documentation (the policy reference, the pages on
error handling, backends, tracing and server-sent events) or answers captured on the wire.

Inferred, because nobody outside has settled it:

- Streaming. With `buffer-response="true"` nothing leaves before 8,192 bytes have come together
  or the body ends, and no timer releases less (source: the attribute's description, and reports
  of three blocks in place of fifty pieces). A block leaves whole, the headers leave before the
  first block, and what came in one read leaves in one write. Since March 2026 there is an option
  that flushes each chunk of a model API; `--flush-every-chunk` gives that.
- Windows of `llm-content-safety`: one goes on whole when its new text is full, the rest with the
  end of the body.
- A backend that breaks off, or whose chunks are malformed, cuts the client's connection, after all
  that arrived has been sent. So does one that says nothing for 240 seconds in mid-stream, which is
  what Azure's load balancer allows (`--backend-silence`).
- A compressed request body goes on as it came, and an expression that reads it reads its bytes.
- An expression that can read `context.Response.Body` has the body read whole, whichever branch it
  takes; a body read without `preserveContent` is gone, and nothing is sent on.
- `retry` sees a backend that is dead, late or without an address before on-error does, as
  `context.Response == null` (source: Microsoft's inference-failover sample;
  `--backend-failure on-error` for the other reading), and the 503 of an open circuit or an
  exhausted pool. A condition that cannot do without a response ends the retry, and on-error is
  told of the backend. `fail-on-error-status-code` goes straight to on-error, which finds the
  backend's own answer.
- A request body that was not buffered is gone after one `forward-request`; the next sends none.
- A dead backend and a timeout count as 500 to a circuit breaker. Weights are spread by smooth
  round robin. The messages of 503, of a 429 of limit-concurrency and of a token quota's 403 are
  ours.
- Of several APIs the one with the longest path that a request begins with answers it, also where
  none of its operations does. Where no key is needed, a wrong one counts as none. An API without a
  service URL, for which no policy chooses a backend, is 500.
- A backend's own credentials take the place of what the request has under those names. Members of
  a pool that give no weight share alike; a weight of 0 is for when no other is left. The cookie
  of a pool's session affinity holds the member's name, and lasts as long as its circuit is closed.
- An operation is matched before the key is looked at, so a wrong path is 404 without a key too.
  The errors of both run the API's on-error. The subscription key travels on to the backend.
- An error inside on-error ends that section; the answer stands as it was then.
- The 503 of an open circuit has the usual reason phrase: the one that named the pool is gone since
  January 2026 (source: AI-Gateway issue 262), the new one is not known.
- `context.Backend` is the backend or pool that was chosen by name, and null for an address.
  `context.Request.Foundry.Deployment` is the deployment in the path, else the body's model.
- `context.Response` is there from the backend section on, with status 200, before a backend has
  answered (source: a published policy tests its status in a `retry` ahead of `forward-request`).
- `authentication-managed-identity` may stand in every section (source: published fragments that
  fetch a token in outbound too); with `output-token-variable-name` it leaves the header alone.
- `set-header` on Connection, Content-Length, Keep-Alive or Transfer-Encoding loads and does
  nothing; a null value is an empty header; a line end in a value is an error. Names of query
  parameters ignore case. `set-body` on a response drops what the backend still sends.
- A cross-origin POST that `cors` does not list goes on without CORS headers.
- Rate limits are a sliding window, as in the classic tiers; v2 tiers fill a token bucket. A limit
  without a key counts by subscription, and bandwidth is what the backend sends.
- Tokens of a stream are estimated: four characters a token for the prompt and four tokens a
  message, one token for each text delta. Where the consumed tokens are wanted in a header, a JSON
  answer is read whole first, and a stream tells the prompt's estimate. Without `usage` in the
  response there is no token metric.
- `json-to-xml` and `xml-to-json` follow the few answers that were captured: no spaces between
  elements, `#text` for the text beside attributes, `$t` and no `@` where JavaScript is to read it,
  a Content-Type of the new form. With apply="always" the body is read whole before the Accept
  header is looked at, and one that cannot be read goes on as it came.
- An answer from a cache goes on with outbound; a response is read whole before it is stored.
- The messages of refused tokens, the texts of the headers that refuse a debug token, and what
  stands in the `data` of a trace's entry.
- A missing variable reads as null (`--missing-variable throw` for the other reading), and the
  lines of indented JSON end in a line feed (`--newline crlf`).

Different on purpose:

- Policies call loopback alone, and the hosts that `--backend`, `--redirect` and `--allow-host`
  name: a policy found somewhere must not call out from here with a key. The error says so.
- A request body of more than 100 MiB (`--largest-request`) is 413, headers of more than 128 KiB
  together are 431. A body that breaks off, or stops for 60 seconds, is 400.
- A request without `set-backend-service` goes to the pool of api.json; in Azure the API of this
  lab has no service URL and would answer 500.
- Of a folder as APIOps lays it out, read are APIs with their revisions, versions by path segment,
  operations (OpenAPI in JSON) and policies, backends, fragments, named values, products and, by
  the check, diagnostics. Not read are workspaces, tags, groups, loggers, gateways, subscriptions
  (their keys are no part of it), a backend's certificates and TLS.
- Every caller is on loopback, which `ip-filter` refuses, unless `--caller` says otherwise.
- The tokens of the managed identity and of connections are texts that no service accepts.
- Caches, counters and circuits belong to the process and start empty.
- The semantic cache has no embeddings: the same prompt hits, a similar one does not.
- `llm-content-safety` judges nothing and says so in the trace; a response that would be judged goes
  on in windows. `validate-content` has no
  schemas: it checks size, type and that JSON is JSON. `mock-response` has no examples.
- Some attributes and elements load and change nothing:
UNREAD
- Metrics, traces and events go to the file of `--telemetry`, not to Azure.
- `set-backend-service` with base-url may replace a backend-id that a parent scope has set.
- Backends are called with HTTP/1.1, whatever `http-version` says.
- Liquid templates are rendered by python-liquid, not DotLiquid, and see no attributes of XML.
- `authentication-certificate` sends no certificate, and says so in the trace.
- `send-service-bus-message` writes to the telemetry file, as `log-to-eventhub` does.
- The management calls answer on the gateway's port, to who brings the subscription key.
- Products and users are what `--product` and `--subscriptions` say: nobody signs up, and nothing
  needs an approval. Certificates are not here.
"""

from __future__ import annotations

from collections.abc import Mapping

_SEMANTIC = "score-threshold embeddings-backend-id embeddings-backend-auth"
_CERTIFICATE = "thumbprint certificate-id body password"
# By policy, what its row in the registry declares and the policy never looks at.
UNREAD: Mapping[str, str] = {
    "authentication-certificate": _CERTIFICATE,
    "authentication-managed-identity": "resource client-id ignore-error",
    "azure-openai-semantic-cache-lookup": _SEMANTIC,
    "cache-lookup": "caching-type downstream-caching-type must-revalidate "
    "allow-private-response-caching vary-by-developer-groups",
    "cache-lookup-value": "caching-type",
    "cache-remove-value": "caching-type",
    "cache-store-value": "caching-type",
    "cache-value": "caching-type",
    "forward-request": "continue-timeout http-version",
    "get-authorization-context": "provider-id authorization-id identity-type identity ignore-error",
    "llm-content-safety": "backend-id shield-prompt categories output-type name threshold "
    "blocklists",
    "llm-semantic-cache-lookup": _SEMANTIC,
    "mock-response": "index",
    "send-one-way-request": f"resource client-id ignore-error xsi-nil {_CERTIFICATE}",
    "send-request": f"resource client-id xsi-nil {_CERTIFICATE}",
    "return-response": "xsi-nil",
    "send-service-bus-message": "client-id ignore-error",
    "set-body": "xsi-nil",
    "validate-content": "validate-as schema-ref allow-additional-properties "
    "case-insensitive-property-names",
}


def text() -> str:
    """Return the lists above as Markdown."""
    lines = [
        f"  - `{policy}`: {', '.join(f'`{name}`' for name in names.split())}"
        for policy, names in UNREAD.items()
    ]
    return (__doc__ or "").partition("\n\n")[2].strip().replace("UNREAD", "\n".join(lines))
