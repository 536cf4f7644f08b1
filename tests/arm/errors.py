"""What the loopback Azure says when it refuses."""

from __future__ import annotations

from typing import Any, Optional


class ArmError(Exception):
    """Carry a status and the `error` object of Azure Resource Manager."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Optional[list[dict[str, Any]]] = None,
        target: str = "",
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.body: dict[str, Any] = {"code": code, "message": message}
        if target:
            self.body["target"] = target
        if details:
            self.body["details"] = details
