"""What the expressions of the lab's policy take, without a request."""

from __future__ import annotations

import time
from uuid import UUID

from apim_gateway.policies import REGISTRY
from apim_gateway.reading import document, reader
from bench.servers import PROJECT
from policy_expressions import context


def seconds(repeats: int = 5_000) -> float:
    """Return the seconds that they take for one request."""
    file = PROJECT / "infra" / "gateway" / "policy.xml"
    read = reader.read(file.read_text(encoding="utf-8"), file.name)
    compiled = document.compile_document(read, file.name, REGISTRY)
    choose = compiled.sections["inbound"].steps[3].step
    condition = choose.branches[0][0]  # type: ignore[attr-defined]
    url = context.Url("http", "127.0.0.1", 80, "/")
    request = context.Request("POST", url, url)
    request.body = context.Body(b'{"stream":true,"messages":[{"role":"user","content":"hi"}]}')
    seen = context.Context(request, request_id=UUID(int=0))
    start = time.perf_counter()
    for _ in range(repeats):
        condition.boolean(seen)
    return (time.perf_counter() - start) / repeats
