"""An interrupt is taken within a second though nothing breaks the wait, as on Windows.

`_thread.interrupt_main` stands for the Stop button there: it marks the interrupt, and wakes no
socket, lock or process. So what waits long in the main thread takes it only when that is over.
"""

from __future__ import annotations

import _thread
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Callable

import pytest

from azure_resources.clock import Clock
from lab_utils import Lab
from lab_utils.cloud import mock_app, ready
from lab_utils.cloud.management import Management
from lab_utils.errors import LabError
from lab_utils.existing import ExistingTarget
from lab_utils.local import target as local
from lab_utils.scopes import Arm
from lab_utils.secret import Secret
from lab_utils.settings import PROJECT, Settings
from lab_utils.target import Deployment
from local_processes import launcher, waiting

AT_LAST = 20.0  # seconds after which a wait that took no interrupt is let go, to fail


class Silent:
    """Listen and never answer; `asked` is set once somebody waits."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.asked, self.over = threading.Event(), threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            connection, _ = self._server.accept()
            connection.recv(1)
            self.asked.set()
            self.over.wait(self._seconds)
            connection.close()

    def wait(self, *arguments: Any, **options: Any) -> Any:
        """Wait as an SDK does that asks a service that does not answer."""
        self.asked.set()
        self.over.wait(self._seconds)
        raise LabError("nobody answered")

    def close(self) -> None:
        self.over.set()
        self._server.close()


@contextmanager
def taking_interrupts() -> Iterator[None]:
    """Let an interrupt raise KeyboardInterrupt, whatever the test runner has set."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def is_taken(wait: Callable[[Silent], Any], seconds: float = AT_LAST) -> bool:
    """Tell whether an interrupt during the wait is taken before `seconds`, when it is let go."""
    silent = Silent(seconds)

    def interrupt() -> None:
        silent.asked.wait(AT_LAST)
        time.sleep(0.2)  # let it begin to wait
        _thread.interrupt_main()

    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    try:
        with taking_interrupts(), pytest.raises(KeyboardInterrupt):
            _wait(wait, silent)
    finally:
        silent.close()
    return time.monotonic() - began < seconds


def _wait(wait: Callable[[Silent], Any], silent: Silent) -> None:
    with suppress(Exception):
        wait(silent)
    time.sleep(0.01)  # one that was marked is taken here at the latest


def get(silent: Silent) -> None:
    connection = socket.create_connection(("127.0.0.1", int(silent.url.rpartition(":")[2])))
    with connection:
        connection.settimeout(None)
        connection.sendall(b"x")
        connection.recv(1)


def test_a_wait_of_a_piece_takes_none() -> None:
    """The control: an interrupt that wakes nobody waits as long as the socket does."""
    assert any(not is_taken(get, seconds=2) for _ in range(5))  # the first, but for a busy machine


def management(silent: Silent) -> Management:
    class Client:
        subscription = api_policy = api_management_service = diagnostic = api_diagnostic = type(
            "Group", (), dict.fromkeys(("list_secrets", "get", "create_or_update"), silent.wait)
        )()

    return Management(Client(), "group", "service")


def existing(silent: Silent) -> ExistingTarget:
    settings = replace(
        Settings(), target="existing", gateway_url=silent.url, gateway_key=Secret("key")
    )
    return ExistingTarget(settings, print)


def reached(silent: Silent) -> Any:
    found = local.LocalTarget(Settings(), print)
    found._deployment = Deployment(silent.url, "key", "model", ())
    return found


def logged(silent: Silent) -> Lab:
    lab = Lab(Settings(), local.LocalTarget(Settings(), print), print)
    lab._deployment = Deployment(
        silent.url, "key", "model", (), logs=(silent.url,), management=silent.url
    )
    return lab


def slow(silent: Silent) -> Any:
    """Start the local lab's launcher, which does not get ready."""
    silent.asked.set()
    command = [sys.executable, "-c", f"import time; time.sleep({AT_LAST})"]
    return launcher.run(command, PROJECT, {}, 60)


def pausing(silent: Silent) -> None:
    silent.asked.set()
    Clock().sleep(AT_LAST)


WAITS: dict[str, Callable[[Silent], Any]] = {
    "any question": lambda silent: waiting.answer(lambda: get(silent)),
    "a pause": pausing,
    "a new gateway": lambda silent: ready.wait(silent.url, "key", print, Clock()),
    "the mock on App Service": lambda silent: mock_app.wait_for_health(silent.url, print, Clock()),
    "the key": lambda silent: management(silent).key("x"),
    "a policy": lambda silent: management(silent).policy(),
    "another policy": lambda silent: management(silent).put_policy("<policies/>", "x"),
    "the facts": lambda silent: management(silent).facts(),
    "a probe": lambda silent: Lab(existing(silent)._settings, existing(silent), print).probe(),
    "the mocks' logs": lambda silent: logged(silent).service_log(),
    "a trace": lambda silent: logged(silent).trace(),
    "a gateway there is": lambda silent: existing(silent).deploy(),
    "Azure Resource Manager": lambda silent: Arm(_session(), silent.url).get("/x"),
    "the local gateway": lambda silent: reached(silent).policy(),
    "whether the local gateway answers": lambda silent: local._answers(silent.url, "key", 10),
    "whether a mock answers": lambda silent: local._reached(silent.url),
    "the local lab's start": slow,
}


def _session() -> Any:
    import requests

    return requests.Session()


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_an_interrupt_is_taken_while_waiting_for(wait: Callable[[Silent], Any]) -> None:
    assert is_taken(wait)
