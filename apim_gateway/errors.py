"""Every error the gateway raises on purpose.

ApimGatewayError
├── ConfigError     an option or a file is missing or wrong
└── PolicyError     a policy document is refused when it is loaded
"""

from __future__ import annotations


class ApimGatewayError(Exception):
    """Stand above every error the gateway raises on purpose; its text tells the next step."""


class ConfigError(ApimGatewayError):
    """Tell which option, file or declaration is missing or wrong."""


class PolicyError(ApimGatewayError):
    """Tell what is wrong in a policy document, and where: file, line, column (from 1), name."""

    def __init__(self, file: str, line: int, name: str, reason: str, column: int = 1) -> None:
        super().__init__(f"{file}:{line}: {name}: {reason}")
        self.file = file
        self.line = line
        self.column = column
        self.name = name
        self.reason = reason
