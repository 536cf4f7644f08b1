"""lab.trace(): one request as the gateway saw it, or a line that says who shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab_utils import Lab
from lab_utils.errors import GatewayError
from lab_utils.trace import take


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab.from_env({"LAB_STATE_DIR": str(tmp_path_factory.mktemp("state"))})
    lab.deploy()
    yield lab
    lab.remove()


def test_a_trace_tells_each_policy_and_each_release(lab: Lab) -> None:
    told = str(lab.trace("Count to 30."))
    for word in ("inbound", "set-backend-service", "forward-request", "released: each chunk"):
        assert word in told
    assert told.endswith("the body is out")


@pytest.mark.parametrize(
    ("experiment", "released"), [("buffered", "8 KB at a time"), ("reads-body", "released: whole")]
)
def test_it_shows_what_holds_a_stream(lab: Lab, experiment: str, released: str) -> None:
    lab.apply_policy(f"infra/gateway/experiments/{experiment}.xml")
    try:
        assert released in str(lab.trace("Count to 30."))
    finally:
        lab.apply_policy("infra/gateway/policy.xml")


def test_no_key_is_in_a_trace(lab: Lab) -> None:
    trace = lab.trace()
    assert trace
    assert lab.api_key.reveal() not in f"{trace}{trace.document}"


def test_a_gateway_that_refuses_says_why(lab: Lab) -> None:
    with pytest.raises(GatewayError, match=r"no trace: 401 .*AuthenticationFailed"):
        take(lab.gateway_url, lab.gateway_url, "wrong", "Hi.")
    with pytest.raises(GatewayError, match=r"does not answer at http://127\.0\.0\.1:1: run"):
        take("http://127.0.0.1:1", "http://127.0.0.1:1", "any", "Hi.")


def test_elsewhere_a_line_says_who_shows_traces(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lab = Lab.from_env(
        {
            "LAB_TARGET": "existing",
            "LAB_GATEWAY_URL": "http://127.0.0.1:1",
            "LAB_GATEWAY_KEY": "any",
            "LAB_STATE_DIR": str(tmp_path),
        }
    )
    assert lab.trace() is None
    assert "the portal does" in capsys.readouterr().out
