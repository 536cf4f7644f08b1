"""Deploy a gateway, record what streams through it, draw it and check it."""

from __future__ import annotations
