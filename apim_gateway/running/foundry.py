"""`context.Request.Foundry`: which model deployment a request names.

API Management's own policy for a Foundry API asks for it, to find the limit of that deployment.
Inferred: it stands in the path where the operation's template has it, else it is the model in the
JSON body.
"""

from __future__ import annotations

import json
from typing import Optional

from policy_expressions.context import Foundry, Request

# As published definitions of the API name the parameter.
PARAMETERS = ("deployment-id", "deployment_id", "deploymentId", "deployment", "model")


def name_deployment(request: Request) -> None:
    """Note the deployment that a request names, from what is known of it by now."""
    if request.foundry is not None:
        return
    matched = request.matched_parameters
    named = next((matched[name] for name in PARAMETERS if name in matched), None)
    if named is None and request.body is not None:
        named = _model(request.body.data)
    if named is not None:
        request.foundry = Foundry(named)


def _model(data: bytes) -> Optional[str]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    model = document.get("model") if isinstance(document, dict) else None
    return model if isinstance(model, str) else None
