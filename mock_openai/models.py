"""Which model a deployment serves, and how the chunks of its generation look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

HARMS = ("hate", "self_harm", "sexual", "violence")
PROTECTED = ("protected_material_code", "protected_material_text")


@dataclass(frozen=True)
class Model:
    """Describe a model as its chunks show it."""

    name: str
    version: str
    families: tuple[str, ...]  # content filters that judge each chunk, in alphabetical order
    fingerprint: Optional[str] = None
    service_tier: Optional[str] = None
    legacy: bool = False  # serves completions instead of chat completions

    @property
    def full(self) -> str:
        """Return what `model` says in every chunk: name and version, not the deployment's name."""
        return f"{self.name}-{self.version}"


_TEXT = ("protected_material_text",)
_ALL = tuple(sorted(HARMS + PROTECTED))

# A deployment is known by its name; any name unlike these gets the first.
MODELS = (
    Model("gpt-5.4-mini", "2026-03-17", _TEXT, None, "default"),
    Model("gpt-4.1-mini", "2025-04-14", _ALL, "fp_4f3d32ad4e"),
    Model("gpt-4.1", "2025-04-14", _ALL, "fp_9ab7d013ff"),
    Model("gpt-4o-mini", "2024-07-18", HARMS, "fp_71b22f18d2"),
    Model("gpt-4o", "2024-11-20", HARMS, "fp_ee1d74bde0"),
    Model("gpt-35-turbo-instruct", "0914", HARMS, legacy=True),
    Model("gpt-35-turbo", "0125", HARMS, "fp_0165350fbb"),
)


def served_by(deployment: str) -> Model:
    """Return the model whose name is in the deployment's, or the newest one."""
    return next((model for model in MODELS if model.name in deployment), MODELS[0])
