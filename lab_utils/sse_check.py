"""The guidelines for server-sent events as a check on a policy and what lies around it.

Source: https://learn.microsoft.com/azure/api-management/how-to-server-sent-events
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apim_gateway import errors
from apim_gateway.reading.reader import Element, read

from .errors import PolicyError
from .target import Facts

OK, FAILED, UNKNOWN = "ok", "failed", "unknown"

# Policies that need the whole response before they can do their work.
HOLDS = {
    "validate-content": "reads the whole response before it passes any of it",
    "set-body": "replaces the response as a whole",
    "find-and-replace": "searches the response as a whole",
    "json-to-xml": "converts the response as a whole",
    "xml-to-json": "converts the response as a whole",
    "cache-store": "stores the response as a whole",
    "azure-openai-semantic-cache-store": "stores the response as a whole",
    "llm-semantic-cache-store": "stores the response as a whole",
}
IDLE_SECONDS = 240  # Azure's load balancer drops a connection that is silent for longer


@dataclass(frozen=True)
class Finding:
    """Say whether one guideline is met, and where and why not."""

    status: str  # ok, failed or unknown
    guideline: str
    detail: str

    def __str__(self) -> str:
        return f"{self.status:<8} {self.guideline:<28} {self.detail}"


def check(policy: str, file: str, facts: Facts) -> list[Finding]:
    """Return the findings for a policy document, named `file`, and the facts around it.

    Raises PolicyError where the document cannot be read.
    """
    root = _read(policy, file)
    sections = {section.name: section for section in root.children}
    return [
        _tier(facts.sku),
        *_forwarding(sections.get("backend"), file),
        *_holding(sections.get("outbound"), file),
        *_fragments(root, file),
        *_diagnostics(facts.body_bytes),
    ]


def _read(policy: str, file: str) -> Element:
    try:
        return read(policy, file, keep_unknown=True)
    except errors.PolicyError as refused:
        raise PolicyError(refused.file, refused.line, refused.name, refused.reason) from None


def _tier(sku: str) -> Finding:
    if sku == "Consumption":
        return Finding(FAILED, "tier", "Consumption cannot stream: choose any other tier")
    return Finding(OK, "tier", f"{sku or 'the local gateway'} can stream")


def _forwarding(backend: Element | None, file: str) -> Iterator[Finding]:
    name = "response not buffered"
    requests = [e for e in _walk(backend) if e.name == "forward-request"]
    if not requests:
        line = backend.line if backend else 1
        missing = "no forward-request of its own, and the inherited one buffers: add one"
        yield Finding(FAILED, name, f"{file}:{line}: {missing}")
    for element in requests:
        where = f"{file}:{element.line}"
        given = element.attributes.get("buffer-response")
        if given is not None and given.value.strip().lower() == "false":
            yield Finding(OK, name, f'{where}: buffer-response="false"')
        else:
            was = f'is "{given.value}"' if given else 'is left out and means "true"'
            yield Finding(FAILED, name, f'{where}: buffer-response {was}: set it to "false"')
        yield _timeout(element, where)


def _timeout(element: Element, where: str) -> Finding:
    given = element.attributes.get("timeout")
    text = given.value.strip() if given else "300"
    if not text.isdigit():
        return Finding(UNKNOWN, "timeout", f"{where}: {text} is known only at run time")
    if int(text) > IDLE_SECONDS:
        return Finding(
            FAILED, "timeout", f"{where}: {text} s may not be honoured: {IDLE_SECONDS} at most"
        )
    return Finding(OK, "timeout", f"{where}: {text} s to the response headers")


def _holding(outbound: Element | None, file: str) -> Iterator[Finding]:
    name = "nothing holds the response"
    found = False
    for element in _walk(outbound):
        where = f"{file}:{element.line}: {element.name}"
        if element.name in HOLDS:
            found = True
            yield Finding(FAILED, name, f"{where} {HOLDS[element.name]}: remove it")
        elif _reads_body(element):
            found = True
            yield Finding(FAILED, name, f"{where} reads context.Response.Body: remove that")
    if not found:
        yield Finding(OK, name, f"{file}: outbound leaves the body alone")


def _reads_body(element: Element) -> bool:
    texts = (element.text, *element.attributes.values())
    return any("context.Response.Body" in "".join(text.value.split()) for text in texts)


def _fragments(root: Element, file: str) -> Iterator[Finding]:
    for element in _walk(root):
        if element.name == "include-fragment":
            given = element.attributes.get("fragment-id")
            name = given.value if given else "a fragment"
            yield Finding(UNKNOWN, "fragments", f"{file}:{element.line}: look into {name}, too")


def _diagnostics(body_bytes: Mapping[str, int]) -> Iterator[Finding]:
    name = "bodies not logged"
    for diagnostic, size in body_bytes.items():
        if size:
            yield Finding(FAILED, name, f"{diagnostic} logs {size} bytes of bodies: set it to 0")
    if not any(body_bytes.values()):
        yield Finding(OK, name, "no diagnostics log a body")


def _walk(element: Element | None) -> Iterator[Element]:
    if element is not None:
        yield element
        for child in element.children:
            yield from _walk(child)
