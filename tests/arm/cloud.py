"""The loopback Azure: everything together, with failures on demand."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Optional

from .apim import ApiManagement
from .cognitive import CognitiveServices
from .deployments import Deployments
from .errors import ArmError
from .groups import Groups
from .identity import Identity
from .messages import Answer, Request, Routes, refused
from .operations import SOON, Operations
from .resources import Resource, Resources
from .rights import Rights
from .web import AppService

SUBSCRIPTION = "00000000-0000-0000-0000-00000000cafe"
OPENAI_USER = "/5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"  # Cognitive Services OpenAI User


@dataclass
class Fault:
    """Answer otherwise than usual, `times` times, where method and path match."""

    method: str
    path: str  # a regular expression, found anywhere
    answer: Answer
    times: int
    carried_out: bool = False  # only the answer is another


class Cloud:
    """Answer requests; `requests` remembers them as (method, path)."""

    def __init__(self, identity: Identity, host: str) -> None:
        self.requests: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self.alive = True  # whether what is deployed comes to life, which takes a second
        self.identity = identity
        self.operations = Operations(SUBSCRIPTION)
        self.rights = Rights(SUBSCRIPTION)
        self.resources = Resources(SUBSCRIPTION, self.operations, self.rights)
        self.groups = Groups(SUBSCRIPTION, self.resources, self.operations, self.rights)
        self.deployments = Deployments(
            SUBSCRIPTION,
            self.groups,
            self.resources,
            self.operations,
            self.rights,
            self._deployed,
        )
        self.cognitive = CognitiveServices(SUBSCRIPTION, self.resources, self.operations)
        self.web = AppService(SUBSCRIPTION, self.resources, host)
        self.resources.on_put("Microsoft.Insights/components", _connect)
        self.apim = ApiManagement(SUBSCRIPTION, self.resources, self.operations, self._backend)
        self._lock = threading.RLock()
        self._open, self._scm, self._arm = Routes(), Routes(), Routes()
        self.identity.routes(self._open)
        self.web.site(self._open)
        self.web.kudu(self._scm)
        for part in (self.operations, self.cognitive, self.apim, self.web, self.deployments):
            part.routes(self._arm)
        self.groups.routes(self._arm)
        group = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{{group}}"
        own = group + "/providers/Microsoft.Authorization/permissions"
        self._arm.add("GET", own, self._permissions)
        self.resources.routes(self._arm)

    def fail(
        self, method: str, path: str, answer: Answer, times: int = 1, carried_out: bool = False
    ) -> None:
        """Answer the next matching requests with `answer`; carry them out only where told."""
        self.faults.append(Fault(method, path, answer, times, carried_out))

    def forbid(self, method: str, path: str, action: str) -> None:
        """Refuse matching requests for want of a right, until `faults` is emptied."""
        message = (
            f"The client with object id '{'3' * 8}' does not have authorization to perform action "
            f"'{action}' over scope '/subscriptions/{SUBSCRIPTION}' or the scope is invalid."
        )
        self.fail(method, path, refused(ArmError(403, "AuthorizationFailed", message)), 10**9)

    def ill(self, path: str) -> None:
        """Let a resource provider answer nothing but 502 where the path matches."""
        self.fail("GET", path, Answer(502, b"<html>502 Bad Gateway</html>", SOON), 10**9)

    def throttle(self, method: str, path: str, times: int) -> None:
        """Answer the next matching requests with 429."""
        body = ArmError(429, "TooManyRequests", "The request is being throttled.").body
        self.fail(method, path, Answer(429, {"error": body}, SOON), times)

    def answer(self, request: Request) -> Answer:
        """Answer one request; one at a time, as the state of everything may change."""
        with self._lock:
            self.requests.append((request.method, request.path))
            fault = self._fault(request)
            if fault and not fault.carried_out:
                return fault.answer
            try:
                answer = self._answer(request)
            except ArmError as error:
                answer = refused(error)
            return fault.answer if fault else answer

    def stop(self) -> None:
        """Stop every process that a deployment brought to life."""
        self.apim.stop()
        self.cognitive.models.stop()
        self.web.stop()

    def _answer(self, request: Request) -> Answer:
        found = self._open.find(request)
        if found is None:
            found = self._scm.find(request)
            self.identity.check(request, request.base + ("/appservice" if found else ""))
            if not found:
                self.rights.check_request(request)
        self.operations.tick()
        found = found or self._arm.find(request)
        if found is None:
            raise ArmError(501, "NotSupported", f"no route for {request.method} {request.path}")
        return found()

    def _fault(self, request: Request) -> Optional[Fault]:
        for fault in self.faults:
            matches = fault.method == request.method and re.search(fault.path, request.path, re.I)
            if matches and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _deployed(self) -> None:
        if self.alive:
            self.apim.start()

    def _permissions(self, request: Request, group: str) -> Answer:
        return Answer(200, {"value": self.rights.permissions(self.groups.get(group)["id"])})

    def _may_call(self, principal: str, account: str) -> bool:
        """Tell whether a role of the kind that calls models is given on the account."""
        start = f"{account}/providers/Microsoft.Authorization/roleAssignments/".lower()
        return any(
            key.startswith(start)
            and item["properties"]["principalId"] == principal
            and item["properties"]["roleDefinitionId"].endswith(OPENAI_USER)
            for key, item in self.resources.by_id.items()
        )

    def _backend(self, url: str, principal: str) -> str:
        """Return where a backend runs for a caller, given its public address."""
        account = re.fullmatch(r"https://([^.]+)\.openai\.azure\.com(/.*)", url)
        if account:
            found = next(item for item in self.resources.tracked() if item["name"] == account[1])
            if not self._may_call(principal, found["id"]):
                return self.cognitive.models.closed + account[2]
            return self.cognitive.models.url(account[1], found["location"]) + account[2]
        return self.web.url + url.partition(self.web.host)[2]


def _connect(component: Resource, before: Optional[Resource]) -> None:
    component["properties"]["ConnectionString"] = "InstrumentationKey=00000000-no-key-at-all"
