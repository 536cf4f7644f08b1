"""API Management: services, keys, policies, soft deletion."""

from __future__ import annotations

import functools
import secrets
import uuid
from typing import Any, Callable, Optional

from .declared import declared
from .errors import ArmError
from .front import Front
from .machines import Gateway, PolicyRefusedError, free_port
from .messages import Answer, Request, Routes
from .operations import Operations
from .resources import Resource, Resources
from .scratch import SecondApi

SERVICE = "Microsoft.ApiManagement/service"
TIERS = ("Developer", "Basic", "BasicV2", "Standard", "StandardV2", "Premium", "Consumption")
REGIONS = ("Sweden Central", "France Central", "West Europe", "East US 2")


class ApiManagement:
    """Provide services whose gateways run on loopback."""

    def __init__(
        self,
        subscription: str,
        resources: Resources,
        operations: Operations,
        backend_url: Callable[[str, str], str],
    ) -> None:
        self.deleted: dict[str, Resource] = {}
        self.gateways: dict[str, Gateway] = {}  # by the service's id in lower case
        self.second: dict[str, SecondApi] = {}
        self._fronts: dict[str, Front] = {}
        self.keys: dict[str, dict[str, str]] = {}  # by the subscription's id in lower case
        self.taken: set[str] = set()  # names of services in other people's subscriptions
        self.missing: set[tuple[str, str]] = set()  # (tier, region) that are not offered
        self._backend_url = backend_url  # public address and principal to where it runs
        self._provider = f"/subscriptions/{subscription}/providers/Microsoft.ApiManagement"
        self._group = f"/subscriptions/{subscription}/resourcegroups/{{group}}"
        self._resources = resources
        self._operations = operations
        resources.on_put(SERVICE, self._put)
        resources.on_put(f"{SERVICE}/subscriptions", self._put_subscription)
        resources.on_delete(SERVICE, self._gone)
        resources.on_delete(f"{SERVICE}/apis", self._api_gone)

    def routes(self, routes: Routes) -> None:
        """Add keys, policies and deleted services; everything else is plain resources."""
        service = f"{self._group}/providers/{SERVICE}/{{service}}"
        routes.add("POST", service + "/subscriptions/{name}/listSecrets", self._secrets)
        operation = service + "/apis/{api}/operations/{operation}"
        for child in ("/apis/{api}", "/backends/{name}", "/subscriptions/{name}"):
            routes.add("PUT", service + child, self._put_child)
        for child in ("/backends/{name}", "/subscriptions/{name}"):  # an API takes its time
            routes.add("DELETE", service + child, self._delete_child)
        for child in (operation, operation + "/policies/policy"):
            routes.add("PUT", child, self._put_child)
        for call in ("listDebugCredentials", "listTrace"):
            routes.add("POST", f"{service}/gateways/managed/{call}", self._managed)
        policy = service + "/apis/{api}/policies/policy"
        routes.add("PUT", policy, self._put_policy)
        routes.add("GET", self._provider + "/skus", self._skus)
        routes.add("POST", self._provider + "/checkNameAvailability", self._check_name)
        deleted = "/locations/{location}/deletedservices/{name}"
        routes.add("GET", self._provider + "/deletedservices", self._list_deleted)
        routes.add("GET", self._provider + deleted, self._show_deleted)
        routes.add("DELETE", self._provider + deleted, self._purge)

    def start(self) -> None:
        """Let every gateway run what is deployed now."""
        for service in self._of_type(SERVICE):
            key = service["id"].lower()
            gateway = self.gateways[key]
            definition, backends = self._definition(service["id"])
            if definition and backends:
                policy = self._resources.get(f"{service['id']}/apis/inference/policies/policy")
                gateway.run(definition, policy["properties"]["value"], backends, self._key(key))

    def stop(self) -> None:
        """Stop every gateway."""
        for service in list(self.gateways):
            self._stop(service)

    def _stop(self, service: str) -> None:
        for each in (self._fronts, self.second, self.gateways):
            each.pop(service).stop()

    def _of_type(self, kind: str) -> list[Resource]:
        return [item for item in self._resources.by_id.values() if item["type"] == kind]

    def _put(self, service: Resource, before: Optional[Resource]) -> None:
        if service["name"].lower() in self.deleted:
            raise ArmError(
                409,
                "ServiceAlreadyExistsInSoftDeletedState",
                f"Api service {service['name']} was soft-deleted. In order to create the new "
                "service with the same name, you have to either undelete the service or purge it.",
            )
        if service["name"].lower() in self.taken:
            raise ArmError(
                409, "ServiceAlreadyExists", f"Api service already exists: {service['name']}"
            )
        if (service["sku"]["name"], service["location"]) in self.missing:
            raise ArmError(
                400,
                "InvalidParameters",
                f"SKU {service['sku']['name']} is not supported in region {service['location']}.",
            )
        key = service["id"].lower()
        if key not in self.gateways:
            gateway = self.gateways[key] = Gateway(free_port())
            second = self.second[key] = SecondApi(
                key,
                self._resources,
                functools.partial(self._key, key),
                functools.partial(self._member, key),
            )
            self._fronts[key] = Front(lambda path: second.port(path) or gateway.port)
        address = f"http://127.0.0.1:{self._fronts[key].port}"
        service["properties"]["gatewayUrl"] = address
        service["identity"] = {
            "type": "SystemAssigned",
            "principalId": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
            "tenantId": "11111111-1111-1111-1111-111111111111",
        }
        service["etag"] = "AAAA"

    def _put_subscription(self, subscription: Resource, before: Optional[Resource]) -> None:
        made = {key: secrets.token_hex(16) for key in ("primaryKey", "secondaryKey")}
        self.keys.setdefault(subscription["id"].lower(), made)

    def _key(self, service: str, scope: str = "/apis/inference") -> str:
        (subscription,) = [
            item
            for item in self._resources.children(service, "subscriptions")
            if item["properties"]["scope"].endswith(scope)
        ]
        return self.keys[subscription["id"].lower()]["primaryKey"]

    def _definition(self, service: str) -> tuple[dict[str, Any], list[str]]:
        """Return the API as infra/gateway/api.json tells it, and the pool's members."""
        api = self._resources.find(f"{service}/apis/inference")
        if api is None or self._resources.find(f"{service}/backends/inference") is None:
            return {}, []
        definition, members = declared(self._resources, service, api)
        return definition, [self._member(service, member) for member in members]

    def _member(self, service: str, member: dict[str, Any]) -> str:
        principal = self._resources.get(service)["identity"]["principalId"]
        backend = self._resources.get(member["id"])
        url = self._backend_url(backend["properties"]["url"], principal)
        return f"{backend['name']}={url};priority={member['priority']};weight={member['weight']}"

    def _put_policy(self, request: Request, group: str, service: str, api: str) -> Answer:
        policy_id = request.path.rstrip("/")
        policy = self._resources.get(policy_id)
        properties = request.json["properties"]
        gateway = self.gateways[policy_id.lower().partition("/apis/")[0]]
        try:
            gateway.put_policy(api, properties["value"])
        except PolicyRefusedError as error:
            cause = {"code": "ValidationError", "target": "representation", "message": str(error)}
            message = "One or more fields contain incorrect values:"
            raise ArmError(400, "ValidationError", message, [cause]) from error
        policy["properties"] = {**properties, "provisioningState": "Succeeded"}
        return Answer(200, policy, {"ETag": '"2"'})

    def _put_child(self, request: Request, **names: str) -> Answer:
        """Create or replace what belongs to a service or an API, at once."""
        path = request.path.rstrip("/")
        parts = path.partition("/providers/")[2].split("/")
        kind = "/".join((parts[0], *parts[1::2]))
        self._resources.get(f"{path.partition('/service/')[0]}/service/{names['service']}")
        made = self._resources.put({"id": path, "type": kind, "name": parts[-1], **request.json})
        return Answer(200, made, {"ETag": '"1"'})

    def _delete_child(self, request: Request, **names: str) -> Answer:
        self._resources.delete(request.path.rstrip("/"))
        return Answer(200)

    def _managed(self, request: Request, group: str, service: str) -> Answer:
        key = request.path.rstrip("/").lower().partition("/gateways/")[0]
        return Answer(200, self.second[key].managed(request.path.rpartition("/")[2], request.json))

    def _api_gone(self, api: Resource) -> None:
        second = self.second.get(api["id"].lower().partition("/apis/")[0])
        if second and api["name"] != "inference":
            second.stop()

    def _secrets(self, request: Request, group: str, service: str, name: str) -> Answer:
        found = self._resources.get(request.path.rsplit("/", 1)[0])
        return Answer(200, dict(self.keys[found["id"].lower()]), {"ETag": '"1"'})

    def _skus(self, request: Request) -> Answer:
        value = [
            {
                "resourceType": "service",
                "name": tier,
                "locations": [place],
                "restrictions": [],
            }
            for tier in TIERS
            for place in REGIONS
            if (tier, place.replace(" ", "").lower()) not in self.missing
        ]
        return Answer(200, {"value": value})

    def _check_name(self, request: Request) -> Answer:
        name = request.json["name"].lower()
        services = [item["name"].lower() for item in self._of_type(SERVICE)]
        taken = name in (*services, *self.deleted, *self.taken)
        reason = "AlreadyExists" if taken else "Valid"
        return Answer(200, {"nameAvailable": not taken, "reason": reason, "message": ""})

    def _gone(self, service: Resource) -> None:
        self._stop(service["id"].lower())
        self.soft_delete(service)

    def soft_delete(self, service: Resource) -> None:
        """Keep a service that somebody has deleted."""
        path = f"/locations/{service['location']}/deletedservices/{service['name']}"
        self.deleted[service["name"].lower()] = {
            "id": self._provider + path,
            "name": service["name"],
            "type": "Microsoft.ApiManagement/deletedservices",
            "location": service["location"],
            "properties": {
                "serviceId": service["id"],
                "deletionDate": "2026-01-02T03:04:05Z",
                "scheduledPurgeDate": "2026-01-04T03:04:05Z",
            },
        }

    def _list_deleted(self, request: Request) -> Answer:
        return Answer(200, {"value": list(self.deleted.values())})

    def _show_deleted(self, request: Request, location: str, name: str) -> Answer:
        if name.lower() not in self.deleted:
            raise ArmError(404, "ServiceNotFound", f"Api service does not exist: {name}")
        return Answer(200, self.deleted[name.lower()])

    def _purge(self, request: Request, location: str, name: str) -> Answer:
        if name.lower() not in self.deleted:
            raise ArmError(404, "ServiceNotFound", f"Api service does not exist: {name}")

        def finish() -> None:
            self.deleted.pop(name.lower(), None)

        return self._operations.begin(request, finish)
