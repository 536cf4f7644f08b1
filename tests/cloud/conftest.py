"""The loopback Azure, and real az commands and SDKs that talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.arm import az_environment
from tests.arm.server import Loopback, serve
from tests.arm.worker import Worker
from tests.cloud.bench import Bench


@pytest.fixture(scope="session")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    if az_environment.SKIPPED:
        pytest.skip(az_environment.SKIPPED)
    if not az_environment.is_made():
        pytest.fail("there is no .az: make it with `python -m tests.arm.az_environment`")
    folder = tmp_path_factory.mktemp("loopback")
    with pytest.MonkeyPatch.context() as patch, serve(folder) as served:
        for name, value in served.environment.items():
            patch.setenv(name, value)
        yield served


@pytest.fixture(scope="session")
def worker(loopback: Loopback) -> Iterator[Worker]:
    made = Worker(loopback.environment)
    yield made
    made.close()


def _bench(loopback: Loopback, worker: Worker, folder: Path) -> Iterator[Bench]:
    loopback.reset()
    loopback.sign_in()
    with worker.on_path():  # for the SDKs, which start az where they need a token
        yield Bench(loopback, worker, folder)
    loopback.reset()


@pytest.fixture
def bench(loopback: Loopback, worker: Worker, tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(loopback, worker, tmp_path)


@pytest.fixture(scope="module")
def shared_bench(
    loopback: Loopback, worker: Worker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    yield from _bench(loopback, worker, tmp_path_factory.mktemp("state"))
