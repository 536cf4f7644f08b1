"""The four sections of a policy document, in the order of a request's way."""

from __future__ import annotations

INBOUND, BACKEND, OUTBOUND, ON_ERROR = "inbound", "backend", "outbound", "on-error"
SECTIONS = (INBOUND, BACKEND, OUTBOUND, ON_ERROR)
