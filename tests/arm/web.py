"""App Service: sites, and their zip deployment (Kudu), which starts what was deployed."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Optional

import requests

from .errors import ArmError
from .machines import PACE, Machine, free_port
from .messages import Answer, Request, Routes
from .resources import Resource, Resources

SITES = "Microsoft.Web/sites"


class AppService:
    """Provide one site; this server is its front door and its Kudu."""

    def __init__(self, subscription: str, resources: Resources, host: str) -> None:
        self.host = host
        self.zips: list[bytes] = []
        self.options: list[str] = []  # of the app's command, beside those it was deployed with
        self.unhealthy = 0  # how often /health fails before the app answers
        self.url = ""  # where the app listens, once it is deployed
        self._site: Optional[Resource] = None
        self._machine: Optional[Machine] = None
        self._folder: Optional[tempfile.TemporaryDirectory[str]] = None
        self._sites = f"/subscriptions/{subscription}/resourcegroups/{{group}}/providers/{SITES}"
        resources.on_put(SITES, self._put)
        resources.on_delete(SITES, self._gone)

    def routes(self, routes: Routes) -> None:
        """Add what az asks of a site; Kudu and the site answer elsewhere."""
        site = self._sites + "/{name}"
        scm = {"name": "scm", "properties": {"allow": False}}
        routes.add(
            "GET",
            site + "/basicPublishingCredentialsPolicies/scm",
            lambda request, group, name: Answer(200, scm),
        )

    def kudu(self, routes: Routes) -> None:
        """Add zip deployment."""
        routes.add("POST", "/api/publish", self._publish)
        done = {"id": "1", "status": 4, "complete": True, "active": True, "site_name": "mock"}
        routes.add("GET", "/api/deployments/latest", lambda request: Answer(200, done))

    def site(self, routes: Routes) -> None:
        """Add the site's own health."""
        routes.add("GET", "/health", self._health)

    def stop(self) -> None:
        """Stop the app."""
        if self._machine:
            self._machine.stop()
            self._machine = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def _put(self, site: Resource, before: Optional[Resource]) -> None:
        kinds = ("Standard", "Repository")
        states = [{"name": self.host, "hostType": kind, "sslState": "Disabled"} for kind in kinds]
        site["properties"].update(
            {
                "defaultHostName": self.host,
                "hostNames": [self.host],
                "enabledHostNames": [self.host],
                "hostNameSslStates": states,
                "state": "Running",
                "enabled": True,
                "reserved": True,
                "sku": "Basic",
            }
        )
        self._site = site
        if before is None:
            self._port = free_port()
            self.url = f"http://127.0.0.1:{self._port}"

    def _gone(self, site: Resource) -> None:
        self._site = None
        self.stop()

    def _publish(self, request: Request) -> Answer:
        if self._site is None:
            raise ArmError(404, "NotFound", "There is no site.")
        self.stop()
        self.zips.append(request.body)
        self._folder = tempfile.TemporaryDirectory()
        with zipfile.ZipFile(io.BytesIO(request.body)) as archive:
            archive.extractall(self._folder.name)
        # as deployed, but on a loopback port: "python -m mock_openai --host 0.0.0.0 --port 8000"
        words = self._site["properties"]["siteConfig"]["appCommandLine"].split()
        module = words[words.index("-m") + 1]
        command = [module, "--port", str(self._port), *PACE, *self.options]
        self._machine = Machine(command, Path(self._folder.name))
        where = f"{request.base}/api/deployments/latest"
        return Answer(202, None, {"Location": where, "SCM-DEPLOYMENT-ID": "1"})

    def _health(self, request: Request) -> Answer:
        if self._machine is None or self.unhealthy > 0:
            self.unhealthy -= 1
            return Answer(503, b"starting")
        answer = requests.get(f"{self.url}/health", timeout=20)
        return Answer(answer.status_code, answer.content)
