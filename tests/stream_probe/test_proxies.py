"""What runs on this machine is never asked for through a proxy, whoever set it."""

from __future__ import annotations

import os
import urllib.request

import pytest

from stream_probe import proxies

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_without_a_proxy_nothing_is_changed_or_said() -> None:
    environ: dict[str, str] = {}
    assert proxies.bypass(environ) == ""
    assert environ == {}
    assert proxies.hint("http://127.0.0.1:1") == ""


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_this_machine_is_put_into_no_proxy_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://me:secret@proxy.corp.example:8080")
    environ = {"NO_PROXY": "corp.example, localhost"}
    said = proxies.bypass(environ)
    assert said == (
        "proxy proxy.corp.example:8080: not for this machine, 127.0.0.1 put into NO_PROXY"
    )
    assert environ["NO_PROXY"] == environ["no_proxy"] == "corp.example,localhost,127.0.0.1"
    assert proxies.bypass(environ) == ""


def test_no_proxy_at_all_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:1")
    environ = {"no_proxy": "*"}
    assert proxies.bypass(environ) == ""
    assert environ == {"no_proxy": "*"}


def test_the_proxy_of_the_systems_settings_is_bypassed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # As Windows has it: no variable; getproxies looks there only while none is set.
    registry = {"http": "http://proxy.corp.example:8080"}

    def getproxies() -> dict[str, str]:
        return urllib.request.getproxies_environment() or registry

    monkeypatch.setattr(proxies, "getproxies", getproxies)
    assert "127.0.0.1 and localhost put into NO_PROXY" in proxies.bypass(os.environ)
    assert urllib.request.getproxies_environment() == {"no": "127.0.0.1,localhost"}
    assert getproxies() == {"no": "127.0.0.1,localhost"}  # the registry is not asked any more
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name)


def test_a_hint_names_the_proxy_that_is_in_the_way_and_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.corp.example:8080")
    assert proxies.hint("http://127.0.0.1:1/x") == (
        "; a proxy is set (proxy.corp.example:8080): add 127.0.0.1 to NO_PROXY"
    )
    assert "does it let x.azure-api.net pass?" in proxies.hint("https://x.azure-api.net")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert proxies.hint("http://127.0.0.1:1/x") == ""


def test_a_direct_session_asks_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with proxies.direct() as session:
        assert not session.merge_environment_settings("http://127.0.0.1", {}, None, None, None)[
            "proxies"
        ]
