"""The mock in Azure: mock_openai, packed for App Service, which builds and runs it."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Callable

import requests

from azure_resources.az import TEMPORARY, Az
from azure_resources.clock import Clock, breathing
from azure_resources.errors import AzError
from azure_resources.patience import Patience
from local_processes import waiting

from ..errors import DeployError
from ..settings import PROJECT

SOURCE = PROJECT / "mock_openai"
SECONDS = 900.0  # to build and to start: a minute or two as a rule
# The package may have arrived all the same: https://github.com/Azure/azure-cli/issues/32183
_LOST = r"HTTP_(50[234])\b"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same sources make the same archive


def package(source: Path = SOURCE) -> bytes:
    """Return a zip with the mock as a top-level package and its requirements beside it.

    App Service starts it with `python -m mock_openai`, as infra/modules/mock.bicep says.
    """
    files = {
        f"mock_openai/{path.relative_to(source).as_posix()}": path for path in _sources(source)
    }
    files["requirements.txt"] = source / "requirements.txt"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, path in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes())
    return archive.getvalue()


def deploy(
    az: Az,
    group: str,
    app: str,
    url: str,
    say: Callable[[str], None],
    clock: Clock,
) -> None:
    """Put the mock on the web app `app` and wait until it answers at `url`.

    That the deployment succeeds is not yet that the mock runs. Raises AzError and DeployError.
    """
    say(f"mock: deploying mock_openai to {app}; App Service builds it, a minute or two")
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder:
        path = Path(folder) / "mock.zip"
        path.write_bytes(package())
        try:
            with breathing(say, f"mock: deploying to {app}"):
                az.run(
                    *("webapp", "deploy", "--resource-group", group, "--name", app),
                    *("--type", "zip", "--src-path", str(path)),
                    *("--clean", "true", "--restart", "true"),
                    *("--async", "true", "--track-status", "false"),
                    seconds=SECONDS,
                    chatty=True,
                )
        except AzError as error:
            lost = re.search(_LOST, error.message)
            if not lost:
                raise
            say(f"mock: az ended with {lost[1]}; App Service may build it all the same")
    wait_for_health(url, say, clock)
    say(f"mock: answers at {url}")


def wait_for_health(
    url: str, say: Callable[[str], None], clock: Clock, seconds: float = SECONDS
) -> None:
    """Return when `url`/health answers 200. Raises DeployError after `seconds`."""
    patience = Patience(say, clock, "mock: App Service builds and starts it")
    while True:
        try:
            answer = waiting.answer(lambda: requests.get(f"{url}/health", timeout=30))
            told = f"{answer.status_code} {answer.text[:200]}"
            if answer.status_code == 200:
                return
        except requests.RequestException as error:
            told = str(error)
        if patience.seconds > seconds:
            raise DeployError(
                f"the mock does not answer at {url}/health within {seconds:.0f} seconds, last: "
                f"{told}; see its log with `az webapp log tail`, or deploy again"
            )
        patience.pause()


def _sources(source: Path) -> list[Path]:
    return [path for path in source.rglob("*") if path.suffix == ".py"]
