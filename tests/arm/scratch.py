"""A second API of a service, with policies of its operations, in a gateway of its own."""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import Any, Callable, Optional

import requests

from gateway_conformance.failures import UNKNOWN_HOST
from gateway_conformance.table import document

from .declared import declared
from .machines import Machine
from .resources import Resources


class SecondApi:
    """Start when the API is first called, with what it has then; `options` are more of `serve`."""

    def __init__(
        self,
        service: str,
        resources: Resources,
        key_of: Callable[[str], str],
        member: Callable[[dict[str, Any]], str],
    ) -> None:
        self.options: list[str] = []
        self._service = service
        self._resources = resources
        self._key_of = key_of
        self._member = member
        self._lock = threading.Lock()
        self._machine: Optional[Machine] = None
        self._key = ""

    def port(self, path: str) -> int:
        """Return the port where the API's path is served, 0 for any other path."""
        api = self._api(path.lstrip("/").partition("/")[0].partition("?")[0])
        if api is None:
            return 0
        with self._lock:
            if self._machine is None:
                self._machine = self._start(api)
            return int(self._machine.url.rpartition(":")[2])

    def managed(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask the gateway what its management answers."""
        with self._lock:
            assert self._machine is not None
            answer = requests.post(
                f"{self._machine.url}/gateways/managed/{call}",
                json=body,
                headers={"Authorization": f"Bearer {self._key}"},
                timeout=20,
            )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def stop(self) -> None:
        """End the gateway, if it was ever needed."""
        with self._lock:
            if self._machine:
                self._machine.stop()
            self._machine = None

    def _api(self, path: str) -> Optional[dict[str, Any]]:
        apis = self._resources.children(self._service, "apis")
        found = [a for a in apis if a["name"] != "inference" and a["properties"]["path"] == path]
        return found[0] if found else None

    def _start(self, api: dict[str, Any]) -> Machine:
        definition, members = declared(self._resources, self._service, api)
        operations = self._resources.children(api["id"], "operations")
        self._key = self._key_of(f"/apis/{api['name']}")
        with tempfile.TemporaryDirectory() as folder:
            files = {"api.json": json.dumps(definition), "policy.xml": document("")}
            for item in operations:
                policy = self._resources.get(f"{item['id']}/policies/policy")
                files[f"{item['name']}.xml"] = policy["properties"]["value"]
            for name, text in files.items():
                Path(folder, name).write_text(text, encoding="utf-8")
            # API Management may call every host.
            command = ["apim_gateway", "serve", "--port", "0", "--allow-host", UNKNOWN_HOST]
            command += ["--api", f"{folder}/api.json", "--policy", f"{folder}/policy.xml"]
            for member in members:
                command += ["--backend", self._member(member)]
            for item in operations:
                command += ["--operation-policy", f"{item['name']}={folder}/{item['name']}.xml"]
            return Machine([*command, *self.options], LAB_API_KEY=self._key)
