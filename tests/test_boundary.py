"""What the packages below raise is told as the lab's, with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Callable

import pytest

from azure_resources import errors as azure
from azure_resources.az import Completed
from gateway_conformance.errors import CallError, ConformanceError, ScratchError
from lab_utils.boundary import lab_errors
from lab_utils.cloud.target import AzureTarget
from lab_utils.errors import AzError, DeployError, GatewayError, LabError
from lab_utils.existing import ExistingTarget
from lab_utils.settings import Settings
from lab_utils.target import Target
from local_processes.errors import LocalError
from local_processes.owners import join
from local_processes.server import Server
from local_processes.state import State, forget
from stream_probe.errors import ProbeError

ELSEWHERE = "or set LAB_STATE_DIR to another folder"


def told(error: BaseException, kind: type[LabError] = DeployError) -> str:
    """Return the whole message."""
    assert type(error) is kind
    assert error.__suppress_context__  # one traceback, as if nothing were below
    return str(error)


def test_a_damaged_state_is_to_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(DeployError) as raised, lab_errors():
        State.read(tmp_path)
    assert told(raised.value) == f"{file} is damaged; remove it and deploy again"


def test_a_folder_in_the_way_is_to_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.mkdir()
    with pytest.raises(DeployError) as raised, lab_errors():
        forget(tmp_path)
    assert told(raised.value).startswith(f"{file} is a folder (")
    assert told(raised.value).endswith(f"): remove it and deploy again, {ELSEWHERE}")


def test_a_folder_that_takes_nothing_is_to_be_seen_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeployError) as raised, lab_errors():
        join(tmp_path / "file", 1)
    assert told(raised.value).startswith(f"{tmp_path / 'file'} cannot be written to (")
    assert told(raised.value).endswith(f"): see to that, {ELSEWHERE}")


def test_a_server_without_a_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeployError) as raised, lab_errors():
        Server("gateway", "none", [], tmp_path, cwd=tmp_path)
    assert told(raised.value).startswith(f"gateway did not start: {tmp_path} has no log (")
    assert told(raised.value).endswith(f"): see to that, {ELSEWHERE}")


def test_any_other_error_of_this_machine_is_told_in_its_own_words() -> None:
    cause = ValueError("the line that came first")

    @lab_errors()
    def start() -> None:
        raise LocalError("mock did not start") from cause

    with pytest.raises(DeployError) as raised:
        start()
    assert told(raised.value) == "mock did not start"
    assert raised.value.__cause__ is cause


def test_a_command_of_az_keeps_code_message_command_and_next_step() -> None:
    failed = azure.AzError("az group show", "Conflict", "it is being updated", "wait")
    with pytest.raises(AzError) as raised, lab_errors():
        raise failed
    error = raised.value
    assert told(error, AzError) == str(failed)
    assert isinstance(error, DeployError)
    assert (error.command, error.code) == ("az group show", "Conflict")
    assert (error.message, error.next_step) == ("it is being updated", "wait")


def test_what_else_cannot_be_done_in_azure_is_told_in_its_own_words() -> None:
    with pytest.raises(DeployError) as raised, lab_errors():
        raise azure.AzureError("the Azure CLI `az` is not on PATH")
    assert told(raised.value) == "the Azure CLI `az` is not on PATH"


def test_a_probe_that_nobody_answers_is_told_in_its_own_words() -> None:
    with pytest.raises(GatewayError) as raised, lab_errors():
        raise ProbeError("nobody answers at http://127.0.0.1:9")
    assert told(raised.value, GatewayError) == "nobody answers at http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("raises", "kind"),
    [(ConformanceError, LabError), (ScratchError, DeployError), (CallError, GatewayError)],
)
def test_what_a_comparison_raises_is_told_in_its_own_words(
    raises: type[ConformanceError], kind: type[LabError]
) -> None:
    with pytest.raises(LabError) as raised, lab_errors():
        raise raises("the scratch API cannot be used")
    assert told(raised.value, kind) == "the scratch API cannot be used"


METHODS: dict[str, Callable[[Target], object]] = {
    "create_resource_group": lambda target: target.create_resource_group(),
    "preview": lambda target: target.preview(),
    "deploy": lambda target: target.deploy(),
    "reach": lambda target: target.reach(),
    "policy": lambda target: target.policy(),
    "put_policy": lambda target: target.put_policy("<policies/>", "my.xml"),
    "facts": lambda target: target.facts(),
    "resources": lambda target: target.resources(),
    "remove": lambda target: target.remove("group"),
}


def test_every_method_of_a_target_is_tried() -> None:
    assert set(METHODS) == {name for name in vars(Target) if not name.startswith("_")}


@pytest.mark.parametrize("method", METHODS)
def test_whatever_is_asked_of_azure_fails_as_the_labs(method: str, tmp_path: Path) -> None:
    settings = Settings(target="azure", state_dir=tmp_path)
    target = AzureTarget(settings, lambda line: None, _refused)
    with pytest.raises(AzError) as raised:
        METHODS[method](target)
    assert raised.value.code == "Conflict"


@pytest.mark.parametrize("method", ["policy", "facts"])
def test_what_is_read_of_an_existing_gateway_fails_as_the_labs(method: str) -> None:
    service = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/s"
    settings = Settings(target="existing", apim_id=f"{service}/apis/chat")
    target = ExistingTarget(settings, lambda line: None, _refused)
    with pytest.raises(AzError) as raised:
        METHODS[method](target)
    assert raised.value.code == "Conflict"


def _refused(arguments: Sequence[str], seconds: float) -> Completed:
    return Completed(1, "", "ERROR: (Conflict) it is being updated")
