"""Where what the packages below raise becomes the lab's own error, with the lab's next step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure_resources import errors as azure
from gateway_conformance.errors import CallError, ConformanceError, ScratchError
from local_processes.errors import DamagedError, FolderError, InTheWayError, LocalError
from stream_probe.errors import ProbeError

from .errors import AzError, DeployError, GatewayError, LabError


@contextmanager
def lab_errors() -> Iterator[None]:
    """Raise the errors of other packages as the lab's; around a block, or decorating a method."""
    try:
        yield
    except LocalError as error:
        raise DeployError(local(error)) from error.__cause__
    except azure.AzError as error:
        raise AzError(error) from error.__cause__
    except (azure.AzureError, ScratchError) as error:
        raise DeployError(str(error)) from error.__cause__
    except (ProbeError, CallError) as error:
        raise GatewayError(str(error)) from error.__cause__
    except ConformanceError as error:
        raise LabError(str(error)) from error.__cause__


def local(error: LocalError) -> str:
    """Return what to tell of an error of this machine: what is wrong, and what to do."""
    if isinstance(error, DamagedError):
        return f"{error}; remove it and deploy again"
    if isinstance(error, FolderError):
        in_the_way = isinstance(error, InTheWayError)
        remedy = "remove it and deploy again" if in_the_way else "see to that"
        return f"{error}: {remedy}, or set LAB_STATE_DIR to another folder"
    return str(error)
