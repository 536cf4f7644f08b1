"""What this package raises on purpose.

AzureError     something in Azure cannot be seen, changed or removed, or az cannot be run
└── AzError    a command of the Azure CLI failed
"""

from __future__ import annotations


class AzureError(Exception):
    """Tell what cannot be done, and why."""


class AzError(AzureError):
    """Tell which command failed, with Azure's own code and message, and what to do."""

    def __init__(
        self, command: str, code: str, message: str, next_step: str = "", not_found: bool = False
    ) -> None:
        told = f"{code}: {message}" if code else message
        self.reason = told
        advice = f"\nNext: {next_step}." if next_step else ""
        super().__init__(f"{told}\nThe command was: {command}{advice}")
        self.command = command
        self.code = code
        self.message = message
        self.next_step = next_step
        self.not_found = not_found
