"""The scratch API on an API Management service, for as long as questions are asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.apimanagement import models

from .answer import Gateway
from .errors import ScratchError
from .operations import ABOUT, RULE, Operation
from .question import API, KEY, MODEL_BACKEND, POOL

_ANY = "*"  # the version that a deletion is for
_GATEWAY = "managed"
SOME = 20  # operations between two lines of progress


class Scratch:
    """Make and remove the scratch API, its backends and its subscription.

    `client` is an ApiManagementClient of azure-mgmt-apimanagement, `at` the resource group and the
    name of the service. What the client raises is its owner's to tell: `told(what)` is a block
    that raises it as an error that begins with `what`.
    """

    def __init__(
        self,
        client: Any,
        at: tuple[str, str],
        told: Callable[[str], AbstractContextManager[None]],
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._at = at
        self._told = told
        self._say = say

    @contextmanager
    def made(
        self, operations: Sequence[Operation], gateway_url: str, deployment: str
    ) -> Iterator[Gateway]:
        """Keep the API until the block ends, whatever ends it.

        Raises ScratchError where an API of that name is not one of these, and what `told` makes of
        a refusal.
        """
        with self._told("the APIs cannot be listed"):
            self._refuse_foreign()
        try:
            with self._told("the scratch API cannot be made"):
                key = self._make(operations)
            yield Gateway(gateway_url, key, deployment, (self._grant, self._trace))
        finally:
            self._say(f"removing the API {API}, its backends and its subscription")
            with self._told(f"{API} cannot be removed; remove it in the portal"):
                self._remove()

    def _refuse_foreign(self) -> None:
        for api in self._client.api.list_by_service(*self._at):
            if api.name == API and (api.description or "") != ABOUT:
                raise ScratchError(
                    f"the service has an API {API} that this command did not make, and leaves\n"
                    "Next: rename or remove it."
                )

    def _make(self, operations: Sequence[Operation]) -> str:
        client = self._client
        self._put_backends()
        names = models.SubscriptionKeyParameterNamesContract(header=KEY, query=KEY)
        api = models.ApiCreateOrUpdateParameter(
            display_name=API,
            description=ABOUT,
            path=API,
            protocols=["https"],
            subscription_required=True,
            subscription_key_parameter_names=names,
        )
        client.api.begin_create_or_update(*self._at, API, api).result()
        for count, operation in enumerate(operations, 1):
            self._put(operation)
            if count % SOME == 0 or count == len(operations):
                self._say(f"{count} of {len(operations)} operations have their policy")
        scope = models.SubscriptionCreateParameters(
            scope=f"/apis/{API}", display_name=API, state="active"
        )
        client.subscription.create_or_update(*self._at, API, scope)
        return str(client.subscription.list_secrets(*self._at, API).primary_key)

    def _put_backends(self) -> None:
        """Let streams come from where the lab's own API has them."""
        backends = self._client.backend
        own = (MODEL_BACKEND, POOL)
        urls = [b.url for b in backends.list_by_service(*self._at) if b.url and b.name not in own]
        if not urls:
            raise ScratchError(
                "the service has no backend to stream from\nNext: run lab.deploy() again."
            )
        model = models.BackendContract(
            url=urls[0],
            protocol="http",
            circuit_breaker=models.BackendCircuitBreaker.from_dict({"rules": [RULE]}),
        )
        made = backends.create_or_update(*self._at, MODEL_BACKEND, model)
        pool = models.BackendBaseParametersPool(
            services=[models.BackendPoolItem(id=str(made.id), weight=1, priority=1)]
        )
        backends.create_or_update(
            *self._at, POOL, models.BackendContract(type_properties_type="Pool", pool=pool)
        )

    def _put(self, operation: Operation) -> None:
        contract = models.OperationContract(
            display_name=operation.name, method=operation.method, url_template=operation.template
        )
        self._client.api_operation.create_or_update(*self._at, API, operation.name, contract)
        self._client.api_operation_policy.create_or_update(
            *self._at,
            API,
            operation.name,
            "policy",
            models.PolicyContract(value=operation.document, format="rawxml"),
        )

    def _remove(self) -> None:
        client = self._client
        with suppress(ResourceNotFoundError):
            client.subscription.delete(*self._at, API, _ANY)
        with suppress(ResourceNotFoundError):
            client.api.begin_delete(*self._at, API, _ANY, delete_revisions=True).result()
        for name in (POOL, MODEL_BACKEND):
            with suppress(ResourceNotFoundError):
                client.backend.delete(*self._at, name, _ANY)

    def _grant(self) -> str:
        with self._told("a trace cannot be asked for"):
            api = self._client.api.get(*self._at, API)
        asked = models.GatewayListDebugCredentialsContract(
            purposes=["tracing"], api_id=api.id, credentials_expire_after=timedelta(hours=1)
        )
        with self._told("a trace cannot be asked for"):
            made = self._client.gateway.list_debug_credentials(*self._at, _GATEWAY, asked)
        return str(made.token)

    def _trace(self, trace: str) -> Mapping[str, Any]:
        asked = models.GatewayListTraceContract(trace_id=trace)
        with self._told("the trace cannot be read"):
            found: Mapping[str, Any] = self._client.gateway.list_trace(*self._at, _GATEWAY, asked)
        return found
