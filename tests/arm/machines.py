"""What a deployment brings to life: the gateway and the models, as processes on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Optional

import requests

from .front import POLL

PROJECT = Path(__file__).resolve().parents[2]
PACE = ("--ttft", "0.1", "--tpot", "0.006")  # a quick model, and quicker tests


class PolicyRefusedError(Exception):
    """Tell, in API Management's words, why a policy document is not taken."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at this moment."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
    return port


class Machine:
    """Run one of the project's servers until it is stopped; it ends with this process, too."""

    def __init__(self, command: list[str], folder: Path = PROJECT, **env: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command, "--stop-with-stdin"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **env},
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[0]} did not start: exit {self._process.wait()}")
        self.url = str(json.loads(line)["url"])

    def stop(self) -> None:
        """End the process and wait for it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()


class Gateway:
    """Be an API Management service: one address for as long as the service exists."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self._machine: Optional[Machine] = None
        self._folder = tempfile.TemporaryDirectory()
        self._key = ""

    def run(self, definition: dict[str, Any], policy: str, backends: list[str], key: str) -> None:
        """Start with this definition, or start again."""
        self._end()
        folder = Path(self._folder.name)
        files = {"policy.xml": policy, "api.json": json.dumps(definition)}
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        command = ["apim_gateway", "serve", "--port", str(self.port)]
        command += ["--policy", str(folder / "policy.xml"), "--api", str(folder / "api.json")]
        for backend in backends:
            command += ["--backend", backend]
        self._key = key
        self._machine = Machine(command, LAB_API_KEY=key)

    def put_policy(self, api: str, text: str) -> None:
        """Replace the policy. Raises PolicyRefusedError."""
        answer = requests.put(
            f"{self.url}/apis/{api}/policies/policy",
            json={"properties": {"format": "rawxml", "value": text}},
            headers={"Authorization": f"Bearer {self._key}"},
            timeout=20,
        )
        if answer.status_code == 400:
            fault = answer.json()["error"]["details"][0]
            raise PolicyRefusedError(
                f"Error in element '{fault['name']}' on line {fault['line']}, column 1: "
                f"{fault['reason']}"
            )
        answer.raise_for_status()

    def stop(self) -> None:
        """Stop for good."""
        self._end()
        self._folder.cleanup()

    def _end(self) -> None:
        if self._machine:
            self._machine.stop()
        self._machine = None


class Closed:
    """Be the accounts for a caller without a role: refuse every request."""

    def __init__(self) -> None:
        told = json.dumps(
            {
                "error": {
                    "code": "PermissionDenied",
                    "message": "The principal lacks the required data action "
                    "`Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/"
                    "action` to perform `POST` operation.",
                }
            }
        ).encode()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *arguments: object) -> None:
                """Be quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Close the door for good."""
        self._server.shutdown()
        self._server.server_close()


class Models:
    """Be the Azure OpenAI accounts: a mock for each."""

    def __init__(self) -> None:
        self._machines: dict[str, Machine] = {}
        self._closed: Optional[Closed] = None

    @property
    def closed(self) -> str:
        """Return where every account answers a caller without a role."""
        if self._closed is None:
            self._closed = Closed()
        return self._closed.url

    def url(self, account: str, region: str) -> str:
        """Return where the account answers, starting it when it is first asked for."""
        if account not in self._machines:
            command = ["mock_openai", "--port", "0", "--region", region, *PACE]
            self._machines[account] = Machine(command)
        return self._machines[account].url

    def remove(self, account: str) -> None:
        """Stop one account."""
        machine = self._machines.pop(account, None)
        if machine:
            machine.stop()

    def stop(self) -> None:
        """Stop all."""
        for account in list(self._machines):
            self.remove(account)
        if self._closed:
            self._closed.stop()
            self._closed = None
