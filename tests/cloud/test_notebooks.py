"""Both notebooks, every cell, with LAB_TARGET=azure: real az, real SDKs, real streams.

With `openai` each command of az is a process, as users have it; with `mock` one process runs all.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from azure_resources.az import TEMPORARY
from lab_utils.settings import PROJECT
from notebook_runner.live import execute
from notebook_runner.running import CLEAN_UP, LESSON
from tests.arm.identity import CLIENT_SECRET
from tests.arm.server import Loopback
from tests.arm.worker import Worker

# az keeps its sign-in and its tokens here, for this user alone; that is not the lab's doing.
AZS_OWN = ("msal_token_cache.json", "service_principal_entries.json")


SCRIPTED = "A token is a piece of text that a model reads or writes."


class Watch:
    """Look again and again at the command line of every process that comes from this one."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.seen.update(command_lines())


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def command_lines(others: Collection[psutil.Process] = ()) -> Iterator[str]:
    """Yield those of this process's descendants, but for some others."""
    for process in children().difference(others):
        try:
            yield " ".join(process.cmdline())
        except psutil.Error:  # it has just ended
            continue


@dataclass
class Outcome:
    """Hold what two executed notebooks left behind."""

    notebooks: list[Any]
    terminal: str
    processes: set[str]
    others: set[psutil.Process]  # that other tests have started
    temporary: Path
    secrets: set[str]
    backend: str

    @property
    def text(self) -> str:
        outputs = [
            out for book in self.notebooks for cell in book.cells for out in cell.get("outputs", [])
        ]
        return "".join(out.get("text", "") for out in outputs)


def varied_answers(folder: Path) -> str:
    """Return a script with which no two answers in a row are equal, as a real model has it."""
    words = " ".join([SCRIPTED] * 12)
    rules = [{"text": words + "." * (number % 2), "times": 1} for number in range(40)]
    script = folder / "varied.json"
    script.write_text(json.dumps(rules), encoding="utf-8")
    return str(script)


@pytest.fixture(scope="module", params=["openai", "mock"])
def outcome(
    request: pytest.FixtureRequest,
    loopback: Loopback,
    worker: Worker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Outcome]:
    """Execute the lab and then the clean-up, each in a kernel of its own."""
    cloud = loopback.reset()
    loopback.sign_in()
    temporary = tmp_path_factory.mktemp("with a space")
    cloud.web.options = ["--script", varied_answers(tmp_path_factory.mktemp("script"))]
    terminal, others, asked = io.StringIO(), children(), len(worker.commands)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        if request.param == "mock":
            stack.enter_context(worker.on_path())
        watch = stack.enter_context(Watch())
        patch.setenv("LAB_TARGET", "azure")
        patch.setenv("LAB_BACKEND", request.param)
        for name in ("TMPDIR", "TEMP", "TMP"):
            patch.setenv(name, str(temporary))
        notebooks = [execute(PROJECT / name, terminal) for name in (LESSON, CLEAN_UP)]
    keys = {key for pair in cloud.apim.keys.values() for key in pair.values()}
    tokens = set(loopback.identity.issued)
    assert len(keys) == 2
    assert tokens
    secrets = {CLIENT_SECRET, *keys, *tokens}
    processes = watch.seen | {" ".join(("az", *words)) for words in worker.commands[asked:]}
    text = terminal.getvalue()
    yield Outcome(notebooks, text, processes, others, temporary, secrets, request.param)
    loopback.reset()


def test_every_cell_runs(outcome: Outcome) -> None:
    for notebook in outcome.notebooks:
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert "Succeeded  deployment  response-streaming" in outcome.text
    assert "text/event-stream; charset=utf-8 from " in outcome.text
    assert (SCRIPTED in outcome.text) == (outcome.backend == "mock")


def test_nothing_is_left(outcome: Outcome, loopback: Loopback) -> None:
    cloud = loopback.cloud
    assert "0 resources left" in outcome.text
    assert [cloud.groups.by_name, cloud.resources.by_id] == [{}, {}]
    assert [cloud.apim.deleted, cloud.cognitive.deleted] == [{}, {}]
    left = command_lines(outcome.others)
    assert not [line for line in left if "lab_utils" in line or "mock_openai" in line]


def test_no_secret_is_in_an_output(outcome: Outcome) -> None:
    written = json.dumps(outcome.notebooks) + outcome.terminal
    assert not [secret for secret in outcome.secrets if secret in written]


def test_no_secret_is_in_the_process_list(outcome: Outcome) -> None:
    seen = "\n".join(outcome.processes)
    az = "az" if outcome.backend == "mock" else "azure.cli"
    for expected in (f"{az} deployment group create", "apim_gateway"):
        assert expected in seen  # the watch has seen what there was to see
    assert not [secret for secret in outcome.secrets if secret in seen]


def test_no_secret_is_in_a_template_or_its_parameters(outcome: Outcome, loopback: Loopback) -> None:
    bodies = loopback.cloud.deployments.bodies
    assert bodies
    assert not [secret for secret in outcome.secrets for body in bodies if secret.encode() in body]


def test_no_file_is_left_and_no_log_holds_a_secret(outcome: Outcome, loopback: Loopback) -> None:
    left = [
        path for path in outcome.temporary.rglob("*") if path.name.startswith(("lab-", TEMPORARY))
    ]
    assert left == []
    files = [*outcome.temporary.rglob("*"), *loopback.config.rglob("*")]
    for path in files:
        if path.is_file() and path.name not in AZS_OWN:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [secret for secret in outcome.secrets if secret in text], path
