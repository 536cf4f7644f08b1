"""A proxy is set, as in a company's network; nothing for this machine goes there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab_utils.errors import GatewayError
from lab_utils.local.target import LocalTarget
from lab_utils.target import Deployment
from tests.local.labs import MODEL, ask, target


class Proxy:
    """Refuse every request and remember it, as a company's proxy does for 127.0.0.1."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://user:secret@127.0.0.1:{self._server.getsockname()[1]}"
        self.seen: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client:
                self.seen.append(client.recv(65_536))
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\nproxy")

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    proxy = Proxy()
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    yield proxy
    proxy.close()


def test_nothing_for_this_machine_goes_through_a_proxy(fresh: Path, proxy: Proxy) -> None:
    said: list[str] = []
    lab = target(fresh, said)
    deployment = lab.deploy()
    lab.policy()
    lab.deploy()
    assert ask(deployment, **{"api-key": deployment.api_key}).status_code == 200
    assert sum("put into NO_PROXY" in line for line in said) == 1
    assert not any("secret" in line for line in said)
    assert proxy.seen == []


def test_an_unreachable_lab_names_the_proxy(
    lab: LocalTarget, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Deployment("http://127.0.0.1:1", "key", MODEL, ())
    monkeypatch.setattr(lab, "_deployment", gone)
    with pytest.raises(GatewayError, match=r"deploy again; a proxy is set \(127\.0\.0\.1:") as told:
        lab.policy()
    assert "secret" not in str(told.value)
    assert proxy.seen == []
