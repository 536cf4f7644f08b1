"""The scratch API on loopback: the project's own gateway and a mock, for as long as it is asked."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from local_processes.server import Server
from stream_probe import proxies

from . import tracing
from .answer import Gateway, Tracing
from .failures import UNKNOWN_HOST
from .operations import Operation, declaration
from .question import API, MODEL_BACKEND
from .table import document

PACE = ("--ttft=0.1", "--tpot=0.004")  # of the mock: slower than the probe takes for at once


@contextmanager
def gateway(operations: Sequence[Operation], deployment: str, modules: Path) -> Iterator[Gateway]:
    """Run the scratch API until the block ends; `modules` is where gateway and mock are found.

    Raises LocalError if a server does not start.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key = secrets.token_hex(16)

        def serve(module: str, *arguments: str) -> str:
            log, environment = folder / f"{module}.log", {"LAB_API_KEY": key}
            server = Server(module, module, arguments, log, cwd=modules, env=environment)
            stack.callback(server.stop)
            return server.wait_ready()

        mock = serve("mock_openai", "--port=0", f"--deployment={deployment}", *PACE)
        for name, text in (
            ("policy.xml", document("")),
            ("api.json", json.dumps(declaration(operations))),
        ):
            (folder / name).write_text(text, encoding="utf-8")
        for operation in operations:
            (folder / f"{operation.name}.xml").write_text(operation.document, encoding="utf-8")
        url = serve(
            "apim_gateway",
            "serve",
            "--port=0",
            f"--policy={folder / 'policy.xml'}",
            f"--api={folder / 'api.json'}",
            f"--backend={MODEL_BACKEND}={mock}/openai",
            f"--allow-host={UNKNOWN_HOST}",
            *(
                f"--operation-policy={operation.name}={folder / operation.name}.xml"
                for operation in operations
            ),
        )
        yield Gateway(url, key, deployment, _tracing(url, key))


def _tracing(url: str, key: str) -> Tracing:
    def grant() -> str:
        with proxies.direct() as session:
            return tracing.grant(session, url, key, API)

    def read(trace: str) -> Mapping[str, Any]:
        with proxies.direct() as session:
            return tracing.read(session, url, key, trace)

    return grant, read
