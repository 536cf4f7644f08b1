"""The lists of models: what `GET /openai/models` and `GET /openai/v1/models` tell."""

from __future__ import annotations

from . import models
from .deployments import Deployments
from .errors import RefusedError
from .models import Model
from .wire import Json

_CREATED = 1_691_712_000  # the mock does not know when each model came; one day for all


def listed(deployments: Deployments) -> Json:
    """Return the models that deployments serve, once each."""
    found = {model.full: model for _, model in deployments}
    return {"data": [_entry(model) for model in found.values()], "object": "list"}


def one(deployments: Deployments, name: str) -> Json:
    """Return one model, by its own name or a deployment's. Raises RefusedError."""
    for deployment, model in deployments:
        if name in (deployment, model.name, model.full):
            return _entry(model)
    raise RefusedError("no model", got=name)


def _entry(model: Model) -> Json:
    serves = model.serves
    return {
        "status": "succeeded",
        "capabilities": {
            "fine_tune": False,
            "inference": True,
            "completion": models.COMPLETIONS in serves,
            "chat_completion": models.CHAT in serves,
            "embeddings": models.EMBEDDINGS in serves,
            "responses": models.RESPONSES in serves,
        },
        "lifecycle_status": "generally-available",
        "id": model.full,
        "created": _CREATED,
        "created_at": _CREATED,
        "object": "model",
        "owned_by": "system",
    }
