"""Users who read streamed chat completions, one after the other, from the lab's gateway.

`python -m load` is the short way; `python -m locust -f load/locustfile.py` has all of Locust: its
page, its workers on more machines. Which gateway, .env and the environment tell, as for the
notebooks.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

from locust import User, constant, events, task
from locust.runners import MasterRunner, WorkerRunner

from lab_utils import Lab
from load import answers, sending
from load.answers import Answer, Limits
from load.budget import MOST
from load.picture import draw
from load.summary import (
    FIRST_TOKEN,
    GAP,
    GOOD,
    GOODPUT,
    OUTCOME,
    REASON,
    REGION,
    SPEED,
    STREAM,
    WHOLE,
    summary,
)
from stream_probe import proxies
from stream_probe.errors import ProbeError
from stream_probe.sending import Where, body, completions

QUESTION = "Explain in a few sentences what response streaming is good for."


@events.init_command_line_parser.add_listener
def _options(parser: Any) -> None:
    group = parser.add_argument_group("Streams")
    group.add_argument("--question", default=QUESTION, help="what is asked")
    group.add_argument("--tokens", type=int, default=150, help="most output tokens of an answer")
    group.add_argument("--first-token-limit", type=float, default=1000, help="goodput: TTFT, ms")
    group.add_argument("--per-token-limit", type=float, default=100, help="goodput: TPOT, ms")
    group.add_argument(
        "--most-requests", type=int, default=MOST, help="of each worker; then stop; 0: never"
    )
    group.add_argument("--scenario", default="", help="x-mock-scenario, for the lab's mock")
    group.add_argument("--picture", help="the lab's table instead of Locust's, and this")


@events.init.add_listener
def _quiet(environment: Any, **_: Any) -> None:
    logging.getLogger("locust.stats_logger").disabled = bool(environment.parsed_options.picture)


@events.quitting.add_listener
def _tell(environment: Any, **_: Any) -> None:
    file = environment.parsed_options.picture
    if file and not isinstance(environment.runner, WorkerRunner):
        total = environment.stats.total
        seconds = (total.last_request_timestamp or total.start_time) - total.start_time
        found = summary(environment.stats.serialize_stats(), seconds)
        told = f"{found.table()}\n"
        if found.answers:
            draw(found, Path(file))
            told += f"the picture is in {file}\n"
        sys.stdout.write(told)


@events.test_start.add_listener
def _find(environment: Any, **_: Any) -> None:
    """Ask once, not for each user, where the gateway is: in Azure that takes seconds."""
    if isinstance(environment.runner, MasterRunner):
        return  # its workers send the requests
    lab, scenario = Lab.from_env(), environment.parsed_options.scenario
    environment.where = Where(
        completions(lab.gateway_url, lab.model, lab.api_version),
        lab.api_key.reveal(),
        headers={"x-mock-scenario": scenario} if scenario else {},
    )
    environment.model = lab.model


class Reader(User):
    """Ask, read to the end, ask again."""

    wait_time = constant(0)
    sent = 0  # by all readers of this process

    def on_start(self) -> None:
        """Open a connection's session."""
        options = self.environment.parsed_options
        self._where: Where = self.environment.where
        self._limits = Limits(options.first_token_limit, options.per_token_limit)
        self._body = body(
            options.question, self.environment.model, max_completion_tokens=options.tokens
        )
        self._session = proxies.session(self._where.url)

    def on_stop(self) -> None:
        """Close the connection."""
        self._session.close()

    @task
    def read(self) -> None:
        """Read one answer."""
        most = self.environment.parsed_options.most_requests
        if most and Reader.sent >= most:
            self.environment.runner.quit()
            return
        Reader.sent += 1
        start = time.perf_counter()
        try:
            arrival, region = sending.ask(self._session, self._where, self._body)
            found = answers.answer(arrival, region)
        except ProbeError as error:
            found = answers.nobody(str(error), time.perf_counter() - start)
        self._report(found)

    def _report(self, found: Answer) -> None:
        if found.first_token is not None:
            self._fire(STREAM, FIRST_TOKEN, found.first_token)
        for gap in found.gaps:
            self._fire(STREAM, GAP, gap)
        if found.tokens_per_second is not None:
            self._fire(STREAM, SPEED, found.tokens_per_second)
        if found.outcome == answers.WHOLE:
            self._fire(STREAM, WHOLE, found.whole, size=found.tokens)
            self._fire(OUTCOME, found.outcome, found.whole)
        else:
            self._fire(OUTCOME, found.outcome, found.whole, error=RuntimeError(found.why))
            self._fire(REASON, found.why, found.whole)
        self._fire(REGION, found.region, found.whole)
        if found.keeps(self._limits):
            self._fire(GOODPUT, GOOD, found.whole)

    def _fire(self, kind: str, name: str, value: float, size: int = 0, error: Any = None) -> None:
        self.environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=value,
            response_length=size,
            exception=error,
            context={},
        )
