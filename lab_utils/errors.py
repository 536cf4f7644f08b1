"""Every error the lab raises on purpose.

LabError
├── ConfigError          a setting is missing or wrong
├── DeployError          the lab could not be started, changed or removed
│   └── AzError          an Azure CLI command failed
├── GatewayError         the gateway refused or cannot be reached
│   └── PolicyError      a policy document is refused when it is loaded
└── StreamError          a stream did not end as it should
"""

from __future__ import annotations

from azure_resources import errors as azure


class LabError(Exception):
    """Stand above every error the lab raises on purpose; its text tells the next step."""


class ConfigError(LabError):
    """Tell every setting that is missing or wrong, all in one message."""


class DeployError(LabError):
    """Tell what could not be started, changed or removed, and why."""


class AzError(DeployError):
    """Tell which Azure CLI command failed, with Azure's own code and message, and what to do."""

    def __init__(self, failed: azure.AzError) -> None:
        super().__init__(str(failed))
        self.command = failed.command
        self.code = failed.code
        self.message = failed.message
        self.next_step = failed.next_step


class GatewayError(LabError):
    """Tell that the gateway refused a call or cannot be reached."""


class PolicyError(GatewayError):
    """Tell what is wrong in a policy document, and where: file, line (from 1) and name."""

    def __init__(self, file: str, line: int, name: str, reason: str) -> None:
        super().__init__(f"{file}:{line}: {name}: {reason}")
        self.file = file
        self.line = line
        self.name = name
        self.reason = reason


class StreamError(LabError):
    """Tell how a stream ended, when that was not the way a whole answer ends."""
