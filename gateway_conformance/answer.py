"""Send a question to a gateway and hold what came back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Optional

import requests

from stream_probe import proxies, sending
from stream_probe import verdict as v
from stream_probe.arrival import Arrival
from stream_probe.probing import OTHER_EVENTS

from .errors import CallError
from .question import API, KEY, Question

SECONDS = 180  # without a byte: a model may think, and a dead backend takes its time-out
IN_FORCE = 120  # until a new operation answers
ANSWER = "Write about 500 words on how a river comes to the sea."


@dataclass(frozen=True)
class Answer:
    """Hold one answer.

    `second` is a stream of other events that was asked for to settle a doubt, `trace` the trace's
    document where that was asked for.
    """

    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    arrival: Arrival = field(default_factory=lambda: Arrival((), 0.0, 0.0))
    second: Optional[Arrival] = None
    trace: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.arrival.body.decode("utf-8", errors="replace")


# From a trace's token in, to the document that a trace's id stands for: both are management calls.
Tracing = tuple[Callable[[], str], Callable[[str], Mapping[str, Any]]]


@dataclass(frozen=True)
class Gateway:
    """Hold how to ask one gateway that has the scratch API."""

    url: str  # of the gateway, without the API's path
    key: str = field(repr=False)
    deployment: str
    tracing: Tracing

    def wait(self, run: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait until this run's operations are in force.

        Raises CallError after two minutes, and where nobody answers.
        """
        deadline = time.monotonic() + IN_FORCE
        said = "nothing"
        while time.monotonic() < deadline:
            answer = self._send(Question("ready", "", (), path="/ready"), {})
            if answer.status == 200 and answer.text == run:
                return
            said = f"{answer.status} {answer.reason}"
            sleep(1)
        raise CallError(
            f"the scratch API {API} is not in force after {IN_FORCE} seconds, it answers {said}\n"
            "Next: run the command again; a gateway takes changes on in some minutes at the worst."
        )

    def ask(self, question: Question) -> Answer:
        """Send a question as often as it wants; return the last answer. Raises CallError."""
        if "trace" in question.looks:
            return self._traced(question)
        for _ in range(question.requests):
            answer = self._send(question, question.headers)
        if question.stream and v.judge(answer.arrival).doubt == v.LARGER_EVENTS:
            changes = OTHER_EVENTS[0][1]
            return replace(answer, second=self._send(question, question.headers, changes).arrival)
        return answer

    def _traced(self, question: Question) -> Answer:
        grant, read = self.tracing
        answer = self._send(question, {"Apim-Debug-Authorization": grant()})
        trace = answer.headers.get("Apim-Trace-Id")
        return replace(answer, trace=read(trace)) if trace else answer

    def _send(
        self,
        question: Question,
        headers: Mapping[str, str],
        changes: Optional[Mapping[str, Any]] = None,
    ) -> Answer:
        url = f"{self.url}/{API}{question.path or '/q/' + question.id}"
        sent = {"Accept-Encoding": "identity", **headers}
        if question.with_key:
            sent[KEY] = self.key
        body: dict[str, Any] = {"data": question.body.encode("utf-8")} if question.body else {}
        if question.stream:
            body = {"json": sending.body(ANSWER, self.deployment, **(changes or {}))}
        elif question.body:
            sent.setdefault("Content-Type", "application/json")
        with proxies.session(url) as session:
            start = time.perf_counter()
            try:
                response = session.request(
                    question.method,
                    url,
                    params=question.query,
                    headers=sent,
                    stream=True,
                    timeout=(15, SECONDS),
                    allow_redirects=False,
                    **body,
                )
            except requests.RequestException:
                raise CallError(f"nobody answers at {self.url}{proxies.hint(url)}") from None
            with response:
                arrival = sending.received(response, start, question.stream)
        return Answer(response.status_code, response.reason or "", response.headers, arrival)
